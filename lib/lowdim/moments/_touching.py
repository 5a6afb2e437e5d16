r"""Polynomials that touch the objective f where a measure has its atoms, and what they prove.

At the best measure three things hold: the moments at their limits (lags J) are met; $P = \sum_{j \in J} P_j
x^j$ equals f at every atom; and it has the same slope at those inside the interval.  These are as
many equations as there are unknown weights, places and coefficients, whatever their numbers.  Where the
conditions on P are as many as its coefficients ("rigid") neither measure nor matrix depends on f: only the
right side is new at another lag.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb, arb_mat, arb_poly
from jaxtyping import Float

from lowdim.moments._basis_exchange import Vertex
from lowdim.moments._chebyshev import angle
from lowdim.moments._objective import Objective

_WEIGHTLESS = 1e-100  # an atom that has lost all weight on the way
_NEWTON, _PATIENT = 25, 8
_MET = 1e-9  # a step of the places after which only its square is missing


@dataclass(frozen=True)
class Contact:
    r"""Atoms, and the moments at their limits.

    Args:
        poles: places of the atoms, ascending, shape (n,).
        weights: their weights, shape (n,).
        inside: which of them are inside the interval, shape (n,).
        lags: J, shape (p,).
        goal: the moments at these lags, at their limits, shape (p,).
        coefficients: $P_j$ for j in J, in float64, shape (p,).
    """

    poles: Float[np.ndarray, " n"]
    weights: Float[np.ndarray, " n"]
    inside: np.ndarray
    lags: np.ndarray
    goal: Float[np.ndarray, " p"]
    coefficients: Float[np.ndarray, " p"]

    @property
    def rigid(self) -> bool:
        """Whether places alone determine P."""
        return len(self.poles) + int(self.inside.sum()) == len(self.lags)

    @cached_property
    def _inverse(self) -> arb_mat:
        return arb_mat(_rows(self, lambda x, j: arb(x) ** j)).inv()

    def polynomial(self, objective: Objective) -> list[arb]:
        """The coefficients at the lags J, balls: of exact contact where rigid.

        Args:
            objective: f.

        Raises:
            ZeroDivisionError: conditions that are not independent.
        """
        if not self.rigid:
            return [arb(c) for c in self.coefficients.tolist()]
        right = [[objective.ball(x)] for x in self.poles.tolist()]
        right += [[objective.ball_slope(x)] for x in self.poles[self.inside].tolist()]
        return (self._inverse * arb_mat(right)).entries()


def _rows(contact: Contact, power) -> list[list]:
    lags = contact.lags.tolist()
    rows = [[power(x, j) for j in lags] for x in contact.poles.tolist()]
    inside = contact.poles[contact.inside].tolist()
    return rows + [[j * power(x, j - 1) if j else power(x, 0) * 0 for j in lags] for x in inside]


def united(
    vertex: Vertex,
    values: np.ndarray,
    multipliers: np.ndarray,
    target: np.ndarray,
    tolerance: np.ndarray,
    interval: tuple[float, float],
    spacing: float,
) -> Contact:
    """The atoms of a vertex, close ones united.

    Args:
        vertex: of the program on points.
        values: what its columns carry.
        multipliers: of its moments.
        target: the moments.
        tolerance: how far each may be off.
        interval: where atoms may be.
        spacing: angle below which two atoms are one.
    """
    atoms = vertex.code < 0
    order = np.argsort(vertex.place[atoms])
    x, w = vertex.place[atoms][order], np.maximum(values[atoms][order], 0.0)
    steps = -np.diff(angle(x, interval))
    group = np.concatenate([[0], np.cumsum(steps > spacing)]) if len(x) else np.zeros(0, dtype=int)
    size, mass = np.bincount(group), np.bincount(group, w).astype(float)  # of nothing it counts whole numbers
    middle = np.bincount(group, x) / size
    poles = np.where(mass > 0, np.bincount(group, w * x) / np.where(mass > 0, mass, 1.0), middle)
    ends = (poles <= interval[0]) | (poles >= interval[1])
    lags = np.flatnonzero(vertex.outside())
    goal = vertex.right(target, tolerance)[lags]
    return Contact(np.clip(poles, *interval), mass, ~ends, lags, goal, multipliers[lags])


def settle(contact: Contact, objective: Objective, interval: tuple[float, float]) -> Contact | None:
    """The contact moved by Newton's method until all its equations hold, or None.

    Args:
        contact: where to begin.
        objective: f.
        interval: where atoms may be.
    """
    x, w, c = contact.poles.copy(), contact.weights.copy(), contact.coefficients.copy()
    inside, lags, goal = contact.inside, contact.lags, contact.goal
    n, p, (low, high) = len(x), len(lags), interval
    free = np.flatnonzero(inside)
    if n + len(free) < p or n == 0:
        return None
    jump = np.zeros((p + n + len(free), n + len(free) + p))
    for round_ in range(_NEWTON):
        if (w[inside] <= _WEIGHTLESS).any():
            return None
        y = x[inside]
        powers = x[:, None] ** lags
        slopes = lags * y[:, None] ** np.maximum(lags - 1, 0)
        bends = lags * (lags - 1) * y[:, None] ** np.maximum(lags - 2, 0)
        steep, bent = objective.slopes(y), objective.bends(y)
        jump[:p, :n], jump[:p, n : n + len(free)] = powers.T, slopes.T  # a move counts times its weight
        jump[p : p + n, n + len(free) :], jump[p + n :, n + len(free) :] = powers, slopes
        jump[p + free, n + np.arange(len(free))] = (slopes @ c - steep) / w[inside]
        jump[p + n + np.arange(len(free)), n + np.arange(len(free))] = (bends @ c - bent) / w[inside]
        missing = np.concatenate([goal - w @ powers, objective.values(x) - powers @ c, steep - slopes @ c])
        try:
            step = np.linalg.solve(jump, missing)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        move, gain = step[n : n + len(free)] / w[inside], step[:n]
        gaps = np.diff(x, prepend=2 * low - x[0], append=2 * high - x[-1])
        room = 0.45 * np.minimum(gaps[:-1], gaps[1:])[inside]
        damp = min(1.0, float((room / np.maximum(np.abs(move), 1e-300)).min(initial=np.inf)))
        fall = gain < -1e-300
        damp = min(damp, float((0.9 * w[fall] / -gain[fall]).min(initial=np.inf)))
        w, c = w + damp * gain, c + damp * step[n + len(free) :]
        x[inside] += damp * move
        small = _MET if round_ < _PATIENT else 100 * _MET  # rounding may not let it come nearer
        if np.abs(move).max(initial=0.0) < small and damp == 1.0:
            met = (x[inside] > low).all() and (x[inside] < high).all() and (w >= 0).all()
            return Contact(x, w, inside, lags, goal, c) if met else None
    return None


def heights(
    coefficients: list[arb],
    lags: np.ndarray,
    objective: Objective,
    x: np.ndarray,
    radius: float,
    theta: np.ndarray,
) -> tuple[list[arb], list[arb]]:
    r"""P - f and $d(P - f)/d\theta$ at places x.

    Args:
        coefficients: of P, balls.
        lags: their lags.
        objective: f.
        x: the places.
        radius: half the length of the interval.
        theta: their angles.
    """
    dense = [arb(0)] * (int(lags.max(initial=0)) + 1)
    for j, c in zip(lags.tolist(), coefficients, strict=True):
        dense[j] = c
    P = arb_poly(dense)
    slope = P.derivative()
    f = [P(arb(y)) - objective.ball(y) for y in x.tolist()]
    steep = [
        (slope(arb(y)) - objective.ball_slope(y)) * arb(float(abs(radius * np.sin(t))) + 1e-15)
        for y, t in zip(x.tolist(), theta.tolist(), strict=True)
    ]
    return f, steep
