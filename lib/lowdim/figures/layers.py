"""Pictures of the chapter on state space layers: errors beyond training, the start and the coordinates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lowdim.figures import style
from lowdim.figures.seeds import MARKERS

_SHAPES = MARKERS + "PX"


def families(table: pd.DataFrame, level: float) -> style.InlineSVG:
    """Error beyond training against training length, family by family: medians and quartiles.

    Args:
        table: rows of `compare` with `start` and `k`.
        level: training error at which students are compared.
    """
    fig, panels = style.axes(1, 2, height=4.2, sharey=True)
    good: Any = table[table.passed]
    for ax, turns, title in zip(panels, (False, True), ("Real poles", "Oscillating"), strict=True):
        rows = good[good.oscillating == turns]
        for i, name in enumerate(table.start.unique()):
            part = rows[rows["start"] == name]
            shift = 1.06 ** (i - 3)
            _quartiles(ax, part, "k", shift, style.SERIES[i], _SHAPES[i], name)
        ax.axhline(level, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
        lags = sorted(table.k.unique())
        ax.set(xscale="log", yscale="log", xlabel="training length $k$", title=title, ylim=(1e-12, 10))
        ax.set_xticks(lags, [str(k) for k in lags], minor=False)
        ax.minorticks_off()
    panels[0].set_ylabel("error beyond training")
    panels[0].legend(loc="lower left")
    told = "; ".join(
        f"{name}: " + ", ".join(f"{row.error.median():.1g} at k = {k}" for k, row in part.groupby("k"))
        for name, part in good.groupby("start", sort=False)
    )
    alt = f"""Median errors beyond training of students that fit to {level:g}, over both kinds of teachers.
        {told}."""
    return style.svg(fig, alt)


def dials(table: pd.DataFrame, level: float) -> style.InlineSVG:
    """Six starts of an LRU, each in its own coordinates and in dense ones: errors, and states in excess.

    Args:
        table: rows of `compare` with `place`, `scale` and `coordinates`.
        level: training error at which students are compared.
    """
    fig, (left, right) = style.axes(1, 2, height=3.6)
    good = table[table.passed]
    places = list(table.place.unique())
    looks = zip(("diagonal", "dense"), (style.ACCENT, style.STUDENT), (-0.14, 0.14), strict=True)
    for kind, colour, side in looks:
        for scale, marker, fill in ((table.scale.max(), "o", colour), (table.scale.min(), "s", "none")):
            rows = good[(good.coordinates == kind) & (good.scale == scale)]
            label = f"{kind}, $B, C \\times {scale:g}$"
            nudge = side + (0.05 if fill == "none" else -0.05)
            for ax, name in ((left, "error"), (right, "excess")):
                low, middle, high = _spread(rows, "place", name).reindex(places).to_numpy().T
                x = np.arange(len(places)) + nudge
                ax.vlines(x, low, high, color=colour, lw=1.1)
                ax.plot(x, middle, marker, color=colour, mfc=fill, ms=5, label=label)
    left.axhline(level, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    left.set(yscale="log", title="Error beyond training")
    right.set(title="States in excess")
    for ax in (left, right):
        ax.set_xticks(range(len(places)), places)
        ax.set(xlim=(-0.5, len(places) - 0.5), xlabel="poles at the start")
    left.legend(loc="lower left")
    medians = good.groupby(["place", "coordinates"], sort=False)[["error", "excess"]].median()
    told = "; ".join(
        f"{place}, {kind}: {row.error:.1g} and {row.excess:.0f}"
        for (place, kind), row in medians.iterrows()  # type: ignore[misc]
    )
    return style.svg(fig, f"Median error, and states in excess of the teacher's, by start. {told}.")


def jump(offsets: Sequence[int], errors: dict[str, np.ndarray]) -> style.InlineSVG:
    r"""Error of diagonal and of symmetric students around $2\hat d$ lags.

    Args:
        offsets: lags above $2\hat d$, shape (n,).
        errors: by structure, shape (n, draws).
    """
    fig, ax = style.axes(height=3.0)
    for (name, values), colour, marker in zip(
        errors.items(), (style.ACCENT, style.STUDENT), MARKERS, strict=False
    ):
        ax.semilogy(offsets, np.minimum(values, 10), color=colour, lw=0.5, alpha=0.5)
        middle = np.median(values, axis=1)
        ax.semilogy(offsets, middle, marker + "-", color=colour, lw=1.5, ms=5, label=name)
    names = {0: r"$2\hat d$"} | {n: rf"$2\hat d {n:+d}$" for n in offsets if n}
    ax.set_xticks(list(offsets), [names[n] for n in offsets])
    ax.set(xlabel="training length $k$", ylabel="error up to lag 500", ylim=(1e-12, 20))
    ax.legend(loc="lower left")
    told = "; ".join(
        f"{name}: " + ", ".join(f"{np.median(row):.1g}" for row in values) for name, values in errors.items()
    )
    alt = f"Median errors at {', '.join(f'2d{n:+d}' if n else '2d' for n in offsets)} lags. {told}."
    return style.svg(fig, alt)


def sequences(lengths: Sequence[int], curves: dict[str, np.ndarray], k: int) -> style.InlineSVG:
    """Normalized error against length of layers that were trained on sequences: seeds and medians.

    Args:
        lengths: T, increasing.
        curves: by layer, shape (lengths, seeds).
        k: training length.
    """
    fig, ax = style.axes(height=3.2)
    for (name, curve), colour, marker in zip(curves.items(), style.SERIES, _SHAPES, strict=False):
        ax.loglog(lengths, curve, color=colour, lw=0.4, alpha=0.5)
        ax.loglog(lengths, np.median(curve, 1), marker + "-", color=colour, ms=4, lw=1.5, label=name)
    ax.axvline(k, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    ax.set_xticks(list(lengths), [str(n) for n in lengths], minor=False)
    ax.minorticks_off()
    ax.set(xlabel="length $T$", ylabel="normalized error")
    ax.legend(loc="lower right")
    told = "; ".join(
        f"{name} {np.median(curve[0]):.2g} at {lengths[0]}, {np.median(curve[-1]):.2g} at {lengths[-1]}"
        for name, curve in curves.items()
    )
    return style.svg(fig, f"Median normalized errors: {told}.")


def _quartiles(ax: Axes, rows: Any, by: str, shift: float, colour: str, marker: str, name: str) -> None:
    """Medians as a line, quartiles as bars."""
    if rows.empty:  # nobody passed
        return
    spread = _spread(rows, by, "error")
    x = spread.index.to_numpy() * shift
    low, middle, high = spread.to_numpy().T
    ax.vlines(x, low, high, color=colour, lw=0.9, alpha=0.8)
    ax.plot(x, middle, marker + "-", color=colour, ms=4, lw=1.2, label=name)


def _spread(rows: Any, by: str, name: str) -> pd.DataFrame:
    """Quartiles and median of a column, group by group."""
    return rows.groupby(by, sort=False)[name].quantile([0.25, 0.5, 0.75]).unstack()
