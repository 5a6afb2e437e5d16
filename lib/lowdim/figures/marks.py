"""Marks that say what they are: points off the scale, points of one value, words beside a curve."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike


def capped(ax: Axes, x: ArrayLike, values: ArrayLike, ceiling: float, marker: str, **look: Any) -> None:
    """Points, and for those beyond the ceiling, or not finite, triangles on it that point further up.

    Args:
        ax: where to draw.
        x: shape (n,).
        values: shape (n,) or (n, seeds).
        ceiling: the largest value that is drawn where it is.
        marker: of the points.
        look: colour and size of both, as ``Axes.plot`` takes them.
    """
    found = np.asarray(values, dtype=float)
    inside = found <= ceiling
    ax.plot(x, np.where(inside, found, np.nan), marker, **look)
    if not inside.all():
        ax.plot(
            x, np.where(inside, np.nan, ceiling), "^", **{**look, "ms": 5.5, "clip_on": False, "zorder": 3}
        )


def abreast(x: ArrayLike, count: int, gap: float) -> np.ndarray:
    """Places around x for so many points of one value, which would hide each other.

    Args:
        x: shape (n,).
        count: how many points at each.
        gap: between two of them, in units of x.

    Returns:
        shape (n, count).

    >>> abreast([1.0, 2.0], 3, 0.1).tolist()
    [[0.9, 1.0, 1.1], [1.9, 2.0, 2.1]]
    """
    return np.asarray(x, dtype=float)[..., None] + gap * (np.arange(count) - (count - 1) / 2)


def seed_by_seed(x: ArrayLike, seed: ArrayLike, share: float = 0.08) -> np.ndarray:
    """Places on a logarithmic axis at which the seeds of a sweep stand side by side.

    Args:
        x: positive, a row for each run, shape (rows,).
        seed: of the run, shape (rows,).
        share: of the axis, which the seeds of one value take, however many they are.

    Returns:
        shape (rows,).
    """
    logs = np.log(np.asarray(x, dtype=float))
    seeds, order = np.unique(seed, return_inverse=True)
    gap = share * np.ptp(logs) / max(len(seeds) - 1, 1)
    return np.exp(abreast(logs, len(seeds), gap)[np.arange(len(logs)), order])


def label(ax: Axes, text: str, at: tuple[Any, Any], offset: tuple[int, int], **look: Any) -> None:
    """A word beside a curve, where a legend would send the reader to and fro.

    Args:
        ax: where to write.
        text: a few words.
        at: a point of the curve.
        offset: from there to the text, in points.
        look: colour and alignment, as ``Axes.annotate`` takes them.
    """
    ax.annotate(text, at, offset, textcoords="offset points", fontsize=9, **look)
