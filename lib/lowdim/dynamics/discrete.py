r"""Descent in the coordinates in which the imbalance has digits: $u = b - c$ and $v = b + c$ themselves.

A student that is trained in b and c knows u to $10^{-16}$ of v and no better, and descent with a large step
leaves less than that (`prop-descent-exponent`).  The iteration itself is exact in u and v,

$$u^+ = (I + 2\eta P) u, \qquad v^+ = (I - 2\eta P) v, \qquad
A^+ = A - \frac\eta2 \sum_{i + l \le k-2} r_{i+l+1}\, A^i (v v^{\mathsf T} - u u^{\mathsf T}) A^l .$$
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from lowdim.arrays import require_count
from lowdim.systems.balance import parts
from lowdim.systems.linear import LinearRNN, krylov
from lowdim.systems.structures import require_structure


@np.errstate(over="ignore", invalid="ignore")  # past the escape a large step may diverge
def descent_parts(
    start: LinearRNN, target: Float[np.ndarray, "*batch k"], step: float, steps: int
) -> tuple[Float[np.ndarray, " T *batch"], Float[np.ndarray, " T *batch"]]:
    r"""Lengths of the unbalanced and the balanced part along gradient descent on white inputs.

    Args:
        start: a symmetric student or a batch of them.
        target: the teacher's first k responses, shape (..., k).
        step: $\eta$.
        steps: number of steps, at least 1.

    Returns:
        $\lVert u \rVert$ and $\lVert v \rVert$ at the start and after each step, shape (steps + 1, ...);
        infinite or NaN from where a run diverges.

    Raises:
        ValueError: A not symmetric, step not positive, steps below 1.
    """
    require_structure(start.A, "symmetric")
    if not (step > 0 and math.isfinite(step)):
        raise ValueError(f"step must be positive and finite, but is {step!r}.")
    A, (u, v), k = start.A, parts(start), target.shape[-1]
    lengths = [(np.linalg.norm(u, axis=-1), np.linalg.norm(v, axis=-1))]
    for _ in range(require_count("steps", steps)):
        U, V = krylov(A, u, k), krylov(A, v, k)
        r = ((V @ v[..., None])[..., 0] - (U @ u[..., None])[..., 0]) / 4 - target
        hankel = np.zeros((*r.shape, k))
        for i in range(k - 1):
            hankel[..., i, : k - 1 - i] = r[..., i + 1 :]
        slope = (V.mT @ hankel @ V - U.mT @ hankel @ U) / 2
        u = u + 2 * step * (r[..., None, :] @ U)[..., 0, :]
        v = v - 2 * step * (r[..., None, :] @ V)[..., 0, :]
        A = A - step * slope
        lengths.append((np.linalg.norm(u, axis=-1), np.linalg.norm(v, axis=-1)))
    first, second = zip(*lengths, strict=True)
    return np.stack(first), np.stack(second)
