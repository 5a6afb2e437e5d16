r"""What runs of a stationary process say about its autocorrelations, and how far each sum of them may be off.

Autocorrelations are summed over blocks of s lags, $\bar\rho_q = \rho_{sq} + \dots + \rho_{sq+s-1}$.  For a
reversible chain and s a power of two these are moments again: with $y = x^s$

$$\bar\rho_q = \int y^q\, (1 + x)(1 + x^2)(1 + x^4) \cdots (1 + x^{s/2})\, d\mu(x),$$

and no factor is negative on [-1, 1]; s = 2 are Geyer's pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import stdtrit

from lowdim.arrays import binary_exponent, require_count, require_finite

_LONG = 2  # a batch is at least so many times as long as the lags that it estimates


@dataclass(frozen=True)
class AutocorrelationBand:
    r"""Estimated block sums, and a band: $|\bar\rho_q - \mathrm{sums}_q| \le \mathrm{tolerance}_q$ at all q.

    Args:
        sums: block sums of autocorrelations, $q < k$, shape (k,).
        tolerance: half the width of the band, shape (k,); 0 for $\rho_0 = 1$, where a block is one lag.
        block: lags in a block, s.
        batches: stretches of the runs that were compared.
        confidence: probability with which the band is meant to hold at all blocks together.
    """

    sums: Float[np.ndarray, " k"]
    tolerance: Float[np.ndarray, " k"]
    block: int
    batches: int
    confidence: float


def block_sums(autocorrelations: Float[np.ndarray, " lags"], block: int) -> Float[np.ndarray, " k"]:
    r"""$\bar\rho_q = \sum_{r<s} \rho_{sq+r}$, of as many blocks as are full.

    Args:
        autocorrelations: $\rho_0, \rho_1, \dots$
        block: lags in a block, s.

    >>> block_sums(np.array([1.0, 0.5, 0.25, 0.125]), 2)
    array([1.5  , 0.375])
    """
    k = len(autocorrelations) // require_count("block", block)
    return autocorrelations[: k * block].reshape(k, block).sum(axis=1)


def autocorrelation_band(
    draws: Float[np.ndarray, "runs steps"],
    k: int,
    block: int = 1,
    batches: int = 32,
    confidence: float = 0.95,
) -> AutocorrelationBand:
    r"""Block sums of the autocorrelations of stationary runs, with a joint confidence band.

    The runs, centred on the mean of all draws, are cut into B batches.  With $g_q$ the sum over a block of
    mean products $x_t x_{t+j}$ within a batch, and $g$ that of $x_t^2$, the estimate is $\bar\rho_q =
    \sum g_q / \sum g$; its error is that of a mean of B numbers $g_q - \bar\rho_q\, g$, and

    $$\mathrm{tolerance}_q = t_{B-1}\big(1 - \tfrac{1 - \mathrm{confidence}}{2 k}\big)
    \frac{\mathrm{std}(g_q - \bar\rho_q\, g)}{\sqrt B\, \bar g}$$

    by Bonferroni's inequality.  The level is reached as the batches become long against the correlations.

    Args:
        draws: of one number, one run a row, without the steps before it was stationary.
        k: how many block sums.
        block: lags in a block, s.
        batches: how many, divided among the runs.
        confidence: the joint level, between 0 and 1.

    Returns:
        The band.

    Raises:
        ValueError: runs too short for the lags, fewer than two batches, a level outside (0, 1), draws that
            are NaN, infinite or all the same.
    """
    x = _centred(draws)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, but is {confidence!r}.")
    runs, steps = draws.shape
    lags = require_count("k", k) * require_count("block", block)
    each = -(-require_count("batches", batches, 2) // runs)
    long = (steps - lags) // each
    if long < _LONG * lags:
        raise ValueError(
            f"{steps} steps a run, cut into {each} batches, are too few for {lags} lags: a batch must be at "
            f"least {_LONG} times as long as they are. Run longer, or ask for a smaller k, block or batches."
        )
    kept = x[:, : each * long]
    products = np.stack(
        [(kept * x[:, j : j + each * long]).reshape(runs * each, long).mean(axis=1) for j in range(lags)]
    )  # (lags, batches)
    g = products[0]
    blocks = products.reshape(k, block, -1).sum(axis=1)
    sums = blocks.sum(axis=1) / g.sum()
    off = np.std(blocks - sums[:, None] * g, axis=1, ddof=1) / (np.sqrt(len(g)) * g.mean())
    compared = k - (block == 1)
    quantile = float(stdtrit(len(g) - 1, 1 - (1 - confidence) / (2 * max(compared, 1))))
    tolerance = quantile * off
    if block == 1:
        sums[0], tolerance[0] = 1.0, 0.0
    return AutocorrelationBand(sums, tolerance, block, len(g), confidence)


def windowed_time(draws: Float[np.ndarray, "runs steps"], window: float = 5.0) -> float:
    r"""Sokal's estimate of the integrated autocorrelation time, $1 + 2 \sum_{q \le M} \hat\rho_q$.

    M is the first lag that is at least `window` times the estimate so far.

    Args:
        draws: of one number, one stationary run a row.
        window: of M; larger has less bias and more noise.

    Raises:
        ValueError: runs of fewer than four steps; draws that are NaN, infinite or all the same.
    """
    x = _centred(draws)
    if draws.shape[1] < 4:
        raise ValueError(f"draws of {draws.shape[1]} steps a run have no lag to look at: four are needed.")
    variance, total = np.mean(x * x), 1.0
    for lag in range(1, draws.shape[1] // 2):
        total += 2 * float(np.mean(x[:, lag:] * x[:, :-lag]) / variance)
        if lag >= window * total:
            break
    return total


def _centred(draws: np.ndarray) -> np.ndarray:
    """Draws less their mean, or an error that says why nothing can be learned from them."""
    require_finite("draws", draws)
    if draws.ndim != 2:
        raise ValueError(
            f"draws must have shape (runs, steps), but has {draws.shape}: for one run draws[None]."
        )
    if not np.ptp(draws) > 0:
        raise ValueError("draws are all the same: nothing can be said about their correlations.")
    draws = np.ldexp(draws, -binary_exponent(draws))  # no autocorrelation depends on the unit
    return draws - draws.mean()
