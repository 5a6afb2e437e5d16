r"""Every future that a training window allows: the range of a later response over non-negative measures.

Given $m_0, \dots, m_{k-1}$, what can $m_q = \int x^q d\mu$ be over the non-negative measures $\mu$ on an
interval?  A linear program over measures; its dual looks for the polynomial of degree below k that stays
above $x^q$ on the interval and integrates to the least.  Each such polynomial is a proof.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.moments._linear_program import least_polynomial
from lowdim.moments._polynomial_proof import hermite, proof
from lowdim.moments.gauss import quadrature

_SOLVER = 1e-10  # relative; below this the linear program is noise, and one polynomial is known


@dataclass(frozen=True)
class ResponseBounds:
    r"""The range of a response, proven from outside and reached from inside.

    Args:
        low: proven lower bound on the response.
        high: proven upper bound.
        gap: how far the measures found stay from the ends, the larger of the two.  They meet the moments to
            1e-8.
        lowest: poles and weights of the measure that reaches lowest.
        highest: poles and weights of the one that reaches highest.
    """

    low: float
    high: float
    gap: float
    lowest: tuple[np.ndarray, np.ndarray]
    highest: tuple[np.ndarray, np.ndarray]


def response_range(
    target: Float[Array, " k"] | Sequence[float],
    lag: int,
    tolerance: float = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> tuple[float, float]:
    r"""Least and largest $\int x^q d\mu$ over $\mu \ge 0$ on an interval with moments near the target's.

    The ends of `response_bounds`, which also says how tight they are and which measures reach them.

    Args:
        target: the first k responses, $|m_j - \mathrm{target}_j| \le$ tolerance is asked for.
        lag: the lag q of the response in question.
        tolerance: how far each of the k moments may be off.
        interval: where the measure, the spectrum of the student, may live.

    Returns:
        (low, high), each proven and, as a rule, reached to 1e-6.

    Raises:
        ValueError: a target that no non-negative measure on the interval has.

    >>> low, high = response_range([1.0, 0.0], lag=2)  # variance up to that of +1 and -1
    >>> abs(low) < 1e-8 and abs(high - 1) < 1e-8
    True
    """
    bounds = response_bounds(target, lag, tolerance, interval)
    return bounds.low, bounds.high


def response_bounds(
    target: Float[Array, " k"] | Sequence[float],
    lag: int,
    tolerance: float = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> ResponseBounds:
    r"""The range of $m_q$, with the gap between proof and example (linear programming duality).

    Upper end: the least $\sum_j P_j\, \mathrm{target}_j + \mathrm{tolerance} \sum_j |P_j|$ over polynomials P
    of degree below k with $P(x) \ge x^q$ on the interval.  HiGHS solves it on a grid, the grid gains the
    minima of $P(x) - x^q$ until none is negative, and at last P is raised by what still is, found by
    isolating the real roots of the derivative exactly.  Weights of the touching points are the measure.

    Args:
        target: the first k responses.
        lag: the lag q of the response in question.
        tolerance: how far each of the k moments may be off; taken as at least the rounding of the target,
            2.2e-16 of its largest entry.
        interval: where the measure may live.

    Returns:
        The range, its gap and the two extreme measures.

    Raises:
        ValueError: a target that no non-negative measure on the interval has; arguments out of range.
    """
    target = np.asarray(target, dtype=np.float64)
    if target.ndim != 1 or target.size == 0 or not np.isfinite(target).all():
        raise ValueError(f"target must be a list of k >= 1 finite responses, but is {target!r}.")
    if isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or lag < 0:
        raise ValueError(f"lag must be a whole number from 0 on, but is {lag!r}.")
    if not 0 <= tolerance < math.inf:
        raise ValueError(f"tolerance must be finite and not negative, but is {tolerance!r}.")
    low, high = map(float, interval)
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"interval must be two finite numbers in ascending order, but is {interval!r}.")
    tolerance = max(float(tolerance), float(np.finfo(np.float64).eps * np.abs(target).max()))
    top, reached, highest = _largest(target, int(lag), tolerance, (low, high), +1)
    bottom, depth, lowest = _largest(target, int(lag), tolerance, (low, high), -1)
    if -bottom > top:
        raise ValueError(
            f"no non-negative measure on {interval} has moments within {tolerance:g} of the target {target}; "
            "allow for the noise of the responses by tolerance=, or widen interval=."
        )
    gap = max(top - reached, bottom - depth, 0.0)
    return ResponseBounds(-bottom, top, gap, lowest, highest)


def _largest(
    target: np.ndarray, lag: int, tolerance: float, interval: tuple[float, float], sign: int
) -> tuple[float, float, tuple[np.ndarray, np.ndarray]]:
    """A bound on sign * (response), the value that a measure reaches, and that measure."""
    poles, weights, missed = _few_atoms(target, interval)
    if 2 * len(poles) < len(target) and max(missed, tolerance) < _SOLVER * np.abs(target).max():
        polynomial, measure = hermite(poles, lag, interval, sign), (poles, weights)
    else:
        polynomial, measure = least_polynomial(target, lag, tolerance, interval, sign, poles)
    bound = proof(polynomial, target, lag, tolerance, interval, sign)
    return bound, float(sign * measure[0] ** lag @ measure[1]), measure


def _few_atoms(target: np.ndarray, interval: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, float]:
    """The Gauss measure of the first 2n responses for the n that fits all of them best, and its misfit."""
    best = np.empty(0), np.empty(0), float(np.abs(target).max())
    for n in range(1, len(target) // 2 + 1):
        try:
            poles, weights = quadrature(target[: 2 * n])
        except ValueError:  # responses with noise, which the tolerance allows for
            break
        inside = np.clip(poles, *interval)
        if np.abs(inside - poles).max(initial=0.0) < 1e-8:  # a pole at an end is computed a little off it
            poles = inside
            missed = np.abs(np.vander(poles, len(target), increasing=True).T @ weights - target).max()
            best = min(best, (poles, weights, float(missed)), key=lambda fit: fit[2])
    return best
