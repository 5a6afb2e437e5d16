r"""The least integral of a polynomial that stays above $s\, x^q$: a linear program on a grid that grows."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.optimize import linprog

_GRID = 160  # first points; more are added where the polynomial dips below the power
_ROUNDS = 30
_APART = 1e-6
_LEAST = 1e-11  # relative tolerance that is always granted: of polynomials that prove the same take the small
_LARGEST = 1e7  # box for the coefficients, without which the first grids may leave the program no minimum
# Scale of the objective and tolerance of HiGHS, which is absolute; the first with which it copes. No proof
# rests on them.
_ATTEMPTS = ((1e4, 1e-10), (1.0, 1e-10), (1.0, 1e-8), (1.0, 1e-7))


def least_polynomial(
    target: np.ndarray,
    lag: int,
    tolerance: float,
    interval: tuple[float, float],
    sign: int,
    hints: np.ndarray,
) -> tuple[Polynomial, tuple[np.ndarray, np.ndarray]]:
    r"""Minimize $\sum_j P_j\, \mathrm{target}_j + \mathrm{tolerance} \sum_j |P_j|$ over $P(x) \ge s\, x^q$.

    The multipliers of the touching points are the weights of the measure that attains it.

    Args:
        target: the first k responses; P has degree below k.
        lag: the lag q.
        tolerance: how far each moment may be off.
        interval: where P has to be above the power.
        sign: s, 1 or -1.
        hints: points near which the grid is fine from the start.

    Returns:
        P, and poles and weights of the measure.

    Raises:
        RuntimeError: a program that HiGHS does not solve.
    """
    k, (low, high) = len(target), interval
    basis = [Chebyshev.basis(j, domain=interval) for j in range(k)]
    change = np.zeros((k, k))  # monomial coefficients of the basis, one column each
    for j, polynomial in enumerate(basis):
        change[: j + 1, j] = polynomial.convert(kind=Polynomial).coef
    power = Chebyshev.interpolate(lambda x: sign * x**lag, lag, domain=interval)
    # Unknowns: the coefficients of P in the basis, and the sizes of its monomial coefficients.
    cost = np.concatenate([change.T @ target, np.full(k, max(tolerance, _LEAST * np.abs(target).max()))])
    sizes = np.block([[change, -np.eye(k)], [-change, -np.eye(k)]])
    points, dips = low + (high - low) * (1 - np.cos(np.pi * np.linspace(0, 1, _GRID))) / 2, hints
    for _ in range(_ROUNDS):
        points = np.union1d(points, _around(dips, points, interval))
        above = np.hstack([-np.column_stack([p(points) for p in basis]), np.zeros((len(points), k))])
        limits = np.concatenate([-sign * points**lag, np.zeros(2 * k)])
        solution, multipliers, fine = _solve(cost, np.vstack([above, sizes]), limits)
        polynomial = Chebyshev(solution[:k], domain=interval)
        dips = _dips(polynomial - power, 10 * fine)
        if not len(dips):
            break
    weights = multipliers[: len(points)]
    return polynomial.convert(kind=Polynomial), (points[weights > 0], weights[weights > 0])


def _solve(cost: np.ndarray, rows: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The solution, the multipliers of the rows, and the tolerance at which HiGHS found them."""
    k = len(cost) // 2
    bounds = [(-_LARGEST, _LARGEST)] * k + [(0, None)] * k
    for scale, fine in _ATTEMPTS:
        options = {"primal_feasibility_tolerance": fine, "dual_feasibility_tolerance": fine}
        solved = linprog(scale * cost, rows, limits, bounds=bounds, options=options)
        if solved.x is not None:
            return solved.x, np.maximum(-solved.ineqlin.marginals / scale, 0.0), fine
    raise RuntimeError(
        f"HiGHS left a program of {k} responses and {len(rows)} rows unsolved: {solved.message}"
    )


def _dips(excess: Chebyshev, depth: float) -> np.ndarray:
    """Where the polynomial has a minimum inside its interval that is deeper than allowed."""
    turning = excess.deriv().roots()
    turning = turning.real[abs(turning.imag) < 1e-6]
    turning = turning[(excess.domain[0] < turning) & (turning < excess.domain[1])]
    return turning[excess(turning) < -depth]


def _around(dips: np.ndarray, points: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    """Each dip and neighbours ever closer to it: the final touching point is near the dip, not at it.

    Points closer than _APART to one another or to `points` are left out: nearly equal rows upset HiGHS.
    """
    apart = _APART * (interval[1] - interval[0])
    spacing = np.abs(dips[:, None] - points).min(axis=1, initial=np.inf)
    offsets = np.concatenate([[0.0], 4.0 ** -np.arange(1.0, 5.0)])
    near = np.unique(np.clip((dips + np.multiply.outer([*-offsets, *offsets], spacing)).ravel(), *interval))
    near = near[np.abs(near[:, None] - points).min(axis=1, initial=np.inf) >= apart]
    return near[np.diff(near, prepend=-np.inf) >= apart]
