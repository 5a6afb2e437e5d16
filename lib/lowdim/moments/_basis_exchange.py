r"""The linear program over measures, solved by exchanging atoms: the simplex method on a grid of points.

Largest $\sum_i w_i f(x_i)$ over weights $w \ge 0$ with $\sum_i w_i x_i^j + r_j = m_j$, $|r_j| \le t_j$.
Which measures are allowed does not depend on f, so the vertex that is best for one response is where the
search for the next one begins, and is often its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

_PIVOTS = 400
_ROUNDS = 30
_UNIT = 2 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Vertex:
    r"""A basis of the program: k of its columns, and at which end the slacks outside it stand.

    Args:
        code: for each column: -1 an atom, j the slack $r_j$, k + j the excess of the j-th moment.
        place: the place of an atom, or the sign of an excess, shape (k,).
        side: -1 or 1 for each slack, meant where it is not in the basis, shape (k,).
    """

    code: np.ndarray
    place: np.ndarray
    side: np.ndarray

    def matrix(self) -> Float[np.ndarray, "k k"]:
        """The columns of the basis."""
        k = len(self.code)
        columns = self.place[None, :] ** np.arange(k)[:, None]
        unit = np.zeros((k, k))
        others = np.flatnonzero(self.code >= 0)
        unit[self.code[others] % k, others] = np.where(self.code[others] < k, 1.0, self.place[others])
        return np.where(self.code >= 0, unit, columns)

    def outside(self) -> np.ndarray:
        """Which slacks are not in the basis: these moments are taken to their limits."""
        mask = np.ones(len(self.code), dtype=bool)
        mask[self.code[(self.code >= 0) & (self.code < len(self.code))]] = False
        return mask

    def right(self, target: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
        """The moments that the columns of the basis have to make up."""
        return target - np.where(self.outside(), self.side * tolerance, 0.0)


def first_vertex(
    target: Float[np.ndarray, " k"],
    tolerance: Float[np.ndarray, " k"],
    points: Float[np.ndarray, " n"],
    finer: Callable[[Float[np.ndarray, " m"], int], Float[np.ndarray, " l"]],
) -> tuple[Vertex, float]:
    """A vertex that is allowed, and by how much the moments of the nearest measure are out, 0 as a rule.

    Args:
        target: the moments.
        tolerance: how far each may be off.
        points: where atoms may be.
        finer: points close to given atoms, ever closer with the round; a narrow tolerance needs them.
    """
    k = len(target)
    side = np.where(target > 0, 1.0, -1.0)
    far = np.abs(target) > tolerance
    vertex, excess = Vertex(np.where(far, k + np.arange(k), np.arange(k)), side, side.copy()), np.inf
    now = points
    for round_ in range(_ROUNDS):
        vertex, _ = exchange(vertex, target, tolerance, now, np.zeros(len(now)), np.zeros_like, 1e-16)
        out = vertex.code >= k
        values = np.linalg.solve(vertex.matrix(), vertex.right(target, tolerance))
        excess = float(np.maximum(values[out], 0.0).sum())
        if excess <= 1e-16:
            break
        now = np.concatenate([points, finer(vertex.place[vertex.code < 0], round_)])
    return vertex, excess


def exchange(
    vertex: Vertex,
    target: np.ndarray,
    tolerance: np.ndarray,
    points: np.ndarray,
    heights: np.ndarray,
    function,
    enough: float,
) -> tuple[Vertex, Float[np.ndarray, " k"]]:
    r"""The best vertex and its multipliers y: $\sum_j y_j x^j$ is above the function at all points.

    Args:
        vertex: where to begin.
        target: the moments.
        tolerance: how far each may be off.
        points: where atoms may be.
        heights: the function at the points.
        function: the function, for the atoms that the vertex has already.
        enough: a gain by less than this is not taken.
    """
    k = len(target)
    phase_one = bool((vertex.code >= k).any())
    table = points[:, None] ** np.arange(k)
    code, place, side = vertex.code.copy(), vertex.place.copy(), vertex.side.copy()
    multipliers = np.zeros(k)
    for _ in range(_PIVOTS):
        now = Vertex(code, place, side)
        matrix = now.matrix()
        cost = np.where(code < 0, function(place), np.where(code < k, 0.0, -1.0 if phase_one else 0.0))
        multipliers = np.linalg.solve(matrix.T, cost)
        gain = heights - table @ multipliers
        best = int(gain.argmax())
        outside = now.outside()
        slack = np.where(outside, side * multipliers, 0.0) * tolerance
        j = int(slack.argmax())
        # Gains are rounded by so much: a smaller one would be taken again and again, and change nothing.
        rounding = _UNIT * float(np.abs(multipliers).sum())
        rise = gain[best] if gain[best] > rounding else 0.0
        if max(rise, 2 * slack[j]) <= enough:
            break
        if rise >= 2 * slack[j]:
            column, way, own, new = table[best], 1.0, np.inf, (-1, points[best])
        else:
            column, way, own, new = np.eye(k)[j], -side[j], 2 * tolerance[j], (j, 0.0)
        values, along = np.linalg.solve(matrix, np.stack([now.right(target, tolerance), column], axis=1)).T
        along = way * along
        slacks = (code >= 0) & (code < k)
        limit = np.where(slacks, tolerance[np.where(slacks, code, 0)], 0.0)
        upper = np.where(slacks, limit, np.where((code >= k) & (not phase_one), 0.0, np.inf))
        room = np.where(along > 0, values + limit, upper - values)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(np.abs(along) > 1e-11, np.maximum(room, 0.0) / np.abs(along), np.inf)
            relaxed = np.where(np.abs(along) > 1e-11, (np.maximum(room, 0.0) + 1e-15) / np.abs(along), np.inf)
        first = relaxed.min()
        if own <= first:
            side[j] = -side[j]
            continue
        if not np.isfinite(first):
            break
        leaves = int(np.where(step <= first, np.abs(along), -1.0).argmax())
        if slacks[leaves]:
            side[code[leaves]] = -1.0 if along[leaves] > 0 else 1.0
        code[leaves], place[leaves] = new
    return Vertex(code, place, side), multipliers


def drop_excess(vertex: Vertex) -> Vertex:
    """The vertex with each excess, which is zero by now, replaced by the slack of its moment.

    Args:
        vertex: what `first_vertex` returned.
    """
    k = len(vertex.code)
    code, side = vertex.code.copy(), vertex.side.copy()
    for i in np.flatnonzero(code >= k):
        code[i] -= k  # at its end of the interval, side says which: the basic slack starts there
    return replace(vertex, code=code, side=side)
