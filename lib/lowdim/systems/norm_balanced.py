r"""The realization with the smallest weights, which has no Noether charge (`thm-zero-charge`).

A change of basis g turns $(A, B, C)$ into $(g A g^{-1}, g B, C g^{-1})$ and leaves every response alone.
Along $g = e^{tX}$ with symmetric X the squared norm $\|A\|^2 + \|B\|^2 + \|C\|^2$ is a sum of exponentials
of t with non-negative coefficients, so it is convex, and its slope at $t = 0$ is $2\,\mathrm{tr}(X Q)$ with
the Noether charge Q.  A realization of zero charge is therefore one of least norm among all that a change of
basis can reach; U. Helmke and J. B. Moore, "Optimization and Dynamical Systems" (1994), call it Euclidean
norm balanced.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array, binary_exponent
from lowdim.systems.balance import noether_charge
from lowdim.systems.linear import LinearRNN

_MOST_STEPS = 100_000
_FAR = 200  # powers of two between B and C, beyond which the squares of one of them may overflow


def squared_norm(rnn: LinearRNN) -> Float[Array, "*batch"]:
    r"""$\|A\|_F^2 + \|B\|^2 + \|C\|^2$.

    Args:
        rnn: the system or a batch of systems.

    Returns:
        Array of shape (...).
    """
    return (rnn.A**2).sum((-2, -1)) + (rnn.B**2).sum(-1) + (rnn.C**2).sum(-1)


def smallest_realization(rnn: LinearRNN, tolerance: float = 1e-10) -> LinearRNN:
    r"""The system in the basis where its weights are smallest, which is where its charge Q vanishes.

    Steepest descent, $X = -Q$, with the Newton step along the geodesic; the problem is convex.

    Args:
        rnn: a minimal system (every state reachable and observable), single, in NumPy.
        tolerance: size of the charge to stop at, relative to the squared norm.

    Returns:
        A LinearRNN with the same response.

    Raises:
        ValueError: a batch, or no convergence, as for a system that is not minimal.
    """
    if rnn.batch:
        raise ValueError(f"smallest_realization takes a single system, but rnn has batch axes {rnn.batch}.")
    apart = (binary_exponent(rnn.B) - binary_exponent(rnn.C)) // 2
    if abs(apart) > _FAR:
        rnn = LinearRNN(rnn.A, np.ldexp(rnn.B, -apart), np.ldexp(rnn.C, apart))
    for _ in range(_MOST_STEPS):
        rates, basis = np.linalg.eigh(-noether_charge(rnn))
        if np.linalg.norm(rates) <= tolerance * squared_norm(rnn):
            return rnn
        A, B, C = basis.T @ rnn.A @ basis, basis.T @ rnn.B, rnn.C @ basis
        apart = rates[:, None] - rates
        curvature = 4 * (((apart * A) ** 2).sum() + (rates**2 * (B**2 + C**2)).sum())
        growth = np.exp(2 * np.sum(rates**2) / curvature * rates)
        rnn = LinearRNN(
            basis @ (A * growth[:, None] / growth) @ basis.T, basis @ (B * growth), basis @ (C / growth)
        )
    raise ValueError(
        f"the charge still has norm {np.linalg.norm(rates):.3g} after {_MOST_STEPS} steps: is the system "
        "minimal? reduce(rnn, effective_dimension(rnn)) makes it so."
    )
