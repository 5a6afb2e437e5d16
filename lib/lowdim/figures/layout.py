"""Where the panels and the legends of a figure go, for the text column and for a phone."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.transforms import ScaledTranslation

PHONE = 3.5  # width in inches: 252 points on 328 pixels, so a label of 10 points has 13 pixels


def stack(fig: Figure) -> None:
    """Lay the figure out for a phone: its panels in one column, every panel with its own labels.

    Args:
        fig: the figure, changed in place; panels must come from one grid.
    """
    panels = [ax for ax in fig.axes if ax.get_subplotspec() is not None]
    grid = panels[0].get_gridspec()
    assert grid is not None  # a panel has one
    rows, cols = grid.get_geometry()
    height = min(fig.get_figheight() / rows, 0.78 * PHONE)
    if panels[0].get_aspect() == 1:  # a drawing to scale and a line of words: more would be left empty
        (left, right), (bottom, top) = panels[0].get_xlim(), panels[0].get_ylim()
        height = min(height, PHONE * abs((top - bottom) / (right - left)) + 0.3)
    if cols > 1:
        bottom_left = panels[(rows - 1) * cols]
        column = fig.add_gridspec(len(panels), 1)
        for i, ax in enumerate(panels):
            ax.set_subplotspec(column[i])
            ax.tick_params(labelleft=True, labelbottom=True)
            ax.set_ylabel(ax.get_ylabel() or panels[i - i % cols].get_ylabel())
            ax.set_xlabel(ax.get_xlabel() or bottom_left.get_xlabel())
        rows = len(panels)
    fig.set_size_inches(PHONE, rows * height)


def settle(fig: Figure) -> None:
    """Fix the places of everything; a legend that lies on a curve goes below its panel, and the figure grows.

    Args:
        fig: the figure, changed in place.
    """
    engine = fig.get_layout_engine()
    assert engine is not None  # the style sets one
    engine.execute(fig)
    extra: dict[int, float] = {}
    for ax in fig.axes:
        if (legend := ax.get_legend()) is not None and _on_a_curve(ax, legend):
            spec = ax.get_subplotspec()
            row = spec.rowspan.start if spec is not None else 0
            extra[row] = max(extra.get(row, 0.0), _below(ax, legend))
    if extra:
        fig.set_figheight(fig.get_figheight() + sum(extra.values()))
        engine.execute(fig)
    fig.set_layout_engine("none")  # saving would do it all again, twice


def _on_a_curve(ax: Axes, legend: Legend) -> bool:
    box = legend.get_window_extent().padded(2)
    curves = (line.get_transform().transform_path(line.get_path()) for line in ax.lines)
    return any(curve.intersects_bbox(box, filled=False) for curve in curves)


def _below(ax: Axes, legend: Legend) -> float:
    """Move the legend below the panel, in as many columns as there is room for; its height in inches."""
    dpi = ax.figure.dpi
    texts = legend.get_texts()
    # Matplotlib's defaults: a line of 2 letters' height, 0.8 to its text, 2 to the next column.
    letter = float(texts[0].get_fontsize()) * dpi / 72
    entry = max(text.get_window_extent().width for text in texts) + 4.8 * letter
    ticks = ax.xaxis.get_tightbbox()
    labels = (ax.bbox.y0 - ticks.y0) / dpi if ticks is not None else 0.0
    moved = ax.legend(
        [handle for handle in legend.legend_handles if handle is not None],
        [text.get_text() for text in texts],
        title=legend.get_title().get_text() or None,
        fontsize=texts[0].get_fontsize(),
        ncols=max(1, int((ax.bbox.width + 2 * letter) / entry)),
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=ax.transAxes + ScaledTranslation(0, -labels - 0.02, ax.figure.dpi_scale_trans),
        borderaxespad=0,
        frameon=False,
    )
    return moved.get_window_extent().height / dpi
