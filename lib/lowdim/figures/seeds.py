"""A measurement of several seeds against one quantity."""

import numpy as np
from matplotlib.axes import Axes

from lowdim.figures.marks import capped

MARKERS = "osD^v"  # of families that share a panel


def seeds(
    ax: Axes,
    x: np.ndarray,
    values: np.ndarray,
    colour: str,
    marker: str,
    label: str,
    line: bool = True,
    ceiling: float = np.inf,
) -> None:
    """Every seed as a point, their median as a line, on logarithmic axes.

    Args:
        ax: where to draw.
        x: the quantity, shape (n,).
        values: the measurement, shape (n, seeds).
        colour: of points and line.
        marker: of the points.
        label: in the legend.
        line: whether the medians are joined.
        ceiling: what is beyond it is drawn as a triangle on it.
    """
    ax.set(xscale="log", yscale="log")
    capped(ax, x, values, ceiling, marker, color=colour, ms=3.2, mfc="none", mew=0.8)
    medians = np.minimum(np.median(values, axis=1), ceiling)
    ax.loglog(x, medians, marker + "-" * line, color=colour, ms=3.2, lw=1.2, label=label)
