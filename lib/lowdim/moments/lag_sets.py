r"""Which lags must be observed to identify a balanced teacher (`thm-lag-set`).

A polynomial $p(x) = \sum_{s \in S} p_s x^s$ with exponents among the observed lags is a test: on a student
with spectral measure $\mu \ge 0$ its integral is $\int p \, d\mu = \sum_s p_s m_s$, made of observed
responses only.  If $p \ge 0$ on the allowed spectrum with zeros exactly at the teacher's poles, a student
that fits all of S has $\int p \, d\mu = \int p \, d\hat\mu = 0$, so all its mass sits on these poles.

Such a $p$ is $\pi q$ with $\pi(x) = \prod_i (x - \hat\lambda_i)^2$, one factor only, signed to be positive,
for a pole at an end of the spectrum.  We look for the one whose $q$ stays as far above zero as it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.polynomial import Polynomial
from scipy.optimize import linprog

from lowdim.arrays import binary_exponent, require_count, require_finite

_GRID = 400  # Chebyshev points where the program asks for positivity; the answer is checked at every minimum


@dataclass(frozen=True)
class LagTest:
    r"""The best polynomial on a set of lags, and whether it identifies the teacher.

    Args:
        coefficients: $p_s$ by exponent, $\sum |p_s| \le 1$, zero where s is not observed; shape (max S + 1,).
        margin: least value of $q = p / \pi$ on the allowed spectrum, so that $\int \pi \, d\mu \le \delta /$
            margin for every student with observed residuals below $\delta$; not positive if there is no test.
        separates: the observed lags also tell the weights on the poles apart.
    """

    coefficients: Float[np.ndarray, " n"]
    margin: float
    separates: bool

    @property
    def identified(self) -> bool:
        """Whether zero residual at the observed lags forces a balanced student to be the teacher."""
        return self.margin > 1e-9 and self.separates  # the program's own tolerance is 1e-9


def lag_test(
    poles: Float[np.ndarray, " n"] | list, lags: list[int], interval: tuple[float, float] = (-1.0, 1.0)
) -> LagTest:
    r"""Search the polynomials with exponents in `lags` for one that identifies a teacher with these poles.

    A linear program: maximize the least value of $q = p / \pi$ over the interval subject to $\sum |p_s| \le
    1$ and $\pi$ dividing $p$.

    Args:
        poles: the teacher's poles, distinct, within the interval, shape (n,).
        lags: the observed lags S, in any order.
        interval: the allowed spectrum of the student, (low, high).

    Returns:
        LagTest.

    Raises:
        ValueError: poles that coincide or lie outside the interval; lags that are not whole numbers from 0
            on, or none.
        RuntimeError: a program that HiGHS does not solve, for lags that are very large.

    >>> lag_test([0.9, -0.5], [0, 1, 2, 3, 4]).identified
    True
    >>> lag_test([0.9, -0.5], [0, 1, 2, 4]).identified
    False
    """
    low, high = interval
    poles = np.sort(np.asarray(poles, dtype=float))
    require_finite("poles", poles)
    if not poles.size or (np.diff(poles) <= 0).any() or poles[0] < low or poles[-1] > high:
        raise ValueError(f"poles must be distinct and within {interval}, but are {poles}.")
    lags = _checked(lags)
    top = lags[-1]
    separates = int(np.linalg.matrix_rank(poles ** np.array(lags)[:, None])) == poles.size
    pi = _least_factor(poles, low, high)
    if top < pi.degree():
        return LagTest(np.zeros(top + 1), -np.inf, separates)

    # Unknowns: q's coefficients, the |p_s| bounds, the margin. p = pi q is linear in q.
    free = top - pi.degree() + 1
    times_pi = np.stack([np.r_[np.zeros(i), pi.coef, np.zeros(free - 1 - i)] for i in range(free)], axis=1)
    hidden = np.setdiff1d(np.arange(top + 1), lags)
    seen = times_pi[lags]
    grid = _grid(low, high)
    n, one = len(lags), np.ones((_GRID + 1, 1))
    above = np.hstack([-np.vander(grid, free, increasing=True), np.zeros((_GRID + 1, n)), one])
    size = [np.hstack([sign * seen, -np.eye(n), np.zeros((n, 1))]) for sign in (1, -1)]
    total = np.r_[np.zeros(free), np.ones(n), 0.0][None]
    solution = _solved(
        lags,
        -np.eye(free + n + 1)[-1],
        A_ub=np.vstack([above, *size, total]),
        b_ub=np.r_[np.zeros(_GRID + 1 + 2 * n), 1.0],
        A_eq=np.hstack([times_pi[hidden], np.zeros((hidden.size, n + 1))]) if hidden.size else None,
        b_eq=np.zeros(hidden.size) if hidden.size else None,
        bounds=[(None, None)] * free + [(0, None)] * n + [(None, None)],
    )
    q = Polynomial(solution[:free])
    p = times_pi @ q.coef
    p[hidden] = 0.0
    return LagTest(p, _minimum(q, low, high), separates)


def look_alike(
    poles: Float[np.ndarray, " n"] | list,
    weights: Float[np.ndarray, " n"] | list,
    lags: list[int],
    at: int,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    r"""The balanced student that agrees with the teacher on the observed lags and errs most at another.

    A linear program over the non-negative measures on a grid of the interval and the teacher's poles, the
    other side of `lag_test`: where that finds a polynomial, the teacher itself comes out.  (A student whose
    atoms can sit at isolated points only, such as a mirror image, falls between the points of the grid.)

    Args:
        poles: the teacher's poles, within the interval, shape (n,).
        weights: their weights, positive, shape (n,).
        lags: the observed lags S.
        at: the lag at which to differ.
        interval: the allowed spectrum, (low, high).

    Returns:
        (poles, weights) of the student, of at most as many atoms as there are lags.

    Raises:
        ValueError: poles outside the interval; weights that are not positive, or not one for each pole; lags
            that are not whole numbers from 0 on, or none.
        RuntimeError: a program that HiGHS does not solve, or that has no bound: without lag 0, a student
            with any weight at the pole zero.
    """
    poles, weights = np.asarray(poles, dtype=float), np.asarray(weights, dtype=float)
    require_finite("poles", poles)
    require_finite("weights", weights)
    if poles.ndim != 1 or not poles.size or poles.shape != weights.shape:
        raise ValueError(
            f"poles and weights must be lists of one length, one weight for each pole, but have shapes "
            f"{poles.shape} and {weights.shape}."
        )
    if poles.min() < interval[0] or poles.max() > interval[1] or weights.min() <= 0:
        raise ValueError(
            f"the teacher must be balanced with poles within {interval}, but has poles {poles} of weights "
            f"{weights}."
        )
    lags, at = _checked(lags), require_count("at", at, least=0)
    grid = np.union1d(_grid(*interval), poles)
    unit = binary_exponent(weights) - 1  # HiGHS takes what is off by less than 1e-7 for zero
    teacher = np.zeros(grid.size)
    np.add.at(teacher, np.searchsorted(grid, poles), np.ldexp(weights, -unit))
    seen, unseen = grid ** np.array(lags)[:, None], grid**at
    same = {"A_eq": seen, "b_eq": seen @ teacher, "bounds": (0, None)}
    ends = [_solved(lags, sign * unseen, **same) for sign in (1, -1)]
    found = max(ends, key=lambda measure: abs(unseen @ (measure - teacher)))
    return grid[found > 0], np.ldexp(found[found > 0], unit)


def _checked(lags: list[int]) -> list[int]:
    """The lags, each once, in order."""
    whole = all(isinstance(lag, (int, np.integer)) and not isinstance(lag, bool) for lag in lags)
    if not len(lags) or not whole or min(lags) < 0:
        raise ValueError(f"lags must be whole numbers >= 0, at least one, but are {lags}.")
    return sorted({int(lag) for lag in lags})


def _solved(lags: list[int], cost: np.ndarray, **program: Any) -> np.ndarray:
    """The solution of a linear program, which HiGHS may fail to find."""
    answer = linprog(cost, **program)
    if answer.x is None:
        raise RuntimeError(
            f"HiGHS left the linear program of {len(lags)} lags from {lags[0]} to {lags[-1]} unsolved: "
            f"{answer.message} Where it is unbounded the lags leave students free, as without lag 0; else "
            "such powers are too much for it: observe fewer or smaller lags."
        )
    return answer.x


def _grid(low: float, high: float) -> np.ndarray:
    """Chebyshev points of the interval."""
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * np.arange(_GRID + 1) / _GRID)


def _least_factor(poles: np.ndarray, low: float, high: float) -> Polynomial:
    """The polynomial of least degree that is >= 0 on [low, high] and zero exactly at the poles there."""
    pi = Polynomial([1.0])
    for pole in poles:
        if pole == low:
            pi *= Polynomial([-pole, 1.0])
        elif pole == high:
            pi *= Polynomial([pole, -1.0])
        else:
            pi *= Polynomial([-pole, 1.0]) ** 2
    return pi


def _minimum(q: Polynomial, low: float, high: float) -> float:
    """The least value of q on [low, high], from all its critical points."""
    critical = q.deriv().roots() if q.degree() > 1 else np.empty(0)
    inside = critical.real[(np.abs(critical.imag) < 1e-6) & (critical.real > low) & (critical.real < high)]
    return float(q(np.r_[low, high, inside]).min())
