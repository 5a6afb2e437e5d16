r"""What N noisy sequences say about the responses: least squares, and how far each may be off, all at once.

From a state at rest the last output after inputs $x_0, \dots, x_{k-1}$ is $y = \sum_{j<k} m_j x_{k-1-j}$:
with independent Gaussian noise of one size on y the responses are the coefficients of a linear regression,
and Student's distribution gives a band that holds for every N > k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import stdtrit

from lowdim.arrays import binary_exponent, require_finite


@dataclass(frozen=True)
class ResponseBand:
    r"""Estimated responses, and a band: $|m_j - \mathrm{responses}_j| \le \mathrm{tolerance}_j$ at all j.

    Args:
        responses: least-squares estimates at lags j < k, shape (k,).
        tolerance: half the width of the band at each lag, shape (k,).
        noise: estimated standard deviation of the noise on an output.
        confidence: probability with which the band holds at all k lags together, or more.
    """

    responses: Float[np.ndarray, " k"]
    tolerance: Float[np.ndarray, " k"]
    noise: float
    confidence: float


def response_band(
    inputs: Float[np.ndarray, "N k"], labels: Float[np.ndarray, " N"], confidence: float = 0.95
) -> ResponseBand:
    r"""Responses from N input-output sequences, with a joint confidence band.

    With X the inputs by lag and s the residual standard deviation,

    $$\mathrm{tolerance}_j = t_{N-k}\big(\tfrac12 + \tfrac12\, \mathrm{confidence}^{1/k}\big)\, s\,
    \sqrt{(X^{\mathsf T} X)^{-1}_{jj}},$$

    by Šidák's inequality: whatever the inputs and their correlations, it holds at all lags at once with at
    least the stated probability, if the noise is Gaussian, independent and of one size.

    Args:
        inputs: sequences in order of time, shape (N, k), each begun from rest.
        labels: the last output of each, with its noise, shape (N,).
        confidence: the joint level, between 0 and 1.

    Returns:
        The band; pass `responses` and `tolerance` on to `certify_data`.

    Raises:
        ValueError: no more sequences than lags, inputs that leave a response undetermined, a level outside
            (0, 1), NaN or infinite entries, not one label per sequence.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((50, 2))
    >>> band = response_band(x, x @ [0.5, 1.0] + 0.01 * rng.standard_normal(50))
    >>> bool((abs(band.responses - [1.0, 0.5]) <= band.tolerance).all())
    True
    """
    require_finite("inputs", inputs)
    require_finite("labels", labels)
    if inputs.ndim != 2 or labels.shape != inputs.shape[:1]:
        raise ValueError(
            f"inputs must have shape (N, k) and labels (N,), but they have {inputs.shape} and {labels.shape}."
        )
    n, k = inputs.shape
    if not n > k > 0:
        raise ValueError(
            f"{n} sequences cannot tell {k} responses from noise: N > k is needed; record more sequences, or "
            "shorter ones."
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, but is {confidence!r}.")
    # In units of powers of two, which change no digit, no square overflows or vanishes.
    unit, scale = binary_exponent(inputs), binary_exponent(labels)
    inputs, labels = np.ldexp(inputs, -unit), np.ldexp(labels, -scale)
    q, r = np.linalg.qr(inputs[:, ::-1])
    size = np.abs(np.diag(r))
    if size.min() <= 1e-12 * size.max():
        raise ValueError(
            f"inputs of rank below k = {k} leave a response undetermined: use inputs that vary more."
        )
    responses = np.linalg.solve(r, q.T @ labels)
    noise = float(np.linalg.norm(labels - inputs[:, ::-1] @ responses)) / np.sqrt(n - k)
    spread = np.linalg.norm(np.linalg.inv(r), axis=1)
    quantile = float(stdtrit(n - k, (1 + confidence ** (1 / k)) / 2))
    responses, tolerance = (np.ldexp(x, scale - unit) for x in (responses, quantile * noise * spread))
    return ResponseBand(responses, tolerance, float(np.ldexp(noise, scale)), confidence)
