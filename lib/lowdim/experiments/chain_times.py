r"""Drawn chains, and how well their integrated autocorrelation times are bracketed from runs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import chdtri

from lowdim.systems.chains import from_chain, integrated_time, metropolis, random_walk
from lowdim.systems.linear import LinearRNN

_LONGEST = 60.0


def drawn_chain(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, LinearRNN]:
    r"""A reversible chain, an observable and its system.

    One of three, each as likely: a walk on a complete graph of 5 to 20 nodes, weights the sixth powers of
    uniform numbers; a walk that may rest on a ring of 5 to 20 nodes, weights uniform on [0.2, 1]; Metropolis
    with steps of up to 1 to 5 on 20 to 40 points, for an equal mixture of two normal densities.  The
    observable is the place for half of Metropolis' chains, else normal numbers, one for each state.  Drawn
    again until $\tau \le 60$.

    Args:
        rng: NumPy random generator; it is advanced.

    Returns:
        Transition matrix, observable, system.
    """
    while True:
        kind, n = int(rng.integers(3)), int(rng.integers(5, 21))
        if kind == 0:
            W = np.triu(rng.uniform(size=(n, n)) ** 6)
            P = random_walk(W + np.triu(W, 1).T)
        elif kind == 1:
            W = np.diag(rng.uniform(0.2, 1.0, n))
            i, edge = np.arange(n), rng.uniform(0.2, 1.0, n)
            W[i, (i + 1) % n] = W[(i + 1) % n, i] = edge
            P = random_walk(W)
        else:
            n += int(rng.integers(15, 21))
            x, apart = np.linspace(-3, 3, n), rng.uniform(0, 2)
            P = metropolis(_normal(x - apart) + _normal(x + apart), int(rng.integers(1, 6)))
        place = kind == 2 and rng.random() < 0.5
        f = np.arange(len(P), dtype=float) if place else rng.standard_normal(len(P))
        rnn = from_chain(P, f)
        if integrated_time(rnn) <= _LONGEST:
            return P, f, rnn


def gap_of(rnn: LinearRNN) -> float:
    r"""$1 - \max |\lambda|$ of a symmetric system: its gap at both ends.

    Args:
        rnn: symmetric, stable.
    """
    return float(1 - np.abs(np.linalg.eigvalsh(rnn.A)).max())


def batch_means(
    draws: Float[np.ndarray, "runs steps"], batches: int = 32, confidence: float = 0.95
) -> tuple[float, float]:
    r"""The textbook interval for $\tau$: batch means are about independent and normal, so $\chi^2$.

    Args:
        draws: one run a row.
        batches: into how many the runs are cut, in all.
        confidence: of the interval.
    """
    each = batches // len(draws)
    long = draws.shape[1] // each
    means = draws[:, : each * long].reshape(-1, long).mean(axis=1)
    tau = long * means.var(ddof=1) / draws.var()
    free, tail = len(means) - 1, (1 - confidence) / 2
    return float(tau * free / chdtri(free, tail)), float(tau * free / chdtri(free, 1 - tail))


def score(low: np.ndarray, high: np.ndarray, tau: np.ndarray) -> dict[str, float]:
    """Share of intervals that hold the truth, and the median of high / low.

    Args:
        low: lower ends; infinite where there is no interval, which counts as one that misses.
        high: upper ends.
        tau: what they should hold.
    """
    held = (low <= tau) & (tau <= high)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.isfinite(low), high / low, np.inf)
    return {"coverage": float(held.mean()), "ratio": float(np.median(ratio))}


def _normal(x: np.ndarray) -> np.ndarray:
    return np.exp(-(x**2) / 2)
