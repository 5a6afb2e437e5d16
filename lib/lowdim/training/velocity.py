r"""How fast a run moves, measured on the run itself: five-point differences of what it recorded.

$$\dot f(t) = \frac{f(t - 2h) - 8 f(t - h) + 8 f(t + h) - f(t + 2h)}{12 h} + O(h^4) .$$

A law that states $\dot f$ is then held against numbers that know nothing of the gradient.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

_OFFSETS = np.arange(-2, 3)
_STENCIL = np.array([1, -8, 0, 8, -1])


def difference_times(times: Float[np.ndarray, " n"], step: float) -> Float[np.ndarray, " records"]:
    """The times at which a run must be recorded, five around each: pass them on as its `times`.

    Args:
        times: where the derivative is wanted, increasing, more than 4 steps apart.
        step: the distance h.

    Returns:
        Increasing times; every fifth from the third on is one of `times`.

    Raises:
        ValueError: a step that is not positive, or so long that the fives overlap.
    """
    times = np.asarray(times, dtype=np.float64)
    if not step > 0 or (times.size > 1 and np.diff(times).min() <= 4 * step):
        raise ValueError(
            f"step must be positive and below a quarter of the least distance between times, but is {step!r}."
        )
    return np.ravel(times[:, None] + step * _OFFSETS)


def time_derivative(
    values: Float[np.ndarray, " records *rest"], step: float
) -> Float[np.ndarray, " n *rest"]:
    """The derivative at each time, from what was recorded at its five `difference_times`.

    Args:
        values: recorded at the times of `difference_times`, shape (5 n, ...).
        step: the same step.

    Returns:
        Array of shape (n, ...), with an error of fourth order in the step.

    Raises:
        ValueError: a step that is not positive, values whose first axis is no multiple of five.
    """
    if not step > 0:
        raise ValueError(f"step must be positive, that of difference_times, but is {step!r}.")
    if len(values) % 5:
        raise ValueError(f"values must hold five records for each time, but there are {len(values)}.")
    groups = values.reshape(-1, 5, *values.shape[1:])
    return np.einsum("s,ts...->t...", _STENCIL / (12 * step), groups)
