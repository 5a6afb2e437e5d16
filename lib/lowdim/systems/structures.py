r"""What a transition matrix may be, decided in one place: symmetric, free or diagonal.

A structure is a linear space of matrices; `project` is the orthogonal projection in the Frobenius metric. It
makes a matrix of the structure out of any, and the gradient along the structure out of the free one.
A fourth structure is an entry here and its coordinates in `training._charts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from array_api_compat import array_namespace

from lowdim.arrays import Array, identity_like


@dataclass(frozen=True)
class Structure:
    """One kind of transition matrix.

    Args:
        project: the orthogonal projection onto it.
        fix: what to do about a matrix that is not of it.
    """

    project: Callable[[Array], Array]
    fix: str = ""


STRUCTURES = {
    "symmetric": Structure(
        lambda A: 0.5 * (A + array_namespace(A).matrix_transpose(A)),
        "symmetrize it with project(A, 'symmetric'), or use structure='free'",
    ),
    "free": Structure(lambda A: A),
    "diagonal": Structure(
        lambda A: A * identity_like(A),
        "diagonalize the system first, or use structure='symmetric' or 'free'",
    ),
}


def project(A: Array, structure: str) -> Array:
    r"""The nearest matrix of a structure: $(A + A^{\mathsf T})/2$, $A$ itself, or its diagonal.

    Args:
        A: square matrices, shape (..., d, d).
        structure: "symmetric", "free" or "diagonal".

    Returns:
        Array of the shape of A.

    Raises:
        ValueError: unknown structure.
    """
    return _known(structure).project(A)


def require_structure(A: Array, structure: str) -> None:
    """Refuse a transition matrix that is not of the structure named.

    Args:
        A: transition matrices, shape (..., d, d).
        structure: "symmetric", "free" or "diagonal".

    Raises:
        ValueError: unknown structure, or entries that are off it by more than rounding.
    """
    kind, xp = _known(structure), array_namespace(A)
    off, size = (xp.max(xp.abs(x), axis=(-2, -1)) for x in (A - kind.project(A), A))
    wrong = off > 0.5e-10 * size  # half of what an entry and its mirror image differ by, if symmetric
    if bool(xp.any(wrong)):
        largest, scale = (float(x[wrong][0]) for x in (off, size))
        raise ValueError(
            f"A is not {structure}: an entry is off by {largest:.3g} (largest entry {scale:.3g}); {kind.fix}."
        )


def _known(structure: str) -> Structure:
    if structure not in STRUCTURES:
        *most, last = map(repr, STRUCTURES)
        raise ValueError(f"structure must be {', '.join(most)} or {last}, but is {structure!r}.")
    return STRUCTURES[structure]
