r"""The sum of all responses that a few of them allow: $\sum_q m_q = \int \frac{\mathrm d\mu}{1 - x}$.

Engineers call it the static gain.  For a reversible Markov chain with autocorrelations $m_q$ it is half of
one more than the integrated autocorrelation time.  $1 / (1 - x)$ grows without bound towards 1: the least sum
needs a few responses and nothing else, the largest one a bound on the spectrum away from 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import arb
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.balls.arithmetic import lower, precision, upper
from lowdim.moments._objective import Resolvent
from lowdim.moments._problem import checked_problem, scaled

_GAP = 1e-12  # a smaller one is none
_LONGEST, _OPEN = 10**6, 10**4  # one over the gap that the search's grid resolves, at most and without a gap


def gain_range(
    target: Float[Array, " k"] | Sequence[float],
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> tuple[float, float]:
    r"""Least and largest $\int d\mu / (1 - x)$ over $\mu \ge 0$ with moments near the target's.

    Proven as in `response_range`, by polynomials P with $(1 - x) P(x) \ge 1$ on the interval, or $\le 1$.

    Args:
        target: the first k responses, $|m_j - \mathrm{target}_j| \le$ tolerance is asked for.
        tolerance: how far each of the k moments may be off; one number, or one for each.
        interval: where the measure, the spectrum, may live; within [-1, 1].

    Returns:
        (low, high), each proven; high is infinite if the interval reaches 1.

    Raises:
        Infeasible: (a ValueError) a target that no non-negative measure on the interval has.
        ValueError: arguments out of range.

    >>> low, high = gain_range([1.0, 0.5], interval=(-1.0, 0.9))
    >>> round(low, 6), round(high, 6)  # one atom at 1/2; atoms at both ends
    (2.0, 8.0)
    >>> gain_range([1.0, 0.5])[1]
    inf
    """
    target, tolerance, interval = checked_problem(target, tolerance, interval)
    if interval[0] < -1 or interval[1] > 1:
        raise ValueError(
            f"interval must be within [-1, 1], but is {interval!r}: the responses of a pole beyond 1 have no "
            "sum."
        )
    gap = 1 - interval[1]
    closed = gap > _GAP
    longest = math.ceil(min(1 / gap, _LONGEST)) if closed else _OPEN
    with precision():
        problem = scaled(target, tolerance, interval, longest)
        f = Resolvent(problem.reach, gap if closed else 1.0)
        unit = problem.total / arb(f.size)
        if not closed:
            return lower(-problem.program.least(f).bound * unit), math.inf
        lowest, highest = problem.extremes(f)
        return lower(-lowest.bound * unit), upper(highest.bound * unit)
