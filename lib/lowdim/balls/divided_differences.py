r"""Divided differences of the monomials, the arithmetic of every bound on a later response.

For nodes $t_0, \dots, t_i$ the divided difference $x^q[t_0, \dots, t_i]$ is the complete homogeneous
symmetric polynomial $h_{q-i}(t_0, \dots, t_i)$, the sum of all products of $q - i$ nodes.  It obeys

$$h_n(t_0, \dots, t_i) = t_i\, h_{n-1}(t_0, \dots, t_i) + h_n(t_0, \dots, t_{i-1}),$$

and Newton's formula $x^q = \sum_i h_{q-i}(t_0, \dots, t_i) \prod_{l<i} (x - t_l)$ turns moments of the nodes'
polynomials into responses.  All numbers are balls (:mod:`lowdim.balls.arithmetic`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
from flint import arb

_TANGENTS = 24  # points at which the convex quotient is supported from below


def extend(row: list[arb], node: arb | float) -> list[arb]:
    r"""$h_n(t_0, \dots, t_i)$ for $n = 0, 1, \dots$ from $h_n(t_0, \dots, t_{i-1})$.

    Args:
        row: values without the new node; for no nodes at all 1, 0, 0, ...
        node: the new node $t_i$.
    """
    node, value, out = arb(node), arb(0), []
    for entry in row:
        value = node * value + entry
        out.append(value)
    return out


def table(nodes: Iterable[arb | float], length: int) -> list[list[arb]]:
    r"""Rows $i = 0, 1, \dots$ of $h_n(t_0, \dots, t_{i-1})$, $n < \mathrm{length}$; row 0 has no nodes.

    Args:
        nodes: $t_0, t_1, \dots$, repeated ones allowed.
        length: entries per row.
    """
    rows = [[arb(1)] + [arb(0)] * (length - 1)]
    for node in nodes:
        rows.append(extend(rows[-1], node))
    return rows


def newton_moments(moments: list[arb], nodes: Iterable[arb | float]) -> list[arb]:
    r"""$\omega_i = \int \prod_{l<i} (x - t_l)\, d\mu$ for $i = 0, \dots$, from $m_j = \int x^j d\mu$.

    Args:
        moments: $m_0, m_1, \dots$, more of them than nodes.
        nodes: $t_0, t_1, \dots$
    """
    row, out = list(moments), [moments[0]]
    for node in nodes:
        node = arb(node)
        row = [later - node * now for now, later in itertools.pairwise(row)]
        out.append(row[0])
    return out


def quotient_range(row: list[arb], low: float, high: float) -> tuple[list[arb], list[arb]]:
    r"""The range of $D(x) = h_n(t_0, \dots, t_i, x)$ over $x \in [\mathrm{low}, \mathrm{high}]$.

    $D'(x) = h_{n-1}(t, x, x)$, and $h_m \ge 0$ for even m and any arguments, by the mean value theorem for
    divided differences (Hunter 1977).  So D increases on all of $\mathbb R$ when n is odd, and is convex and
    non-negative when n is even.  The extremes are at the ends, except for the least value of the convex D:
    there the mean of two tangents that has slope zero is a lower bound everywhere.

    Args:
        row: $h_n$ of the nodes alone, $n = 0, 1, \dots$
        low: left end.
        high: right end.

    Returns:
        Lower bounds on the least and upper bounds on the largest value, as balls, for every n.
    """
    left, right = extend(row, low), extend(row, high)
    points = low + (high - low) * (1 - np.cos(np.pi * np.linspace(0, 1, _TANGENTS))) / 2
    values = [extend(row, x) for x in points]
    slopes = [[arb(0), *extend(value, x)[:-1]] for value, x in zip(values, points, strict=True)]
    steep = np.array([[float(s) for s in slope] for slope in slopes])
    reach = arb(max(abs(low), abs(high)))
    smallest, largest = [], []
    for n in range(len(row)):
        if n % 2:
            smallest.append(left[n])
            largest.append(right[n])
            continue
        largest.append(left[n].max(right[n]))
        if steep[0, n] >= 0 or steep[-1, n] <= 0:
            i = 0 if steep[0, n] >= 0 else -1
            end, slope = (left[n], slopes[0][n]) if i == 0 else (right[n], -slopes[-1][n])
            smallest.append(end + slope.min(arb(0)) * (2 * reach))
            continue
        i = int(np.searchsorted(steep[:, n] > 0, True)) - 1
        share = arb(float(steep[i, n] / (steep[i, n] - steep[i + 1, n])))
        one = values[i][n] - slopes[i][n] * arb(points[i])
        two = values[i + 1][n] - slopes[i + 1][n] * arb(points[i + 1])
        tilt = (1 - share) * slopes[i][n] + share * slopes[i + 1][n]
        smallest.append((1 - share) * one + share * two - abs(tilt) * reach)
    return smallest, largest
