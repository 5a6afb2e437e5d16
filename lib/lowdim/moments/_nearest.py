r"""How far responses are from those of any non-negative measure, proven from below and reached from above."""

from __future__ import annotations

import numpy as np
from flint import arb
from scipy.optimize import linprog

from lowdim.balls.arithmetic import lower, upper
from lowdim.moments import _above
from lowdim.moments._chebyshev import in_chebyshev

_ROUNDS = 4
_EMPTY = np.empty(0)


def nearest(
    target: list[arb], tolerance: list[arb], interval: tuple[float, float], unit: list[arb]
) -> tuple[float, float]:
    r"""Bounds on the least $\tau \ge 0$ with a measure of $|m_j - \mathrm{target}_j| \le t_j + \tau u_j$.

    From below by a polynomial $P \ge 0$ on the interval: $0 \le \int P d\mu \le \sum_j P_j\,
    \mathrm{target}_j + (t_j + \tau u_j) |P_j|$, solved for $\tau$.  From above by a measure, to rounding.

    Args:
        target: the moments, balls of order 1.
        tolerance: how far each may be off, balls.
        interval: within [-1, 1].
        unit: u, balls.

    Returns:
        (below, above).
    """
    m, t, u = (np.array([float(x.mid()) for x in values]) for values in (target, tolerance, unit))
    k = len(m)
    count = max(256, _above.cells(k, 0))
    middle, radius = sum(interval) / 2, (interval[1] - interval[0]) / 2
    theta, below, above = np.linspace(0, np.pi, count + 1), 0.0, np.inf
    step = np.pi / count
    for _ in range(_ROUNDS):
        x = np.clip(middle + radius * np.cos(theta), *interval)
        table = x[:, None] ** np.arange(k)
        solved = linprog(
            np.concatenate([m + t, t - m]),
            np.vstack([np.hstack([-table, table]), np.concatenate([u, u])[None]]),
            np.append(np.zeros(len(x)), 1.0),
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if solved.x is None:
            break
        below = max(below, _proven(solved.x[:k] - solved.x[k:], target, tolerance, interval, unit))
        weights = np.maximum(-solved.ineqlin.marginals[:-1], 0.0)
        missed = np.abs(weights @ table - m) + 1e-15 * np.abs(m).max() - t
        above = min(above, float((missed / u).max()))
        step /= 4
        atoms = theta[weights > 0]
        theta = np.unique(
            np.clip(np.concatenate([theta, *(atoms + step * i for i in (-2, -1, 1, 2))]), 0, np.pi)
        )
    return below, max(above, below)


def _proven(coefficients: np.ndarray, target, tolerance, interval, unit) -> float:
    """A tolerance that is not enough, by this polynomial raised until it is nowhere negative."""
    P = [arb(c) for c in coefficients.tolist()]
    rounded = in_chebyshev(P, interval)
    P[0] += arb(_above.shortfall(rounded, 0, 0, interval, _EMPTY, _EMPTY, _EMPTY))
    terms = zip(P, target, tolerance, unit, strict=True)
    total, weight = arb(0), arb(0)
    for c, m, t, u in terms:
        total, weight = total + c * m + abs(c) * t, weight + abs(c) * u
    return max(0.0, lower(-total / weight)) if upper(weight) > 0 else 0.0
