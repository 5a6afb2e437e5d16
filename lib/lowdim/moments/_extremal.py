r"""The largest $\int f d\mu$ over non-negative measures with moments in given intervals, f after f."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.balls.arithmetic import upper
from lowdim.moments import _above
from lowdim.moments._basis_exchange import drop_excess, exchange, first_vertex
from lowdim.moments._chebyshev import angle
from lowdim.moments._objective import Objective, Touching
from lowdim.moments._touching import Contact, heights, settle, united

_ROUNDS = 12
_IDLE = 3  # rounds without progress after which a search ends
_CLOSE = 1e-3  # of the width of the range: a gap between proof and example that is not worth more work
_FLOOR = 1e-13  # tolerance of the search, whose float64 moments are no better; proofs use the true one
_MORE = 1  # moments beyond twice the atoms that an exact target is searched with
_MISSED = 2e-15  # of a moment, by rounding, where a measure meets it
_ROUNDING = 1e-14  # of the moments of a measure: what a vertex may be out by
_APART = 2.5  # steps of the grid within which two atoms are one


@dataclass(frozen=True)
class Extreme:
    r"""A proof and an example.

    Args:
        bound: no measure has $\int f d\mu$ above this ball.
        reached: what the measure reaches.
        poles: of the measure.
        weights: of the measure.
        price: by how much the bound rises with the tolerance of all moments, at most: $\sum_j |P_j|$.
    """

    bound: arb
    reached: float
    poles: Float[np.ndarray, " n"]
    weights: Float[np.ndarray, " n"]
    price: float = 0.0

    def united(self, other: Extreme) -> Extreme:
        """The better proof and the better example.

        Args:
            other: of the same objective.
        """
        proof = other if upper(other.bound) < upper(self.bound) else self
        better = other if other.reached > self.reached else self
        return Extreme(proof.bound, better.reached, better.poles, better.weights, proof.price)

    @property
    def blur(self) -> float:
        """What the rounding of the measure's moments may add to what it reaches; a smaller gap is none."""
        return 2 * _MISSED * self.price

    @property
    def gap(self) -> float:
        """Distance of the two."""
        return upper(self.bound) - self.reached


@dataclass
class Program:
    r"""The measures with $|m_j - \mathrm{target}_j| \le t_j$, and where the last searches ended.

    Args:
        target: the first k moments, balls, of order 1.
        tolerance: how far each may be off, balls.
        interval: within [-1, 1], one end 1 or -1.
        longest: the largest lag that will be asked for; of a resolvent, about one over the gap.
        hints: the atoms, where they are few and make up the target; else none.
        excess: by how much the moments of the nearest measure found are out; set here.
    """

    target: list[arb]
    tolerance: list[arb]
    interval: tuple[float, float]
    longest: int
    hints: np.ndarray = field(default_factory=lambda: np.empty(0))
    excess: float = 0.0
    _vertices: dict = field(default_factory=dict)
    _contacts: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        m = np.array([float(y.mid()) for y in self.target])
        t = np.array([upper(y) for y in self.tolerance])
        if (
            len(self.hints) and t.max() < _FLOOR * np.abs(m).max()
        ):  # rounding has nothing to add to what few atoms say
            m, t = m[: 2 * len(self.hints) + _MORE], t[: 2 * len(self.hints) + _MORE]
        self._m, self._t = m, np.maximum(t, _FLOOR * np.abs(m).max())
        k = len(self._m)
        self._count = _above.cells(k, self.longest)
        middle, radius = sum(self.interval) / 2, (self.interval[1] - self.interval[0]) / 2
        points = middle + radius * np.cos(np.linspace(0, np.pi, self._count + 1))
        points[0], points[-1] = self.interval[1], self.interval[0]
        hints = np.clip(self.hints, *self.interval)
        self._points = np.concatenate([points, hints])

        def finer(places: np.ndarray, round_: int) -> np.ndarray:
            return self._near(places, np.pi / self._count / 2**round_)

        vertex, excess = first_vertex(self._m, self._t, self._points, finer)
        self.excess = excess if excess > _ROUNDING else 0.0
        if self.excess > 0:  # nothing found: search among the measures that come as near as this one
            self._t = self._t + 1.1 * self.excess
            vertex, _ = first_vertex(self._m, self._t, self._points, finer)
        self._first = drop_excess(vertex)

    def extremes(self, objective: Objective) -> tuple[Extreme, Extreme]:
        """The least and the largest integral; the first as a bound on its negative.

        Args:
            objective: of sign 1; powers with ascending lags find the next start near the last end.
        """
        found = self._refined([objective.negative, objective])
        return found[-1], found[1]

    def least(self, objective: Objective) -> Extreme:
        """The least integral alone, as a bound on its negative; for an objective without a largest one.

        Args:
            objective: of sign 1.
        """
        return self._refined([objective.negative])[-1]

    def _refined(self, wanted: list[Objective]) -> dict[int, Extreme]:
        """By sign, what the searches find until the gaps are small against the width of the range."""
        idle = {f.sign: 0 for f in wanted}
        searches = {f.sign: self._search(f) for f in wanted}
        best = {sign: next(search) for sign, search in searches.items()}
        while True:
            ends = [best[sign].bound for sign in best]
            width = max(upper(sum(ends, arb(0)) if len(ends) == 2 else _CLOSE * abs(ends[0])), 0.0)
            worked = False
            for sign, search in searches.items():
                gap = best[sign].gap
                if idle[sign] >= _IDLE or gap <= max(_CLOSE * width, best[sign].blur):
                    continue
                if (found := next(search, None)) is None:
                    continue
                best[sign], worked = best[sign].united(found), True
                idle[sign] = 0 if best[sign].gap < 0.9 * gap else idle[sign] + 1
            if not worked:
                return best

    def _search(self, objective: Objective) -> Iterator[Extreme]:
        """Ever better proofs and examples: the last contact carried on, then exchanges, ever finer."""
        key = (objective.sign, objective.kind)
        # Always true: P = f where that is a moment itself, else the mass times the largest f.
        lag = objective.lag
        if lag is not None and lag < len(self.target):
            bound, price = objective.sign * self.target[lag] + self.tolerance[lag], 1.0
        else:
            bound, price = self._simple(objective), upper(abs(objective.largest(self.interval)))
        yield Extreme(bound, -np.inf, _NONE, _NONE, price)
        contact = self._contacts.pop(key, None)
        if contact is not None:
            contact = contact if contact.rigid else settle(contact, objective, self.interval)
        if contact is not None and (found := self._proof(contact, objective)) is not None:
            self._contacts[key] = contact
            yield found
        vertex, points = self._vertices.get(key, self._first), self._points
        step = np.pi / self._count
        enough = float(np.clip(1e-4 * self._t.min(), 1e-16, 1e-9))
        f = objective.values

        for _ in range(_ROUNDS):
            try:
                vertex, multipliers = exchange(vertex, self._m, self._t, points, f(points), f, enough)
                values = np.linalg.solve(vertex.matrix(), vertex.right(self._m, self._t))
            except np.linalg.LinAlgError:  # two atoms of the basis too close: begin anew
                self._vertices.pop(key, None)
                vertex, points = self._first, self._points
                continue
            self._vertices[key] = vertex
            wide, close = (
                united(vertex, values, multipliers, self._m, self._t, self.interval, _APART * apart)
                for apart in (np.pi / self._count, step)
            )
            raw, found = close, None
            for tried in (wide, close) if len(wide.poles) < len(close.poles) else (wide,):
                contact = settle(tried, objective, self.interval)
                found = self._proof(contact, objective) if contact is not None else None
                if found is not None and np.isfinite(found.reached):
                    self._contacts[key] = contact
                    yield found
                    break
                found = None
            if found is None and (found := self._proof(raw, objective)) is not None:
                atoms = vertex.code < 0
                x, w = vertex.place[atoms], np.maximum(values[atoms], 0.0)
                yield Extreme(found.bound, float(f(x) @ w), x, w, found.price)
            step /= 2
            points = np.concatenate(
                [self._points, self._near(np.append(vertex.place[vertex.code < 0], raw.poles), step)]
            )

    def _simple(self, objective: Objective) -> arb:
        """The mass at the place where f is largest."""
        largest = objective.largest(self.interval)
        mass = self.target[0] + (self.tolerance[0] if largest > 0 else -self.tolerance[0])
        return largest * mass.max(arb(0))

    def _near(self, places: np.ndarray, step: float) -> np.ndarray:
        """Points close to the places, as far apart as the step."""
        theta = angle(places, self.interval)[:, None] + step * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
        middle, radius = sum(self.interval) / 2, (self.interval[1] - self.interval[0]) / 2
        return np.clip(middle + radius * np.cos(theta.ravel()), *self.interval)

    def _proof(self, contact: Contact, objective: Objective) -> Extreme | None:
        """What the polynomial of a contact, raised by what it lacks, proves, and what its measure reaches."""
        theta, radius = angle(contact.poles, self.interval), (self.interval[1] - self.interval[0]) / 2
        try:
            at = contact.polynomial(objective)
        except ZeroDivisionError:
            return None
        P = [arb(0)] * len(self._m)
        for j, c in zip(contact.lags.tolist(), at, strict=True):
            P[j] = c
        f = steep = [arb(0)] * len(theta)
        if not contact.rigid:
            f, steep = heights(at, contact.lags, objective, contact.poles, radius, theta)
        used = float(sum((abs(c) * t for c, t in zip(P, self.tolerance, strict=False)), arb(0)).mid())
        if not np.isfinite(used):
            return None
        P = objective.raised(P, self.interval, Touching(theta, contact.poles, f, steep), used)
        if P is None:
            return None
        terms = (c * m + t * abs(c) for c, m, t in zip(P, self.target, self.tolerance, strict=False))
        bound = sum(terms, arb(0))
        missed = np.abs(contact.weights @ contact.poles[:, None] ** np.arange(len(P)) - self._m)
        met = (missed <= self._t * (1 + 1e-6) + _MISSED).all()
        reached = float(contact.weights @ objective.values(contact.poles)) if met else -np.inf
        price = upper(sum((abs(c) for c in P), arb(0)))
        return Extreme(bound, reached, contact.poles, contact.weights, price)


_NONE = np.empty(0)
