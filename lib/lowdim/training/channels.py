r"""Gradient flow for several inputs and outputs, where each response is a matrix.

$M_j = C A^j B$ with B of shape (d, p) and C of shape (p, d); on white inputs the loss is $L = \sum_{j<k}
\lVert M_j - \hat M_j \rVert_F^2$.  `LinearRNN` has one input and one output; this is the little that the
book's outlook needs beyond it (`prop-many-channels`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from lowdim.arrays import require_count
from lowdim.systems.structures import require_structure


def channel_responses(
    A: Float[np.ndarray, "d d"], B: Float[np.ndarray, "d p"], C: Float[np.ndarray, "p d"], horizon: int
) -> Float[np.ndarray, "n p p"]:
    r"""$C A^j B$ for $j = 0, \dots, \mathrm{horizon} - 1$.

    Args:
        A: transition matrix, shape (d, d).
        B: input matrix, shape (d, p).
        C: output matrix, shape (p, d).
        horizon: number of lags, at least 1.

    Returns:
        Array of shape (horizon, p, p).
    """
    return C @ _powers(A, B, require_count("horizon", horizon))


def channel_flow(
    A: Float[np.ndarray, "d d"],
    B: Float[np.ndarray, "d p"],
    C: Float[np.ndarray, "p d"],
    target: Float[np.ndarray, "k p p"],
    t_end: float,
) -> tuple[Float[np.ndarray, "d d"], Float[np.ndarray, "d p"], Float[np.ndarray, "p d"]]:
    r"""Gradient flow in symmetric A (Frobenius metric), B and C from the weights given, to one time.

    With $R_j = M_j - \hat M_j$, $U_i = A^i C^{\mathsf T}$ and $V_l = A^l B$ the gradients are $2 \sum_j U_j
    R_j$ in B, $2 \sum_j R_j V_j^{\mathsf T}$ in C and the symmetric part of $2 \sum_{i+l \le k-2} U_i
    R_{i+l+1} V_l^{\mathsf T}$ in A.

    Args:
        A: symmetric transition matrix at time 0, shape (d, d).
        B: input matrix at time 0, shape (d, p).
        C: output matrix at time 0, shape (p, d).
        target: the teacher's first k responses, shape (k, p, p).
        t_end: time to stop at, positive.

    Returns:
        A, B and C at that time.

    Raises:
        ValueError: A not symmetric, or t_end not positive.
        RuntimeError: the integrator stopped early.
    """
    require_structure(A, "symmetric")
    if not t_end > 0:
        raise ValueError(f"t_end must be positive, but is {t_end!r}; gradient flow runs forward.")
    sizes, shapes = np.cumsum([A.size, B.size]), (A.shape, B.shape, C.shape)

    def velocity(_t: float, x: np.ndarray) -> np.ndarray:
        now = [part.reshape(shape) for part, shape in zip(np.split(x, sizes), shapes, strict=True)]
        A, B, C = now
        return -np.concatenate([slope.ravel() for slope in _gradients(A, B, C, target)])

    start = np.concatenate([A.ravel(), B.ravel(), C.ravel()])
    run = solve_ivp(velocity, (0.0, t_end), start, "LSODA", rtol=1e-8, atol=1e-11, t_eval=[t_end])
    if not run.success:
        raise RuntimeError(f"the flow stopped before time {t_end:g}: {run.message}")
    A, B, C = (part.reshape(shape) for part, shape in zip(np.split(run.y[:, -1], sizes), shapes, strict=True))
    return (A + A.T) / 2, B, C


def _powers(A: np.ndarray, B: np.ndarray, horizon: int) -> np.ndarray:
    out = [B]
    for _ in range(horizon - 1):
        out.append(A @ out[-1])
    return np.stack(out)


def _gradients(A: np.ndarray, B: np.ndarray, C: np.ndarray, target: np.ndarray) -> tuple:
    k = len(target)
    V, U = _powers(A, B, k), _powers(A.T, C.T, k)
    R = C @ V - target
    toward_A = np.zeros_like(A)
    for lag in range(k - 1):
        toward_A += 2 * np.sum(U[: k - 1 - lag] @ R[lag + 1 :], axis=0) @ V[lag].T
    return (toward_A + toward_A.T) / 2, 2 * np.sum(U @ R, axis=0), 2 * np.sum(R @ V.mT, axis=0)
