r"""How moments move with the poles and the weights of a measure."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def moment_tangents(
    poles: Float[np.ndarray, " n"], weights: Float[np.ndarray, " n"], horizon: int
) -> Float[np.ndarray, "horizon 2*n"]:
    r"""Derivatives of the moments $m_q = \sum_i w_i \lambda_i^q$ in the weights and in the poles.

    Args:
        poles: $\lambda_i$, shape (n,).
        weights: $w_i$, shape (n,).
        horizon: number of lags.

    Returns:
        Array of shape (horizon, 2n): the columns $\lambda_i^q$, then $w_i q \lambda_i^{q-1}$.
    """
    q = np.arange(horizon)[:, None]
    return np.hstack([poles**q, weights * q * poles ** np.maximum(q - 1, 0)])
