"""Teachers drawn at random, as the laws and the chapters name their distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Integer

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.teachers import oscillating_teacher, teacher

HORIZON = 256  # lags of the responses of several teachers


def balanced_teacher(d_hat: int, gap: float, rng: np.random.Generator) -> LinearRNN:
    """Poles uniform on [-0.95, 0.95], drawn again until any two are farther apart than `gap`.

    Weights are uniform on [0.2, 0.8], then scaled to the sum 1.

    Args:
        d_hat: number of poles.
        gap: least distance of two poles.
        rng: NumPy random generator; it is advanced.
    """
    while True:
        poles = np.sort(rng.uniform(-0.95, 0.95, d_hat))[::-1]
        if d_hat == 1 or -np.diff(poles).max() > gap:
            break
    weights = rng.uniform(0.2, 0.8, d_hat)
    return teacher(poles, weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Teachers:
    """Drawn teachers, known by their responses.

    Args:
        responses: 1 at lag 0, shape (n, lags).
        oscillating: which have complex poles, shape (n,).
        d_hat: their orders, shape (n,).
    """

    responses: Float[np.ndarray, "n lags"]
    oscillating: Bool[np.ndarray, " n"]
    d_hat: Integer[np.ndarray, " n"]

    def __getitem__(self, index: Any) -> Teachers:
        """Some of them, such as `teachers[~teachers.oscillating]`."""
        return Teachers(self.responses[index], self.oscillating[index], self.d_hat[index])


def oscillating_sum(d_hat: int, rng: np.random.Generator) -> LinearRNN:
    r"""A teacher of $\lfloor \hat d / 2 \rfloor$ pairs of complex poles, and a real one if $\hat d$ is odd.

    Moduli of pairs are uniform on [0.6, 0.95], angles on [0.4, 2.5], the real pole on [-0.95, 0.95]; weights
    are uniform on [0.2, 0.8], then scaled to the sum 1.

    Args:
        d_hat: number of states, at least 2.
        rng: NumPy random generator; it is advanced.
    """
    pairs, odd = divmod(d_hat, 2)
    weights = rng.uniform(0.2, 0.8, pairs + odd)
    weights /= weights.sum()
    moduli, angles = rng.uniform(0.6, 0.95, pairs), rng.uniform(0.4, 2.5, pairs)
    parts = [oscillating_teacher(*each) for each in zip(moduli, angles, weights, strict=False)]
    A, B, C = np.zeros((d_hat, d_hat)), np.zeros(d_hat), np.zeros(d_hat)
    for i, part in enumerate(parts):
        at = slice(2 * i, 2 * i + 2)
        A[at, at], B[at], C[at] = part.A, part.B, part.C
    if odd:
        A[-1, -1], B[-1], C[-1] = rng.uniform(-0.95, 0.95), 1.0, weights[-1]
    return LinearRNN(A, B, C)


def drawn_teachers(
    seed: int | Sequence[int], each: int, orders: Sequence[int] = (2, 3, 4, 5), horizon: int = HORIZON
) -> Teachers:
    """Teachers of every order, as many balanced ones as oscillating ones.

    A balanced one is a `balanced_teacher` with poles more than 0.3 apart, an oscillating one an
    `oscillating_sum`.

    Args:
        seed: whole number or a list of them.
        each: how many of each kind and order.
        orders: numbers of states.
        horizon: lags of their responses.
    """
    rng = np.random.default_rng(seed)
    kinds = [(turns, n) for n in orders for turns in (False, True) for _ in range(each)]
    drawn = [oscillating_sum(n, rng) if turns else balanced_teacher(n, 0.3, rng) for turns, n in kinds]
    oscillating, d_hat = (np.array(column) for column in zip(*kinds, strict=True))
    return Teachers(np.stack([impulse_response(rnn, horizon) for rnn in drawn]), oscillating, d_hat)
