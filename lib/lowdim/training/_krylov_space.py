r"""The few directions a symmetric student moves in, found in its initialization (ours, to our knowledge).

Write $\mathcal K_n$ for the span of $A_0^i B_0$ and $A_0^i C_0^{\mathsf T}$, $i < n$.  Gradients are made of
vectors $A^i B$ and $A^i C^{\mathsf T}$, so where $\mathcal K_n$ is invariant under $A_0$ the flow stays in
the systems $(A_0 + Q S Q^{\mathsf T}, Q b, c Q^{\mathsf T})$ with Q an orthonormal basis of it.  Near zero
this holds to rounding for a small n, whatever the width d: the weights shrink by a factor of the size of
$A_0$ from one block of Q to the next, and the flow keeps that grading.  What is neglected can be watched:
$Q^{\mathsf T} A_0 Q$ is block tridiagonal, so nothing leaves the space but through its last block.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.systems.linear import LinearRNN


def krylov_basis(rnn: LinearRNN, size: int) -> Float[np.ndarray, "d n"]:
    r"""Orthonormal basis of $\mathcal K_n$ by block Lanczos, in the order of the powers.

    Args:
        rnn: a single NumPy system with symmetric A.
        size: number 2n of directions.

    Returns:
        Q, shape (d, size); shape (d, d), the identity, where size reaches d.
    """
    if size >= rnn.dim:
        return np.eye(rnn.dim)
    basis, _ = np.linalg.qr(np.stack([rnn.B, rnn.C], axis=-1))
    while basis.shape[1] < size:
        # Householder's QR of old and new columns orthogonalizes to rounding, and completes the basis by some
        # direction, harmless since never reached, where the space is exhausted.
        basis, _ = np.linalg.qr(np.concatenate([basis, rnn.A @ basis[:, -2:]], axis=-1))
    return basis


def restrict(rnn: LinearRNN, basis: Float[np.ndarray, "d n"]) -> LinearRNN:
    r"""The system $(Q^{\mathsf T} A Q, Q^{\mathsf T} B, C Q)$ inside the space, rounding removed.

    A is block tridiagonal, B and C lie in the first block.  Rounding errors elsewhere would be magnified by
    the flow as B and C are, and hide the grading.

    Args:
        rnn: a single NumPy system with symmetric A.
        basis: Q of `krylov_basis`, shape (d, n).
    """
    block = np.arange(basis.shape[1]) // 2
    A = np.where(np.abs(block[:, None] - block) <= 1, basis.T @ rnn.A @ basis, 0.0)
    return LinearRNN(
        (A + A.T) / 2, np.where(block == 0, rnn.B @ basis, 0.0), np.where(block == 0, rnn.C @ basis, 0.0)
    )


def lift(path: LinearRNN, start: LinearRNN, basis: Float[np.ndarray, "d n"]) -> LinearRNN:
    r"""The student that moved inside the space: $A_0 + Q (S - Q^{\mathsf T} A_0 Q) Q^{\mathsf T}$, Qb, Qc.

    Args:
        path: what became of `restrict(start, basis)`; leading axes allowed.
        start: the student at time 0.
        basis: Q, shape (d, n).
    """
    moved = basis @ (path.A - restrict(start, basis).A) @ basis.T
    return LinearRNN(start.A + moved, path.B @ basis.T, path.C @ basis.T)
