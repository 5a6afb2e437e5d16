r"""Balancedness: how far a student is from $B = C^{\mathsf T}$, and what training keeps and what it lets
decay.

For symmetric A, with $u = B - C^{\mathsf T}$, $v = B + C^{\mathsf T}$ and the matrix
$P = \sum_{j<k} r_j A^j$ of the residuals, gradient flow reads $\dot u = 2Pu$, $\dot v = -2Pv$ whatever A
does (`thm-balance-ode`).
"""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float

from lowdim.arrays import Array, as_numpy, require_count, safe_unit
from lowdim.systems.linear import LinearRNN, krylov


def imbalance(rnn: LinearRNN) -> Float[Array, "*batch"]:
    r"""Relative imbalance $\|B - C^{\mathsf T}\| / \|B + C^{\mathsf T}\|$; zero for a balanced system.

    Args:
        rnn: the system or a batch of systems.

    Returns:
        Array of shape (...); infinite where $B = -C^{\mathsf T}$, NaN where both vanish.

    >>> from lowdim.systems import teacher
    >>> float(imbalance(teacher([0.9, 0.5], [1.0, -1.0])))  # B = (1, 1), C = (1, -1)
    1.0
    """
    u, v = parts(rnn)
    return _norm(u) / _norm(v)


def parts(rnn: LinearRNN) -> tuple[Float[Array, "*batch d"], Float[Array, "*batch d"]]:
    r"""$u = B - C^{\mathsf T}$ and $v = B + C^{\mathsf T}$:
    $m_j = \frac14 (v^{\mathsf T} A^j v - u^{\mathsf T} A^j u)$ for symmetric A (`prop-balance-split`).

    Args:
        rnn: the system or a batch of systems.

    Returns:
        (u, v), each of shape (..., d).
    """
    return rnn.B - rnn.C, rnn.B + rnn.C


def require_balanced(name: str, rnn: LinearRNN) -> None:
    r"""Refuse a system, or several, with $B \ne C^{\mathsf T}$ beyond rounding.

    Args:
        name: the argument's name, for the message.
        rnn: what was passed.
    """
    apart, size = (np.atleast_1d(as_numpy(_norm(part))) for part in parts(rnn))
    if (off := apart > 1e-12 * size).any():
        apart, size = apart[off][0], size[off][0]
        raise ValueError(
            f"{name} must be balanced, B = C.T, but |B - C.T| = {apart:.3g} beside |B + C.T| = {size:.3g}; "
            "its measure is signed, and a balanced system has no such measure."
        )


def noether_charge(rnn: LinearRNN) -> Float[Array, "*batch d d"]:
    r"""$Q = A A^{\mathsf T} - A^{\mathsf T} A + B B^{\mathsf T} - C^{\mathsf T} C$, conserved by gradient
    flow in a free A.

    The loss does not change under $(g A g^{-1}, g B, C g^{-1})$; Q is the conserved quantity of this symmetry
    (`thm-noether`).  For symmetric or diagonal A the flow is another one: it conserves the trace of
    Q, that is $\|B\|^2 - \|C\|^2$, and for diagonal A all of its diagonal (`cor-balance-charge`).

    Args:
        rnn: the system or a batch of systems.

    Returns:
        Symmetric array of shape (..., d, d); zero for $A = A^{\mathsf T}$, $B = C^{\mathsf T}$.
    """
    xp = array_namespace(rnn.A)
    At = xp.matrix_transpose(rnn.A)
    outer = rnn.B[..., :, None] * rnn.B[..., None, :] - rnn.C[..., :, None] * rnn.C[..., None, :]
    return xp.matmul(rnn.A, At) - xp.matmul(At, rnn.A) + outer


def asymmetry(rnn: LinearRNN, states: int) -> float:
    r"""How far A is from symmetric on the states in use: $\|S - S^{\mathsf T}\|_F / \|S\|_F$ with
    $S = U^{\mathsf T} A U$.

    The columns of U span what leads among the reachable states $A^j B$ and the observable ones
    $(A^{\mathsf T})^j C^{\mathsf T}$, $j < d$; what A does elsewhere no response shows.

    Args:
        rnn: a single NumPy system.
        states: how many states are in use, at most d; of a trained student, the teacher's dimension.

    Returns:
        Zero for symmetric S, $2 |\sin\theta|$ for a rotation by $\theta$, 2 for an antisymmetric S.

    Raises:
        ValueError: a batch, or states outside 1 to d.
    """
    if rnn.batch or require_count("states", states) > rnn.dim:
        raise ValueError(
            f"asymmetry needs a single system with at least as many states as are in use, but got batch axes "
            f"{rnn.batch}, dimension {rnn.dim} and states = {states}."
        )
    seen = np.vstack([krylov(rnn.A, rnn.B, rnn.dim), krylov(rnn.A.T, rnn.C, rnn.dim)])
    basis = np.linalg.svd(seen)[2][:states]
    used = basis @ rnn.A @ basis.T
    size = float(np.linalg.norm(used))
    return float(np.linalg.norm(used - used.T)) / size if size else 0.0


def _norm(x: Array) -> Array:
    unit = safe_unit(x)
    return array_namespace(x).linalg.vector_norm(x / unit, axis=-1) * unit[..., 0]
