r"""Markov chains as linear systems: the autocorrelation of an observable is an impulse response.

With stationary distribution $\pi$, transition matrix P and an observable f of mean 0 and variance 1,

$$\rho_q = \mathbb E f(X_0) f(X_q) = b^{\mathsf T} A^q b, \qquad
A = D^{1/2} P D^{-1/2}, \quad b = D^{1/2} f, \quad D = \mathrm{diag}(\pi).$$

Always $B = C^{\mathsf T}$; and A is symmetric exactly if the chain is **reversible**, $\pi_i P_{ij} = \pi_j
P_{ji}$ (`prop-wild-chain`).  So a reversible chain is a balanced system, stable by Perron and Frobenius.
"""

from __future__ import annotations

from bisect import bisect

import numpy as np
from jaxtyping import Float, Integer

from lowdim.arrays import binary_exponent, require_count, require_finite, require_rng
from lowdim.systems.linear import LinearRNN

_ROUNDING = 1e-12


def random_walk(weights: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    r"""The walk on a graph that crosses edges by their weights, $P_{ij} = W_{ij} / \sum_l W_{il}$.

    Args:
        weights: $W = W^{\mathsf T} \ge 0$, shape (n, n); a weight on the diagonal lets the walk rest.

    Returns:
        Transition matrix, reversible.

    Raises:
        ValueError: weights not square, negative or not symmetric; no node, or one without an edge.

    >>> random_walk(np.array([[0.0, 1.0], [1.0, 3.0]]))
    array([[0.  , 1.  ],
           [0.25, 0.75]])
    """
    require_finite("weights", weights)
    if weights.size == 0 or weights.shape != (len(weights), len(weights)):
        raise ValueError(
            f"weights must be a square matrix, (n, n) with n >= 1, but has shape {weights.shape}: row and "
            "column i hold the edges of node i."
        )
    if not np.array_equal(weights, weights.T) or weights.min() < 0:
        raise ValueError("weights must be symmetric and not negative: an edge is crossed in both directions.")
    degree = weights.sum(axis=1, keepdims=True)
    if not degree.min() > 0:
        raise ValueError(
            "weights leave a node without an edge: give it a weight on the diagonal, or drop it."
        )
    return weights / degree


def metropolis(density: Float[np.ndarray, " n"], width: int = 1) -> Float[np.ndarray, "n n"]:
    r"""Metropolis' chain on n points in a row, for a density that need not be normalized.

    A step of $\pm 1, \dots, \pm$ width is proposed, all as likely, and accepted with probability $\min(1,
    \pi_j / \pi_i)$; a step off the end is not.

    Args:
        density: the target at each point, positive, shape (n,).
        width: the longest step.

    Returns:
        Transition matrix, reversible.

    Raises:
        ValueError: a density of no points or not positive, width below 1.

    >>> metropolis(np.array([1.0, 2.0]))
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    require_finite("density", density)
    if density.ndim != 1 or density.size == 0:
        raise ValueError(f"density must hold at least one point, shape (n,), but has shape {density.shape}.")
    if not density.min() > 0:
        raise ValueError(
            f"density must be positive at every point, but its least value is {density.min()!r}."
        )
    i = np.arange(len(density))
    near = np.abs(i[:, None] - i) <= require_count("width", width)
    P = np.where(near, np.minimum(1.0, density[None, :] / density[:, None]) / (2 * width), 0.0)
    P[i, i] = 0.0
    P[i, i] = np.maximum(1 - P.sum(axis=1), 0.0)  # not below, by rounding
    return P


def from_chain(transition: Float[np.ndarray, "n n"], observable: Float[np.ndarray, " n"]) -> LinearRNN:
    r"""The system whose responses are an observable's autocorrelations, $\rho_0 = 1, \rho_1, \dots$

    The pole 1 of the constant, which the observable does not see, is taken out of A.

    Args:
        transition: P, rows of sum 1, shape (n, n), irreducible.
        observable: f, its value in each state, shape (n,).

    Returns:
        LinearRNN with $B = C^{\mathsf T}$; A is symmetric to the last bit if the chain is reversible.

    Raises:
        ValueError: P is no transition matrix or falls apart; an observable that is constant, NaN or infinite.

    >>> from lowdim.systems import impulse_response
    >>> rnn = from_chain(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([0.0, 1.0]))
    >>> impulse_response(rnn, 3).round(12)
    array([1.  , 0.8 , 0.64])
    """
    require_finite("observable", observable)
    observable = np.ldexp(observable, -binary_exponent(observable))
    root = np.sqrt(_stationary(transition))
    A = root[:, None] * transition / root - np.outer(root, root)
    if np.abs(A - A.T).max() <= _ROUNDING:
        A = (A + A.T) / 2
    b = root * (observable - root**2 @ observable)
    size = np.linalg.norm(b)
    if not size > _ROUNDING * np.abs(observable).max():
        raise ValueError("observable is the same in every state, and a constant has no autocorrelation.")
    return LinearRNN(A, b / size, b / size)


def integrated_time(rnn: LinearRNN) -> float:
    r"""$\tau = 1 + 2 \sum_{q \ge 1} m_q / m_0$, of a chain its integrated autocorrelation time.

    The mean over a long run of N steps has the variance of the mean of $N / \tau$ independent draws.

    Args:
        rnn: stable, with $m_0 > 0$; as `from_chain` makes it.

    Returns:
        $2\, C (I - A)^{-1} B / CB - 1$.

    Raises:
        ValueError: a batch of systems, a pole beyond the unit circle or at 1, $m_0 \le 0$.

    >>> rnn = from_chain(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([0.0, 1.0]))
    >>> round(integrated_time(rnn), 12)
    9.0
    """
    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}; one system at a time: rnn[i].")
    poles, first = np.linalg.eigvals(rnn.A), float(rnn.C @ rnn.B)
    if np.abs(poles).max() > 1 + _ROUNDING or (poles == 1).any() or not first > 0:
        raise ValueError(
            f"rnn must be stable with a positive response at lag 0, but has poles {poles} and begins with "
            f"{first:.3g}; from_chain takes out the pole 1 of the constant."
        )
    total = rnn.C @ np.linalg.solve(np.eye(rnn.dim) - rnn.A, rnn.B)
    return float(2 * total / (rnn.C @ rnn.B) - 1)


def spectral_gap(transition: Float[np.ndarray, "n n"]) -> float:
    r"""$1 - \lambda_2$: how far the second largest eigenvalue of a reversible chain is below 1.

    Args:
        transition: of a reversible chain, shape (n, n).

    Raises:
        ValueError: a chain of one state; one that is not reversible, whose eigenvalues may be complex.

    >>> round(spectral_gap(np.array([[0.2, 0.8], [0.8, 0.2]])), 12)
    1.6
    """
    root = np.sqrt(_stationary(transition))
    if len(root) < 2:
        raise ValueError("transition has one state, which has no second eigenvalue.")
    A = root[:, None] * transition / root
    if np.abs(A - A.T).max() > _ROUNDING:
        raise ValueError("transition is not reversible: pi_i P_ij and pi_j P_ji differ.")
    return float(1 - np.linalg.eigvalsh((A + A.T) / 2)[-2])


def run_chain(
    transition: Float[np.ndarray, "n n"], runs: int, steps: int, rng: np.random.Generator
) -> Integer[np.ndarray, "runs steps"]:
    """Independent runs, each begun from the stationary distribution.

    Args:
        transition: shape (n, n).
        runs: how many.
        steps: states visited in each.
        rng: NumPy random generator; it is advanced.

    Returns:
        States, shape (runs, steps).
    """
    runs, steps = require_count("runs", runs), require_count("steps", steps)
    require_rng(rng)
    sums = np.cumsum(transition, axis=1)
    sums[:, -1] = 1.0
    rows = sums.tolist()  # bisection in lists is faster than NumPy, one step at a time
    starts = rng.choice(len(transition), size=runs, p=_stationary(transition))
    chances = rng.random((runs, steps)).tolist()
    out = np.empty((runs, steps), dtype=np.int64)
    for run, (state, luck) in enumerate(zip(starts.tolist(), chances, strict=True)):
        path = []
        for u in luck:
            path.append(state)
            state = bisect(rows[state], u)
        out[run] = path
    return out


def _stationary(transition: Float[np.ndarray, "n n"]) -> Float[np.ndarray, " n"]:
    """The distribution with pi P = pi, or an error that says why there is none."""
    require_finite("transition", transition)
    n = len(transition)
    if (
        n == 0
        or transition.shape != (n, n)
        or transition.min() < 0
        or np.abs(transition.sum(axis=1) - 1).max() > 1e-9
    ):
        raise ValueError(
            "transition must be square, its entries not negative, its rows of sum 1: row i says where the "
            "chain goes from state i."
        )
    system = np.vstack([transition.T - np.eye(n), np.ones(n)])
    pi, _, rank, _ = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)
    if rank < n or pi.min() <= 0:
        raise ValueError(
            "transition falls apart, or has states to which the chain does not return: keep the states of "
            "one recurrent class."
        )
    return pi / pi.sum()
