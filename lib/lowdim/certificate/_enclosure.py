r"""What the first k moments of a non-negative measure say about its later ones (`thm-moments-enclosure`)."""

from __future__ import annotations

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.balls.arithmetic import lower, upper
from lowdim.balls.divided_differences import newton_moments, table
from lowdim.certificate._measure_split import Split
from lowdim.moments.gauss import quadrature

_UNIT = np.finfo(np.float64).eps
_TINY = np.finfo(np.float64).tiny


def later_moments(student: Split, poles: np.ndarray, horizon: int) -> list[tuple[arb, arb]]:
    r"""Bounds on $m^+_q$ at the lags q = k, ..., horizon - 1 from $m^+_j$ at lags j < k.

    For any nodes t, each of them twice, Newton's formula gives $m^+_q = \sum_{i<n} h_{q-i}(t_0, \dots, t_i)
    \int N_i\, d\mu^+ + \int N_n D\, d\mu^+$.  The integrals of $N_i$ are measured, and $N_n$ is a square: the
    last term averages $D(x) = h_{q-n}(t, x)$ over a non-negative measure of mass $\int N_n\, d\mu^+$.  Every
    choice of fewer than k / 2 nodes gives an interval; these are intersected, with what holds without any
    nodes: $0 \le m^+_q \le R^{q-e} m^+_e$ at even q, $|m^+_q| \le R^{q-e} m^+_e$ at odd q, e the last even
    lag that was measured.

    Args:
        student: the measure $\mu^+$: its moments at lags j < k, and the eigenvalues that carry it.
        poles: the teacher's poles, distinct, fewer than k / 2.
        horizon: number of lags in all.

    Returns:
        A lower and an upper bound for each lag.
    """
    k = len(student.plus)
    knowns, masses, roots, powers = [], [], [], []
    most = (k - 1) // 2
    for chosen in _choices(student, poles, most):
        nodes = np.repeat(chosen, 2)
        n, rows, moments = len(nodes), table(nodes, horizon), newton_moments(student.plus, nodes)
        known = [arb(0)] * (horizon - k)
        for i, row in enumerate(rows[1:]):
            known = [y + h * moments[i] for y, h in zip(known, row[k - i :], strict=False)]
        knowns.append(known)
        masses.append([max(lower(moments[n]), 0.0), upper(moments[n])])
        roots.append(np.pad(chosen, (0, most - len(chosen)), constant_values=np.inf))
        powers.append(([0.0] * n + [float(h) for h in rows[n]])[:horizon])
    low, high = _remainders(np.array(powers), np.array(roots), np.array(masses), student)
    even, radius, bounds = (k - 1) // 2 * 2, arb(student.radius), []
    for q in range(k, horizon):
        most = student.plus[even] * radius ** (q - even)
        lows = [known[q - k] + low[i, q] for i, known in enumerate(knowns)] + [-most if q % 2 else arb(0)]
        highs = [known[q - k] + high[i, q] for i, known in enumerate(knowns)] + [most]
        bounds.append((_largest_ball(lows), -_largest_ball([-ball for ball in highs])))
    return bounds


def _choices(student: Split, poles: np.ndarray, most: int) -> list[np.ndarray]:
    r"""Nodes that leave little mass: the teacher's poles, the student's poles nearest to them, and Radau's.

    The last are the nodes of the rules that integrate all the moments and have one further node at an end of
    the spectrum: what a student that is wrong in the worst way looks like.
    """
    moments = np.array([float(m) for m in student.plus])
    low, high = student.poles[0], student.poles[-1]
    found = [poles, np.unique(student.poles[np.abs(student.poles[:, None] - poles).argmin(axis=0)])]
    for weighted in (moments[1:] - low * moments[:-1], high * moments[:-1] - moments[1:]):
        try:
            nodes = quadrature(weighted[: 2 * most])[0]
        except ValueError:  # rounding: a measure near one end of the spectrum, weighted to nothing
            continue
        if (
            np.abs(nodes).max(initial=0.0) <= 2 * student.radius
        ):  # else rounding again: they are in the spectrum
            found.append(nodes)
    return found


def _remainders(
    powers: Float[np.ndarray, "c horizon"],
    roots: Float[np.ndarray, "c most"],
    masses: Float[np.ndarray, "c 2"],
    student: Split,
) -> tuple[Float[np.ndarray, "c horizon"], Float[np.ndarray, "c horizon"]]:
    r"""Bounds on $\int p D_q\, d\mu^+$ for c choices of nodes, where $p = \prod (x - \mathrm{root})^2$.

    Args:
        powers: $h_{q-n}$ of the n nodes by lag q, zero for q < n; with x as a further node it is $D_q(x)$.
        roots: the zeros of p; inf stands for none.
        masses: between which two numbers $\int p\, d\mu^+$ lies.
        student: the measure.
    """
    apart = np.abs(student.poles[:, None] - roots[:, None]) + student.error
    height = (np.where(np.isinf(apart), 1.0, apart) ** 2).prod(axis=-1) * (1 + 1e-12) + _TINY
    values, errors = _quotients(powers, student)
    total = upper(student.plus[0])
    low, high = (_largest(side, height, masses, total) for side in (errors - values, values + errors))
    return -np.nan_to_num(low, nan=np.inf), np.nan_to_num(high, nan=np.inf)  # what overflowed bounds nothing


def _quotients(powers: np.ndarray, student: Split) -> tuple[np.ndarray, np.ndarray]:
    r"""$D_q$ at every eigenvalue by Horner's rule, and a bound on its error; shape (c, eigenvalues, horizon).

    Rounding moves Horner's rule for $\sum_i h_{q-i} x^i$ by at most $(2q + 2) u \sum_i |h_{q-i}| |x|^i$, and
    an error in x by at most its size times $\sum_i i\, |h_{q-i}| |x|^{i-1}$.
    """
    x, reach = student.poles, np.abs(student.poles) + student.error
    values = np.empty((powers.shape[1], len(powers), len(x)))
    errors = np.empty_like(values)
    value = size = slope = np.zeros((len(powers), len(x)))
    for q, h in enumerate(powers.T[:, :, None]):
        value, size, slope = x * value + h, reach * size + np.abs(h), reach * slope + size
        values[q], errors[q] = value, 2 * (q + 2) * _UNIT * size + student.error * slope
    return np.moveaxis(values, 0, -1), np.moveaxis(errors, 0, -1) * (1 + 1e-9)


def _largest(values: np.ndarray, height: np.ndarray, masses: np.ndarray, total: float) -> np.ndarray:
    r"""An upper bound on $\sum w_i p_i D_i$ if $w_i \ge 0$, $\sum w_i p_i$ = mass and $\sum w_i \le$ total.

    It is mass times the largest D.  Or, for any cut through the atoms in order of p: those below the cut, so
    near the nodes that p is tiny there, give at most total times the largest $p_i D_i^+$ of them, those above
    at most mass times the largest $D_i^+$ of them.  The least of all these.

    Args:
        values: bounds on $D_i$ from above, shape (c, atoms, horizon).
        height: bounds on $p_i$ from above, shape (c, atoms).
        masses: between which two numbers the mass lies, shape (c, 2).
        total: the total weight, or more.

    Returns:
        Array of shape (c, horizon).
    """
    least, most = masses[:, 0, None], masses[:, 1, None]
    order = np.argsort(height, axis=1)[:, :, None]
    gain = np.take_along_axis(np.maximum(values, 0.0), order, axis=1)
    weight = np.take_along_axis(height[:, :, None], order, axis=1)
    none = np.zeros_like(gain[:, :1])
    near = np.concatenate([none, np.maximum.accumulate(weight * gain, axis=1)], axis=1)
    far = np.concatenate([np.maximum.accumulate(gain[:, ::-1], axis=1)[:, ::-1], none], axis=1)
    cut = (far * most[:, None] + near * total).min(axis=1)
    plain = values.max(axis=1)
    bound = np.minimum(cut, np.maximum(plain * least, plain * most))
    return bound + np.abs(bound) * 16 * _UNIT + _TINY


def _largest_ball(balls: list[arb]) -> arb:
    largest = balls[0]
    for ball in balls[1:]:
        largest = largest.max(ball)
    return largest
