r"""Angles and Chebyshev polynomials of an interval."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from flint import arb, arb_mat
from jaxtyping import Float


def angle(x: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    r"""$\theta$ with $x = c + h\cos\theta$ on the interval.

    Args:
        x: places.
        interval: the interval.
    """
    middle, radius = (interval[0] + interval[1]) / 2, (interval[1] - interval[0]) / 2
    return np.arccos(np.clip((x - middle) / radius, -1.0, 1.0))


@lru_cache(maxsize=16)
def _to_chebyshev(k: int, interval: tuple[float, float]) -> arb_mat:
    """The matrix from coefficients of 1, x, ... to those of the Chebyshev polynomials of the interval."""
    low, high = arb(interval[0]), arb(interval[1])
    middle, radius = (low + high) / 2, (high - low) / 2
    column, columns = [arb(1)] + [arb(0)] * (k - 1), []
    for _ in range(k):
        columns.append(column)
        moved = [middle * c for c in column]
        for i, c in enumerate(column):
            for other in (i + 1, abs(i - 1)):
                if other < k:
                    moved[other] += radius * c / 2
        column = moved
    return arb_mat([[columns[j][i] for j in range(k)] for i in range(k)])


def in_chebyshev(P: list[arb], interval: tuple[float, float]) -> Float[np.ndarray, " k"]:
    """Coefficients in the Chebyshev polynomials of the interval, each rounded to nearest.

    Args:
        P: coefficients of 1, x, ...
        interval: the interval.
    """
    turned = _to_chebyshev(len(P), interval) * arb_mat([[c] for c in P])
    return np.array([float(c.mid()) for c in turned.entries()])
