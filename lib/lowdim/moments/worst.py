r"""The stable balanced student that errs most at one lag for its training error.

It is the teacher with poles and weights moved a little and one new atom at an end of $[-1, 1]$.  As the
training error goes to zero it attains the sharp constant (`thm-moments-sharp`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array, require_count, require_finite
from lowdim.moments.tangents import moment_tangents
from lowdim.systems.linear import LinearRNN
from lowdim.systems.teachers import teacher

_STEPS = 50  # of Newton's method, which takes three or four; then rounding is all that is left
_CLOSE = 1e-3  # of delta: how well the residuals asked for must be met


def worst_student(
    poles: Float[Array, " atoms"] | Sequence[float],
    weights: Float[Array, " atoms"] | Sequence[float],
    lag: int,
    delta: float,
) -> LinearRNN:
    r"""A balanced student on $[-1, 1]$ with $|r_j| = \delta$ for $j \le 2\hat d$ and the largest $|r_q|$.

    The unknowns $(w, \lambda, t)$ are as many as the residuals to be met, $r_j = \sigma_j \delta$.  To first
    order $r_q = \sum_j G_j r_j$, where $G = H_q + D_q(x) p$ interpolates $x^q$ doubly at the teacher's poles
    and once at the new atom, at x; so $\sigma_j = \operatorname{sign} G_j$, or all signs opposite if else
    $t < 0$.  Both ends are tried as the place of the new atom, and the larger $\sum_j |G_j|$ wins.

    Args:
        poles: the teacher's, distinct and inside $(-1, 1)$, shape (d̂,).
        weights: the teacher's, positive, shape (d̂,).
        lag: q, above $2\hat d$: up to there the residuals are those asked for.
        delta: training error, positive.

    Returns:
        A diagonal balanced LinearRNN with $\hat d + 1$ states.

    Raises:
        ValueError: poles that coincide or are not inside $(-1, 1)$, weights that are not positive, lag not
            above $2\hat d$, delta not positive, or so large that no such student is found near the teacher.

    >>> student = worst_student([0.5], [1.0], lag=9, delta=1e-6)
    >>> student.dim, bool(abs(np.diag(student.A)).max() <= 1)
    (2, True)
    """
    x, w = np.asarray(poles, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    size = len(x)
    _require_inside(x, w)
    if require_count("lag", lag) <= 2 * size:
        raise ValueError(
            f"lag must be above 2 x {size} = {2 * size} for a teacher with {size} poles, but is {lag}; up to "
            "there every residual is delta."
        )
    if not (delta > 0 and np.isfinite(delta)):
        raise ValueError(f"delta must be positive and finite, but is {delta!r}.")
    wanted = np.array([w @ x**j for j in range(2 * size + 1)])
    choices = []
    for end in (-1.0, 1.0):
        every = _slopes(x, w, end, lag + 1)
        slopes, later = every[: 2 * size + 1], every[lag]
        gains = np.linalg.solve(slopes.T, later)
        signs = np.sign(gains) * np.sign(np.linalg.solve(slopes, np.sign(gains))[-1])
        choices.append((np.abs(gains).sum(), end, signs))
    _, end, signs = max(choices, key=lambda choice: choice[0])
    w, x, atom, missing = _solved(w, x, end, wanted + delta * signs, _CLOSE * delta)
    if not (missing < _CLOSE * delta and atom > 0 and (w > 0).all() and (np.abs(x) <= 1).all()):
        raise ValueError(
            f"delta = {delta:g} is too large, or too near to rounding, for a student near the teacher with "
            f"poles {poles}; try another."
        )
    return teacher([*x, end], [*w, atom])


def _require_inside(x: np.ndarray, w: np.ndarray) -> None:
    """Refuse a teacher that has no neighbourhood of balanced students on [-1, 1] with as many atoms."""
    require_finite("poles", x)
    if x.ndim != 1 or x.size == 0 or (np.abs(x) >= 1).any() or len(np.unique(x)) < len(x):
        raise ValueError(
            f"poles must be distinct and inside (-1, 1), where the new atom takes an end, but are {x}."
        )
    if w.shape != x.shape or not (w > 0).all():
        raise ValueError(f"weights must be positive, one for each of the {len(x)} poles, but are {w}.")


@np.errstate(over="ignore", invalid="ignore")  # of steps that lead nowhere, which are not close
def _solved(w: np.ndarray, x: np.ndarray, end: float, responses: np.ndarray, close: float) -> tuple:
    """Weights, poles and the new atom's weight by Newton's method, and the residual that they leave.

    It stops when a step from closer than `close` leaves no smaller residual.
    """
    lags = np.arange(len(responses))[:, None]

    def missing(state: np.ndarray) -> np.ndarray:
        w, x = np.split(state[:-1], 2)
        return responses - (x**lags @ w + state[-1] * end ** lags[:, 0])

    state = np.concatenate([w, x, [0.0]])
    left = missing(state)
    for _ in range(_STEPS):
        w, x = np.split(state[:-1], 2)
        try:
            moved = state + np.linalg.solve(_slopes(x, w, end, len(responses)), left)
        except np.linalg.LinAlgError:  # two poles have met, far from the teacher
            break
        still = missing(moved)
        if np.abs(left).max() < close and not np.abs(still).max() < np.abs(left).max():
            break
        state, left = moved, still
    return *np.split(state[:-1], 2), state[-1], np.abs(left).max()


def _slopes(x: np.ndarray, w: np.ndarray, end: float, horizon: int) -> np.ndarray:
    """Derivatives of the first responses in the weights, the poles, and the weight of an atom at the end."""
    return np.column_stack([moment_tangents(x, w, horizon), end ** np.arange(horizon)])
