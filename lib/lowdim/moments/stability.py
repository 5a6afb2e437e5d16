r"""How far a small training error can reach: the constants of the quantitative moment problem.

A non-negative measure on $[-R, R]$ whose moments agree with those of a teacher with poles $\hat\lambda_1,
\dots, \hat\lambda_{\hat d}$ up to $\delta$ at the lags $0, \dots, 2\hat d$ agrees with it up to a constant
times $\delta$ at every other lag $q$.  Three such constants, each a float64 number rounded up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.arrays import Array, require_count
from lowdim.balls.arithmetic import precision, upper
from lowdim.balls.divided_differences import quotient_range, table
from lowdim.moments.tangents import moment_tangents
from lowdim.systems.linear import LinearRNN, spectral_measure


def universal_constants(d_hat: int, horizon: int, radius: float = 1.0) -> Float[np.ndarray, " horizon"]:
    r"""$K_q = \sum_{i<2\hat d} 2^i \binom{q}{i} + 2^{2\hat d} \binom{q}{2\hat d} R^{q-2\hat d}$ for each lag
    $q = 0, \dots, \mathrm{horizon} - 1$ (`thm-moments-universal`, `thm-moments-end`).

    It depends on no pole, weight or state dimension, only on their number; poles in $[-1, 1]$.

    Args:
        d_hat: the teacher's number of poles $\hat d$.
        horizon: number of lags.
        radius: $R \ge 1$, a bound on the student's spectral radius.

    Returns:
        Array of shape (horizon,).

    Raises:
        ValueError: order or horizon below 1, radius below 1.

    >>> universal_constants(1, 4)
    array([ 1.,  3.,  9., 19.])
    """
    d_hat, horizon = require_count("d_hat", d_hat), require_count("horizon", horizon)
    if not (radius >= 1 and math.isfinite(radius)):
        raise ValueError(f"radius must be at least 1, as the poles are in [-1, 1], but is {radius!r}.")
    with precision():
        R, most = arb(radius), 2 * d_hat
        return _rounded_up(
            sum((arb(2**i * math.comb(q, i)) for i in range(most)), arb(0))
            + (R ** (q - most) * 2**most * math.comb(q, most) if q >= most else 0)
            for q in range(horizon)
        )


def sharp_constants(
    poles: Float[Array, " atoms"] | Sequence[float], horizon: int, radius: float = 1.0
) -> Float[np.ndarray, " horizon"]:
    r"""$\max(\lVert H_q + D_{\max} p \rVert_1, \lVert H_q + D_{\min} p \rVert_1)$, coefficient 1-norms.

    Here $x^q = H_q(x) + p(x) D_q(x)$ with $p = \prod_i (x - \hat\lambda_i)^2$, and $[D_{\min}, D_{\max}]$ is
    the range of $D_q$ over $[-R, R]$ (`thm-moments-sharp`, there for $R = 1$).  Lags up to $2\hat d$ are
    seen: constant 1.

    Args:
        poles: the teacher's poles, distinct, shape (d̂,).
        horizon: number of lags.
        radius: $R > 0$, a bound on the student's spectral radius.

    Returns:
        Array of shape (horizon,).

    Raises:
        ValueError: no poles, or radius not positive and finite.
    """
    nodes, horizon = _doubled(poles), require_count("horizon", horizon)
    if not 0 < radius < math.inf:
        raise ValueError(f"radius must be positive and finite, but is {radius!r}.")
    with precision():
        newton = [[arb(1)]]  # coefficients of prod_{l<i} (x - t_l), lowest power first
        for node in nodes:
            last = newton[-1]
            newton.append([a - arb(node) * b for a, b in zip([arb(0), *last], [*last, arb(0)], strict=True)])
        rows = table(nodes, horizon)
        ends = quotient_range(rows[-1], -radius, radius)
        norms = [arb(1)] * min(horizon, len(nodes) + 1)
        for q in range(len(nodes) + 1, horizon):
            hermite = [rows[i + 1][q - i] for i in range(len(nodes))]
            both = [_norm([*hermite, end[q - len(nodes)]], newton) for end in ends]
            norms.append(both[0].max(both[1]))
        return _rounded_up(norms)


def all_horizons_constant(poles: Float[Array, " atoms"] | Sequence[float]) -> float:
    r"""$C(\hat\lambda)$ with $\sup_q |m_q - \hat m_q| \le C(\hat\lambda) \delta$ (`thm-moments-horizons`).

    $$C(\hat\lambda) = \sum_{i < 2\hat d} \frac{\prod_{l < i} (1 + |t_l|)}{\prod_{l \le i} (1 - |t_l|)}
    + \prod_i \Big(\frac{1 + |\hat\lambda_i|}{1 - |\hat\lambda_i|}\Big)^2$$

    with $t = (\hat\lambda_1, \hat\lambda_1, \hat\lambda_2, \hat\lambda_2, \dots)$, the largest pole last.

    Args:
        poles: the teacher's poles, distinct, shape (d̂,).

    Returns:
        The constant; inf when a pole is not inside $(-1, 1)$.

    Raises:
        ValueError: no poles.

    >>> round(all_horizons_constant([0.5]), 12)
    17.0
    """
    nodes = sorted(np.abs(_doubled(poles)).tolist())
    if nodes[-1] >= 1:
        return math.inf
    with precision():
        total, above, below = arb(0), arb(1), arb(1)
        for node in nodes:
            below *= 1 - arb(node)
            total += above / below
            above *= 1 + arb(node)
        return upper(total + above / below)


def crowding(teacher: LinearRNN) -> float:
    r"""How far residuals of size one move the teacher's poles, in units of the room that they have.

    Small residuals $r_0, \dots, r_{2\hat d - 1}$ of a student of $\hat d$ atoms move its poles by $(T^{-1}
    r)_i$ to first order, T the tangents of the moments.  The room of a pole is the distance to the next one
    or to the end of $[-1, 1]$.  The sharp constant is sharp while this number times $\delta$ is small.

    Args:
        teacher: a symmetric system of distinct poles inside $(-1, 1)$.

    Returns:
        $\max_i \sum_j \lvert (T^{-1})_{ij} \rvert / \mathrm{room}_i$ over the poles.

    Raises:
        ValueError: a batch; poles that coincide, have no weight, or are not inside $(-1, 1)$.
    """
    if teacher.batch:
        raise ValueError(f"teacher has batch axes {teacher.batch}; one at a time: teacher[i].")
    poles, weights = spectral_measure(teacher)
    n = len(poles)
    if len(np.unique(poles)) < n or np.abs(poles).max() >= 1 or not weights.all():
        raise ValueError(
            f"teacher must have distinct poles inside (-1, 1), each with a weight, but has {poles} with "
            f"{weights}: elsewhere a pole has no room."
        )
    moved = np.abs(np.linalg.inv(moment_tangents(poles, weights, 2 * n))[n:]).sum(axis=1)
    apart = np.abs(poles[:, None] - poles) + np.diag(np.full(n, np.inf))
    return float(np.max(moved / np.minimum(apart.min(axis=1), 1 - np.abs(poles))))


def _norm(newton_coefficients: list[arb], newton: list[list[arb]]) -> arb:
    monomial = [arb(0)] * len(newton)
    for factor, polynomial in zip(newton_coefficients, newton, strict=True):
        for j, coefficient in enumerate(polynomial):
            monomial[j] += factor * coefficient
    return sum((abs(entry) for entry in monomial), arb(0))


def _rounded_up(balls) -> np.ndarray:
    return np.array([upper(ball) for ball in balls])


def _doubled(poles: Array | Sequence[float]) -> np.ndarray:
    poles = np.asarray(poles, dtype=np.float64)
    if poles.ndim != 1 or poles.size == 0 or not np.isfinite(poles).all() or len(set(poles)) < poles.size:
        raise ValueError(f"poles must be a list of at least one distinct finite number, but is {poles!r}.")
    return np.repeat(poles, 2)
