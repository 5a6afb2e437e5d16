"""One look for every figure of the book.

A figure function draws on ``axes`` with the colours named here and returns ``svg``::

    def decay(times, imbalance):
        fig, ax = style.axes()
        ax.semilogy(times, imbalance, color=style.STUDENT, label="student")
        ax.set(xlabel="time $t$", ylabel=r"$\\|u\\| / \\|v\\|$")
        ax.legend()
        return style.svg(fig, alt=f"The imbalance falls from {imbalance[0]:.2g} to {imbalance[-1]:.2g}.")

Ink is the page's text colour, and each colour has a twin for the dark page (:mod:`lowdim.figures.palette`).
Black means ink, white means paper. Greek letters and arrows are written in TeX. Nothing here changes
Matplotlib's global settings.
"""

import copy
import functools
import re
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.rcsetup import cycler
from matplotlib.style import context
from matplotlib.text import Text

from lowdim.figures.inline import draw
from lowdim.figures.layout import settle, stack
from lowdim.figures.palette import ACCENT, INK, MUTED, PAPER, SERIES, STUDENT, TEACHER, ramp  # noqa: F401

_RC: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Source Sans 3", "DejaVu Sans"],
    "font.size": 10,
    "mathtext.fontset": "cm",  # Computer Modern, as KaTeX sets the page's formulas
    "axes.edgecolor": INK,
    "axes.formatter.use_mathtext": True,
    "axes.grid": True,
    "axes.linewidth": 0.7,
    "axes.prop_cycle": cycler(color=SERIES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "grid.alpha": 0.13,
    "grid.color": INK,
    "grid.linewidth": 0.6,
    "svg.fonttype": "path",  # a reader's own fonts have other widths, and formulas would fall apart
    "svg.hashsalt": "lowdim",
    "xtick.labelsize": 9,
    "xtick.major.width": 0.7,
    "xtick.minor.visible": False,
    "ytick.labelsize": 9,
    "ytick.major.width": 0.7,
}


_WORDS = {r"\sigma": "σ", r"\hat d": "d hat", r"\varepsilon": "ε", r"\lambda": "λ"}
_SCIENTIFIC = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)\b")
_NOTHING = re.compile(r"-0\.0+(?![\d.])")
_ONE = re.compile(r"(?<![\w.])(\d\S*(?: times 10\^-?\d+)?) to \1(?![\w^]|\.\d)")


@dataclass(frozen=True)
class InlineSVG:
    """A finished picture: html for the page, alt, which describes it, for everything else."""

    html: str
    alt: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def axes(
    rows: int = 1, cols: int = 1, width: float = 6.4, height: float = 3.4, **kw: Any
) -> tuple[Figure, Any]:
    """A figure in the book's style, and its panels.

    On a phone the panels of a row are stacked, so two across is plenty; keep texts inside a panel short.

    Args:
        rows: panels from top to bottom.
        cols: panels from left to right.
        width: of the whole figure in inches; the default fills the text column.
        height: of the whole figure in inches.
        kw: passed on to ``Figure.subplots``, such as ``sharey=True``.

    Returns:
        the figure, and its ``Axes`` (one panel) or an array of them.
    """
    with _style():
        fig = Figure(figsize=(width, height), dpi=72, layout="constrained")  # SVG counts in points
        return fig, fig.subplots(rows, cols, **kw)


def svg(fig: Figure, alt: str, name: str | None = None) -> InlineSVG:
    """The figure as SVG for the page: scales with the column, reads in light, in dark and on a phone.

    Args:
        fig: from ``axes``.
        alt: what the picture shows, in a sentence or two with measured values; a screen reader reads it.
        name: an HTML id for the picture, where something must link to it.

    Returns:
        what a notebook cell displays.

    Raises:
        ValueError: if alt is empty.
    """
    alt = _spoken(" ".join(alt.split()))
    if not alt:
        raise ValueError("alt is empty; say in a sentence what the picture shows, with its measured values")
    with _style():
        wide = copy.deepcopy(fig)
        _finish(wide)
        phone = copy.deepcopy(wide)
        stack(phone)
        for layout in (wide, phone):
            settle(layout)
        html = draw(wide, alt, "wide") + draw(phone, alt, "phone")
    identity = f' id="{name}"' if name else ""
    return InlineSVG(f'<div class="lowdim-figure"{identity}>{html}</div>', alt)


def _finish(fig: Figure) -> None:
    """What Matplotlib fixes when a text or a legend is made, outside of our settings."""
    for text in fig.findobj(Text):
        text.set_math_fontfamily(_RC["mathtext.fontset"])
    for ax, letter in zip(fig.axes, _letters(fig), strict=True):
        title = ax.get_title(loc="center")
        ax.set_title("", loc="center")
        if title or letter:
            ax.set_title(f"{letter} {title}".strip(), loc="left")
        legend = ax.get_legend()
        if legend is not None:
            legend.set_frame_on(False)


def _spoken(alt: str) -> str:
    """Words and numbers as one reads them aloud: no TeX, 10^-6 for 1e-06, one number for a range of one."""
    for tex, word in _WORDS.items():
        alt = alt.replace(tex, word)
    alt = _SCIENTIFIC.sub(lambda found: _power(found[1], int(found[2])), alt.replace("$", ""))
    return _ONE.sub(r"\1", _NOTHING.sub("0", alt))


def _power(mantissa: str, exponent: int) -> str:
    if float(mantissa) == 0:
        return "0"
    if -3 <= exponent <= 3:
        return f"{float(f'{mantissa}e{exponent}'):g}"
    return f"10^{exponent}" if float(mantissa) == 1 else f"{mantissa} times 10^{exponent}"


def _letters(fig: Figure) -> list[str]:
    """(a), (b), ... for panels, by which captions name them on a phone as well; none for a panel alone."""
    return [f"({chr(ord('a') + i)})" if len(fig.axes) > 1 else "" for i in range(len(fig.axes))]


def _style():
    _add_font()
    return context(_RC, after_reset=True)  # not in a reader's own style, whatever it is


@functools.cache
def _add_font() -> None:
    with as_file(files("lowdim.figures") / "source-sans-3.ttf") as path:
        fontManager.addfont(path)
