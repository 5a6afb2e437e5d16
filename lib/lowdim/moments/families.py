r"""Balanced systems that share as many responses as they can without being equal.

Here are the families that show that $2\hat d$ moments do not suffice (`thm-moments-tight`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array, binary_exponent
from lowdim.systems.balance import require_balanced
from lowdim.systems.linear import LinearRNN, krylov
from lowdim.systems.structures import require_structure
from lowdim.systems.teachers import teacher

_ROUNDING = 10 * np.finfo(np.float64).eps


def bordered_teacher(rnn: LinearRNN, beta: float, alpha: float) -> LinearRNN:
    r"""A balanced system with one more state and the same first $2\hat d$ responses (`thm-moments-tight`).

    $$A = \begin{pmatrix} \hat A & \beta g \\ \beta g^{\mathsf T} & \alpha \end{pmatrix}, \qquad
    B = C^{\mathsf T} = \begin{pmatrix} \hat B \\ 0 \end{pmatrix},$$

    with g the last Lanczos vector of $(\hat A, \hat B)$.  The response at lag $2\hat d$ is larger by
    $\beta^2 (g^{\mathsf T} \hat A^{\hat d - 1} \hat B)^2$.

    Args:
        rnn: the teacher: NumPy, symmetric, balanced, $\hat d$ states that B all reaches.
        beta: coupling to the new state.
        alpha: the new diagonal entry, of any value.

    Returns:
        A balanced LinearRNN of dimension $\hat d + 1$.

    Raises:
        ValueError: a batch, A not symmetric, B and C different, states that B does not reach.
    """
    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}, but one system is bordered at a time: rnn[i].")
    require_structure(rnn.A, "symmetric")
    require_balanced("rnn", rnn)
    rows = krylov(rnn.A, rnn.B, rnn.dim)
    Q, R = np.linalg.qr(rows.T)
    new = np.abs(np.diag(R))  # what each power of A adds to the span of those before it
    if (new <= _ROUNDING * rnn.dim * np.linalg.norm(rows, axis=1)).any():
        raise ValueError(
            f"B must reach all {rnn.dim} states, but A^j B with j < {rnn.dim} span fewer to rounding: poles "
            "coincide, or one has no weight. Border the smaller system with the same responses, such as "
            "recover_teacher(impulse_response(rnn, 2 * rnn.dim))."
        )
    g = Q[:, -1]
    A = np.block([[rnn.A, beta * g[:, None]], [beta * g[None], np.full((1, 1), float(alpha))]])
    return LinearRNN(A, np.append(rnn.B, 0.0), np.append(rnn.C, 0.0))


def interlacing_pair(points: Float[Array, " n"] | Sequence[float]) -> tuple[LinearRNN, LinearRNN]:
    r"""Two balanced systems with $\hat d$ and $\hat d + 1$ poles and $2\hat d$ responses in common.

    On $2\hat d + 1$ points $x_0 < x_1 < \dots$ the only signed measures with moments $0, \dots, 2\hat d - 1$
    zero have weights proportional to $1 / \prod_{y \ne x} (x - y)$, whose signs alternate: the points of one
    sign carry the one system, those of the other the other, so their poles interlace.  Total weight 1 each.

    Args:
        points: an odd number, at least three, of distinct numbers, ascending.

    Returns:
        The teacher, on the points with odd index, and its impostor, on those with even index.

    Raises:
        ValueError: an even number of points, fewer than three, not ascending or not finite; points so close
            to each other, against their whole extent, that the weights have no floats.

    >>> truth, impostor = interlacing_pair([-1.0, 0.0, 1.0])
    >>> np.diag(truth.A), np.diag(impostor.A), impostor.B**2
    (array([0.]), array([-1.,  1.]), array([0.5, 0.5]))
    """
    x = np.asarray(points, dtype=np.float64)
    if x.ndim != 1 or x.size < 3 or x.size % 2 == 0 or not (np.isfinite(x).all() and (np.diff(x) > 0).all()):
        raise ValueError(f"points must be 3, 5, 7, ... numbers in ascending order, but is {points!r}.")
    x_unit = np.ldexp(x, -binary_exponent(x))  # only ratios of weights count
    apart = x_unit[:, None] - x_unit
    apart = np.ldexp(np.abs(apart), -binary_exponent(apart)) + np.eye(x.size)
    products = apart.prod(axis=1)
    if products.min() < x.size * np.finfo(np.float64).smallest_normal:
        raise ValueError(
            f"points have distances from {np.diff(x).min():.3g} to {x[-1] - x[0]:.3g}, and the product of "
            f"{x.size - 1} of them vanishes in float64: take fewer points, or points farther apart."
        )
    weights = 1 / products
    truth, impostor = (teacher(x[i::2], weights[i::2] / weights[i::2].sum()) for i in (1, 0))
    return truth, impostor
