"""A measurement of several seeds against one quantity."""

import numpy as np
from matplotlib.axes import Axes

MARKERS = "osD^v"  # of families that share a panel


def seeds(
    ax: Axes, x: np.ndarray, values: np.ndarray, colour: str, marker: str, label: str, line: bool = True
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
    """
    ax.loglog(x, values, marker, color=colour, ms=3.2, mfc="none", mew=0.8)
    ax.loglog(x, np.median(values, axis=1), marker + "-" * line, color=colour, ms=3.2, lw=1.2, label=label)
