r"""How a measurement depends on a size or a scale, seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def over(values: Iterable[Any], seeds: Iterable[int], measure: Callable[[Any, int], Any]) -> np.ndarray:
    """measure(value, seed) for all values and all seeds; for runs that take minutes use `sweep`.

    Args:
        values: what the first axis runs through: sizes, scales, names.
        seeds: what the second axis runs through.
        measure: takes a value and a seed and returns a number, or an array of the same shape every time.

    Returns:
        Array of shape (values, seeds, ...).

    >>> over([1.0, 10.0], range(3), lambda scale, seed: scale * seed)
    array([[ 0.,  1.,  2.],
           [ 0., 10., 20.]])
    """
    seeds = list(seeds)
    return np.array([[measure(value, seed) for seed in seeds] for value in values])


def exponent(x: ArrayLike, y: ArrayLike) -> float | np.ndarray:
    r"""The $p$ of the power law $y \approx c\, x^p$, by least squares on the logarithms.

    Args:
        x: positive sizes or scales, at least two different ones, shape (n,).
        y: positive measurements, shape (n,), or (n, columns) for a law each.

    Returns:
        The exponent, or one for each column.

    Raises:
        ValueError: an entry that is not positive, or all x the same.

    >>> round(float(exponent([1.0, 2.0, 4.0], [3.0, 12.0, 48.0])), 12)
    2.0
    """
    x, y = np.asarray(x), np.asarray(y)
    if not ((x > 0).all() and (y > 0).all()):
        raise ValueError(
            f"a power law needs positive numbers, but the least x is {x.min()} and the least y {y.min()}; "
            "leave out the points where nothing is left to measure."
        )
    if np.ptp(x) == 0:
        raise ValueError(f"an exponent needs at least two different x, but all {x.size} are {x.flat[0]}.")
    return np.polyfit(np.log(x), np.log(y), 1)[0]
