"""Krylov sequences: the only place where powers of a transition matrix are made."""

from __future__ import annotations

from array_api_compat import array_namespace
from jaxtyping import Float

from lowdim.checks import Array


def krylov(
    A: Float[Array, "*batch d d"], b: Float[Array, "*batch d"], length: int
) -> Float[Array, "*batch n d"]:
    r"""Krylov rows $b, Ab, \dots, A^{n-1}b$.

    Args:
        A: matrix, shape (..., d, d).
        b: vector, shape (..., d).
        length: number n of rows, at least 1.

    Returns:
        Array of shape (..., n, d) whose row j is $A^j b$.
    """
    xp = array_namespace(A, b)
    rows = [b]
    for _ in range(length - 1):
        rows.append(xp.matmul(A, rows[-1][..., None])[..., 0])
    return xp.stack(rows, axis=-2)
