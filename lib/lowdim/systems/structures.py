r"""What a transition matrix may be: symmetric, free or diagonal, decided in one place."""

from __future__ import annotations

from array_api_compat import array_namespace

from lowdim.arrays import Array, identity_like


def require_structure(A: Array, structure: str) -> None:
    """Refuse a transition matrix that is not of the structure named.

    Args:
        A: transition matrices, shape (..., d, d).
        structure: "symmetric", "free" or "diagonal".
    """
    if structure == "free":
        return
    xp = array_namespace(A)
    if structure == "symmetric":
        off, fix = A - xp.matrix_transpose(A), "symmetrize it with (A + A.T) / 2, or use structure='free'"
    elif structure == "diagonal":
        off = A * (1.0 - identity_like(A))
        fix = "diagonalize the system first, or use structure='symmetric' or 'free'"
    else:
        raise ValueError(f"structure must be 'symmetric', 'free' or 'diagonal', but is {structure!r}.")
    largest, scale = float(xp.max(xp.abs(off))), float(xp.max(xp.abs(A)))
    if largest > 1e-10 * scale:
        raise ValueError(
            f"A is not {structure}: an entry is off by {largest:.3g} (largest entry {scale:.3g}); {fix}."
        )
