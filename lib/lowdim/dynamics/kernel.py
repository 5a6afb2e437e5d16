r"""The tangent kernel: what training would do if the student moved only infinitesimally.

Linearize the responses in the weights, $m_j(\theta_0 + \delta) \approx m_j(\theta_0) + \langle \nabla m_j,
\delta \rangle$.  Gradient flow on $\sum_{j<k} r_j^2$ then moves the responses by themselves, $\dot m = -2 K
r$, with the kernel $K_{jl} = \langle \nabla m_j, \nabla m_l \rangle$ of the start: a linear model, which
large initializations and wide networks come close to (Jacot et al. 2018, Chizat et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from lowdim.arrays import require_count
from lowdim.systems.compare import residuals
from lowdim.systems.linear import LinearRNN, impulse_response, krylov
from lowdim.systems.structures import project, require_structure


def response_gradients(
    rnn: LinearRNN, horizon: int, structure: str = "symmetric"
) -> Float[np.ndarray, "horizon n"]:
    r"""The gradients $\nabla m_j$ in the entries of A, B and C, flat, in the metric of the structure.

    $\partial m_j / \partial B = (A^{\mathsf T})^j C^{\mathsf T}$, $\partial m_j / \partial C = A^j B$, and
    $G_j = \partial m_j / \partial A = A^{\mathsf T} G_{j-1} + C^{\mathsf T} (A^{j-1} B)^{\mathsf T}$ from
    $G_0 = 0$, of which symmetric training sees the symmetric part and diagonal training the diagonal.

    Args:
        rnn: a single NumPy system, A of the structure named.
        horizon: number of lags.
        structure: "symmetric", "free" or "diagonal".

    Returns:
        Array of shape (horizon, d² + 2d).

    Raises:
        ValueError: a batch, horizon below 1, or A not of the structure.
    """
    return np.array(list(_rows(rnn, horizon, structure)))


def tangent_kernel(
    rnn: LinearRNN, horizon: int, structure: str = "symmetric"
) -> Float[np.ndarray, "horizon horizon"]:
    r"""$K_{jl} = \langle \nabla m_j, \nabla m_l \rangle$ for lags $j, l < \mathrm{horizon}$.

    Args:
        rnn: a single NumPy system, A of the structure named.
        horizon: number of lags.
        structure: "symmetric", "free" or "diagonal".

    Returns:
        Symmetric array of shape (horizon, horizon), positive semidefinite.

    Raises:
        ValueError: as `response_gradients`.

    >>> from lowdim.systems import teacher
    >>> tangent_kernel(teacher([0.5], [4.0]), 2)  # B = C = 2: m_0 = C B, m_1 = C A B
    array([[ 8.,  4.],
           [ 4., 18.]])
    """
    gradients = response_gradients(rnn, horizon, structure)
    return gradients @ gradients.T


def linearized_response(
    rnn: LinearRNN,
    target: Float[np.ndarray, " k"],
    horizon: int,
    time: float = np.inf,
    structure: str = "symmetric",
) -> Float[np.ndarray, " horizon"]:
    r"""Response of the student whose linearization at `rnn` has been trained on the first k lags.

    $\dot m = -2 K r$ has the solution $m_q(t) = m_q(0) - \sum_{j<k} K_{qj} \alpha_j$ with $\alpha = K_k^{-1}
    (I - e^{-2 K_k t})\, r(0)$, $K_k$ the kernel of the observed lags.  At $t = \infty$ directions that $K_k$
    does not see are left as they are.

    Args:
        rnn: the start, a single NumPy system.
        target: the teacher's first k responses, shape (k,).
        horizon: number of lags of the result, at least k.
        time: time t of gradient flow.
        structure: "symmetric", "free" or "diagonal".

    Returns:
        Array of shape (horizon,).

    Raises:
        ValueError: horizon below k, negative time, or as `response_gradients`.
    """
    k = target.shape[0]
    if horizon < k:
        raise ValueError(f"horizon = {horizon} is below the k = {k} lags of the target; ask for all of them.")
    if not time >= 0:
        raise ValueError(
            f"time must not be negative, but is {time!r}; use numpy.inf for the end of training."
        )
    observed = response_gradients(rnn, k, structure)
    rates, modes = np.linalg.eigh(observed @ observed.T)
    seen = rates > k * np.finfo(float).eps * rates[-1]
    rates, modes = rates[seen], modes[:, seen]
    alpha = modes @ (-np.expm1(-2 * rates * time) / rates * (modes.T @ residuals(rnn, target)))
    return impulse_response(rnn, horizon) - _slope_along(rnn, observed.T @ alpha, horizon)


def _slope_along(rnn: LinearRNN, direction: np.ndarray, horizon: int) -> np.ndarray:
    r"""$\langle \nabla m_j, \delta \rangle$ for $j < \mathrm{horizon}$, forward: no gradient is formed.

    With $x_j = A^j B$ the derivative along $\delta = (\dot A, \dot B, \dot C)$ obeys $\dot x_{j+1} = A \dot
    x_j + \dot A x_j$, and $\dot m_j = \dot C x_j + C \dot x_j$.  A lag costs products of a matrix with a
    vector, where its gradient would cost one of two matrices.
    """
    d = rnn.dim
    dA, dB, dC = direction[: d * d].reshape(d, d), direction[-2 * d : -d], direction[-d:]
    x = krylov(rnn.A, rnn.B, horizon)
    dx = [dB]
    for pushed in (x @ dA.T)[:-1]:
        dx.append(rnn.A @ dx[-1] + pushed)
    return x @ dC + np.array(dx) @ rnn.C


def _rows(rnn: LinearRNN, horizon: int, structure: str) -> Iterator[np.ndarray]:
    """The gradients of m_0, m_1, ..., each flat."""
    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}, but the kernel is that of one start: pass rnn[i].")
    horizon = require_count("horizon", horizon)
    require_structure(rnn.A, structure)
    G, u, v = np.zeros_like(rnn.A), rnn.C, rnn.B
    for _ in range(horizon):
        yield np.concatenate([project(G, structure).ravel(), u, v])
        G, u, v = rnn.A.T @ G + np.outer(rnn.C, v), rnn.A.T @ u, rnn.A @ v
