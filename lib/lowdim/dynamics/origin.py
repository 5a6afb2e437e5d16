r"""Who leaves the origin: which part of a student grows there, for any inputs and any step of descent.

At the origin $P = -\frac\gamma2 I$ with $\gamma = -\partial \ell / \partial m_0$, so the unbalanced part $u$
decays and the balanced part $v$ grows at the rate $\gamma$ if it is positive, and the other way round if it
is not (`prop-coloured-origin`).  A step $\eta$ of descent multiplies them by $1 - \eta\gamma$ and $1 +
\eta\gamma$.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.arrays import require_finite
from lowdim.training.objective import lag_gram


def origin_rate(
    target: Float[np.ndarray, " k"],
    covariance: Float[np.ndarray, "k k"] | None = None,
    outputs: str = "last",
) -> float:
    r"""$\gamma = 2 (M \hat m)_0$ with the lag Gram matrix M of the loss; $2 \hat m_0$ on white inputs.

    For the last output it is $2 E[x_{k-1} \hat y_{k-1}]$: twice the correlation of the teacher's output with
    the input that came last.

    Args:
        target: the teacher's first k responses, shape (k,).
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.

    Returns:
        The rate at which v grows and u decays at the origin; negative where they change roles.

    >>> origin_rate(np.array([1.0, 0.5]))
    2.0
    >>> sigma = np.array([[1.0, -0.5], [-0.5, 1.0]])
    >>> origin_rate(np.array([1.0, 0.9]), sigma).__round__(6)
    1.1
    """
    require_finite("target", target)
    gram = lag_gram(target.size, covariance, outputs)
    return float(2 * (target[0] if gram is None else gram[0] @ target))


def descent_exponent(rate: float) -> float:
    r"""Power of $\varepsilon$ of the imbalance with which descent escapes (`prop-descent-exponent`).

    $$1 - \frac{\ln \lvert 1 - \eta\gamma \rvert}{\ln (1 + \eta\gamma)}$$

    It tends to 2, the exponent of gradient flow, as the step tends to zero, and exceeds 2 below $\eta\gamma =
    \sqrt 2$.

    Args:
        rate: $\eta\gamma$, step times rate at the origin: positive, not 1.

    Returns:
        The exponent.

    Raises:
        ValueError: rate not positive, or 1, where u is gone to first order in one step.

    >>> round(descent_exponent(0.5), 3)
    2.71
    """
    if not (rate > 0 and np.isfinite(rate)) or rate == 1:
        raise ValueError(f"rate must be positive and other than 1, but is {rate!r}; it is step x gamma.")
    return float(1 - np.log(abs(1 - rate)) / np.log1p(rate))
