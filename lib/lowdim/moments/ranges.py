r"""Every future that a training window allows: the range of a later response over non-negative measures.

Given $m_0, \dots, m_{k-1}$, what can $m_q = \int x^q d\mu$ be over the non-negative measures $\mu$ on an
interval?  A linear program over measures; its dual looks for the polynomial of degree below k that stays
above $x^q$ on the interval and integrates to the least.  Each such polynomial is a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.balls.arithmetic import lower, precision, upper
from lowdim.moments._extremal import Extreme
from lowdim.moments._objective import Power
from lowdim.moments._problem import Infeasible, Problem, checked_problem, scaled

__all__ = ["Infeasible", "ResponseBounds", "response_bounds", "response_range", "response_ranges"]


@dataclass(frozen=True)
class ResponseBounds:
    r"""The range of a response, proven from outside and reached from inside.

    Args:
        low: proven lower bound on the response.
        high: proven upper bound.
        gap: how far the measures found stay from the ends, the larger of the two.  They meet the moments to
            the tolerance, or to 1e-13 of the largest where it is less, and may then reach past the ends.
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
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> tuple[float, float]:
    r"""Least and largest $\int x^q d\mu$ over $\mu \ge 0$ on an interval with moments near the target's.

    The ends of `response_bounds`, which also says how tight they are and which measures reach them.

    Args:
        target: the first k responses, $|m_j - \mathrm{target}_j| \le$ tolerance is asked for.
        lag: the lag q of the response in question.
        tolerance: how far each of the k moments may be off; one number, or one for each.
        interval: where the measure, the spectrum of the student, may live.

    Returns:
        (low, high), each proven and, as a rule, reached to a thousandth of the width.

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
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> ResponseBounds:
    r"""The range of $m_q$, with the gap between proof and example (linear programming duality).

    Upper end: the least $\sum_j P_j\, \mathrm{target}_j + \sum_j \mathrm{tolerance}_j |P_j|$ over polynomials
    P of degree below k with $P(x) \ge x^q$ on the interval.  Atoms are exchanged on a grid (the simplex
    method), then moved by Newton's method to where the best measure has them; P touches $x^q$ there, is
    computed in ball arithmetic, and raised by as much as it may still dip below between them.

    Args:
        target: the first k responses.
        lag: the lag q of the response in question.
        tolerance: how far each of the k moments may be off, one number or one for each; taken as at least the
            rounding of the target, 2.2e-16 of its largest entry when x is measured in units of the interval.
        interval: where the measure may live.

    Returns:
        The range, its gap and the two extreme measures.

    Raises:
        ValueError: a target that no non-negative measure on the interval has; arguments out of range.
    """
    return response_ranges(target, [lag], tolerance, interval)[0]


def response_ranges(
    target: Float[Array, " k"] | Sequence[float],
    lags: Sequence[int],
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> list[ResponseBounds]:
    r"""`response_bounds` at many lags, hundreds a second.

    The measures that are allowed are the same at every lag, so the atoms that were best at one lag are where
    the search at the next one of the same parity begins, and mostly ends.

    Args:
        target: the first k responses.
        lags: the lags q, in any order.
        tolerance: as in `response_bounds`.
        interval: where the measure may live.

    Returns:
        One range for each lag.

    Raises:
        Infeasible: (a ValueError) a target that no non-negative measure on the interval has.
        ValueError: arguments out of range.

    >>> [round(r.high, 6) for r in response_ranges([1.0, 0.5], [2, 3], tolerance=0.0)]
    [1.0, 0.625]
    """
    lags = _checked_lags(lags)
    target, tolerance, interval = checked_problem(target, tolerance, interval)
    with precision():
        problem = scaled(target, tolerance, interval, max(lags))
        found = {}
        for lag in sorted(set(lags)):
            lowest, highest = problem.extremes(Power(lag))
            factor = arb(problem.reach) ** lag * problem.total
            found[lag] = _outward(lowest, highest, factor, problem)
    return [found[lag] for lag in lags]


def _outward(lowest: Extreme, highest: Extreme, factor: arb, problem: Problem) -> ResponseBounds:
    """The range in the units of the target."""
    gap = max(lowest.gap, highest.gap, 0.0)
    measures = [(e.poles * problem.reach, e.weights * float(problem.total)) for e in (lowest, highest)]
    return ResponseBounds(
        lower(-lowest.bound * factor), upper(highest.bound * factor), upper(arb(gap) * factor), *measures
    )


def _checked_lags(lags: Sequence[int]) -> list[int]:
    """Whole numbers, or an error that names what is wrong."""
    lags = list(lags)
    for lag in lags:
        if isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or lag < 0:
            raise ValueError(f"lag must be a whole number from 0 on, but is {lag!r}.")
    if not lags:
        raise ValueError("lags must name at least one lag, but is empty.")
    return [int(lag) for lag in lags]
