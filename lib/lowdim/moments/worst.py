r"""The stable balanced student that errs most at one lag for its training error.

It is the teacher with poles and weights moved a little and one new atom at an end of $[-1, 1]$.  As the
training error goes to zero it attains the sharp constant (`thm-moments-sharp`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.moments.tangents import moment_tangents
from lowdim.systems.linear import LinearRNN
from lowdim.systems.teachers import teacher

_STEPS = 50  # of Newton's method, which takes three or four


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
        lag: q, above $2\hat d$.
        delta: training error.

    Returns:
        A diagonal balanced LinearRNN with $\hat d + 1$ states.

    Raises:
        ValueError: delta so large that no such student is found near the teacher.

    >>> student = worst_student([0.5], [1.0], lag=9, delta=1e-6)
    >>> student.dim, bool(abs(np.diag(student.A)).max() <= 1)
    (2, True)
    """
    x, w = np.asarray(poles, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    size = len(x)
    wanted = np.array([w @ x**j for j in range(2 * size + 1)])
    choices = []
    for end in (-1.0, 1.0):
        every = _slopes(x, w, end, lag + 1)
        slopes, later = every[: 2 * size + 1], every[lag]
        gains = np.linalg.solve(slopes.T, later)
        signs = np.sign(gains) * np.sign(np.linalg.solve(slopes, np.sign(gains))[-1])
        choices.append((np.abs(gains).sum(), end, signs))
    _, end, signs = max(choices, key=lambda choice: choice[0])
    found, atom = np.concatenate([w, x]), 0.0
    for _ in range(_STEPS):
        w, x = np.split(found, 2)
        missing = wanted + delta * signs - [w @ x**j + atom * end**j for j in range(2 * size + 1)]
        *step, more = np.linalg.solve(_slopes(x, w, end, 2 * size + 1), missing)
        found, atom = found + step, atom + more
    w, x = np.split(found, 2)
    if not (np.abs(missing).max() < 1e-3 * delta and atom > 0 and (w > 0).all() and (np.abs(x) <= 1).all()):
        raise ValueError(
            f"delta = {delta:g} is too large, or too near to rounding, for a student near the teacher with "
            f"poles {poles}; try another."
        )
    return teacher([*x, end], [*w, atom])


def _slopes(x: np.ndarray, w: np.ndarray, end: float, length: int) -> np.ndarray:
    """Derivatives of the first responses in the weights, the poles, and the weight of an atom at the end."""
    return np.column_stack([moment_tangents(x, w, length), end ** np.arange(length)])
