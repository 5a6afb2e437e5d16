r"""A moment problem in units in which its numbers are of order one, ready for the search, and its refusal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.balls.arithmetic import lower, upper
from lowdim.moments._extremal import Extreme, Program
from lowdim.moments._nearest import nearest
from lowdim.moments._objective import Objective
from lowdim.moments.gauss import quadrature

_FEW = 1e-10  # misfit, relative, up to which few atoms are taken for the whole of the target
_EPS = float(np.finfo(np.float64).eps)


class Infeasible(ValueError):
    """No non-negative measure on the interval has moments within the tolerance.

    Args:
        message: what to tell the reader.
        off: at least so much more tolerance is needed, proven.
        feasible: a tolerance, the same for all lags, with which a measure has been found.
    """

    def __init__(self, message: str, off: float, feasible: float):
        super().__init__(message)
        self.off, self.feasible = off, feasible


@dataclass(frozen=True)
class Problem:
    r"""$|\int x^j d\mu - \mathrm{target}_j| \le \mathrm{tolerance}_j$ in units of `reach` and `total`.

    Args:
        target: as it was given, shape (k,).
        interval: as it was given.
        reach: unit of x.
        total: unit of the responses, a ball.
        program: the search, in these units.
    """

    target: Float[np.ndarray, " k"]
    interval: tuple[float, float]
    reach: float
    total: arb
    program: Program

    def extremes(self, objective: Objective) -> tuple[Extreme, Extreme]:
        """`Program.extremes`, whose two proofs, where they cross, prove that there is no measure at all.

        Args:
            objective: of sign 1.

        Raises:
            Infeasible: then, however close to a measure the target comes.
        """
        lowest, highest = self.program.extremes(objective)
        if not -lowest.bound <= highest.bound:
            price = arb(lowest.price + highest.price) * max(self._unit(0), self._unit(-1), key=upper)
            self.refuse(lower((-lowest.bound - highest.bound) / price))
        return lowest, highest

    def _unit(self, lag: int) -> arb:
        """What a tolerance of one unit at this lag, which may count from the last, is in these units."""
        return 1 / arb(self.reach) ** (lag % len(self.target))

    def refuse(self, known: float = 0.0) -> None:
        """Raise if it can be proven that no measure comes within the tolerance.

        Args:
            known: how much more tolerance is needed at least, as far as that is proven already; here in these
                units.

        Raises:
            Infeasible: then.
        """
        unit = [self._unit(j) for j in range(len(self.target))]
        program = self.program
        below, above = nearest(program.target, program.tolerance, program.interval, unit)
        below = max(below, known)
        above = max(above, below)
        if below > 0:
            off, feasible = lower(arb(below) * self.total), upper(arb(above) * self.total)
            allowed = (x * self.total / u for x, u in zip(program.tolerance, unit, strict=True))
            most = upper(max(allowed, key=upper))
            raise Infeasible(
                f"no non-negative measure on {self.interval} has moments within {most:.3g} of the target "
                f"{self.target}: off by at least {off:.3g} more; with {feasible:.3g} more, at every lag, one "
                "has. Allow for the noise of the responses by tolerance=, or widen interval=.",
                off,
                feasible,
            )


def scaled(
    target: Float[np.ndarray, " k"],
    tolerance: Float[np.ndarray, " k"],
    interval: tuple[float, float],
    longest: int,
) -> Problem:
    """The problem in its own units; refused at once if no measure is found and none can be.

    Args:
        target: k responses.
        tolerance: how far each may be off, taken as at least the rounding of the target.
        interval: where the measure may live.
        longest: the largest lag of interest.

    Raises:
        Infeasible: (a ValueError) a target that no non-negative measure on the interval has.
    """
    low, high = interval
    reach = max(abs(low), abs(high))
    unit = arb(reach)
    size = max((abs(arb(y)) / unit**j for j, y in enumerate(target.tolist())), key=upper)
    total = size if upper(size) > 0 else arb(1)
    m = [arb(y) / (unit**j * total) for j, y in enumerate(target.tolist())]
    least = arb(_EPS) * max((abs(y) for y in m), key=upper)
    t = [(arb(y) / (unit**j * total)).max(least) for j, y in enumerate(tolerance.tolist())]
    inner = -_over(-low, reach), _over(high, reach)
    problem = Problem(target, interval, reach, total, Program(m, t, inner, longest, _hints(m)))
    if problem.program.excess > 0:
        problem.refuse()
    return problem


def _over(end: float, reach: float) -> float:
    """end / reach or the next float above it."""
    ratio = end / reach
    return ratio if Fraction(ratio) * Fraction(reach) >= Fraction(end) else math.nextafter(ratio, math.inf)


def checked_problem(
    target, tolerance, interval: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """The arguments as arrays and numbers, or an error that names what is wrong.

    Args:
        target: k responses.
        tolerance: how far each may be off, one number or one for each.
        interval: where the measure may live.
    """
    target = np.asarray(target, dtype=np.float64)
    if target.ndim != 1 or target.size == 0 or not np.isfinite(target).all():
        raise ValueError(f"target must be a list of k >= 1 finite responses, but is {target!r}.")
    allowed = np.asarray(tolerance, dtype=np.float64)
    if allowed.shape not in ((), target.shape) or not ((allowed >= 0) & (allowed < math.inf)).all():
        raise ValueError(
            f"tolerance must be finite and not negative, one number or one for each of the {len(target)} "
            f"responses, but is {tolerance!r}."
        )
    low, high = map(float, interval)
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"interval must be two finite numbers in ascending order, but is {interval!r}.")
    return target, np.broadcast_to(allowed, target.shape), (low, high)


def _hints(moments: list[arb]) -> np.ndarray:
    """Poles of the Gauss measure of the first 2n responses for the n that fits best, if it fits them all."""
    m = np.array([float(y.mid()) for y in moments])
    poles, best = np.empty(0), np.inf
    for n in range(1, len(m) // 2 + 1):
        try:
            x, w = quadrature(m[: 2 * n])
        except ValueError:  # responses with noise, which the tolerance allows for
            break
        missed = float(np.abs(w @ x[:, None] ** np.arange(len(m)) - m).max())
        if missed < 0.5 * best:
            poles, best = x, missed
    return poles if best < _FEW else np.empty(0)
