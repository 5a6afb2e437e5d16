"""A figure that a reader can move: the static one, controls below it, and what a chapter has computed for it.

The page's own script brings it to life, from ``book/_static/movable``; on paper, in a notebook and without
scripts the static figure stays and the controls are hidden.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lowdim.figures.style import InlineSVG


@dataclass(frozen=True)
class Slider:
    """A whole number that the reader slides.

    Args:
        name: by which the page's script knows it.
        label: what the reader sees, in a few words.
        low: the least.
        high: the greatest.
        value: to begin with.
    """

    name: str
    label: str
    low: int
    high: int
    value: int

    def html(self) -> str:
        """A native slider, with room for its value in words."""
        return (
            f'<label><span>{escape(self.label)}</span><input type="range" name="{self.name}" '
            f'min="{self.low}" max="{self.high}" value="{self.value}" step="1"><output></output></label>'
        )


@dataclass(frozen=True)
class Choice:
    """One of several words.

    Args:
        name: by which the page's script knows it.
        label: what the reader sees, in a few words.
        options: the words; the script sees their number, from 0 on.
    """

    name: str
    label: str
    options: tuple[str, ...]

    def html(self) -> str:
        """A native menu."""
        options = "".join(
            f'<option value="{i}">{escape(word)}</option>' for i, word in enumerate(self.options)
        )
        return (
            f'<label><span>{escape(self.label)}</span><select name="{self.name}">{options}</select></label>'
        )


@dataclass(frozen=True)
class Tick:
    """Something that holds or does not.

    Args:
        name: by which the page's script knows it.
        label: what the reader sees, in a few words.
        on: whether it holds to begin with.
    """

    name: str
    label: str
    on: bool = False

    def html(self) -> str:
        """A native box to tick."""
        checked = " checked" if self.on else ""
        return (
            f'<label class="lowdim-ticked"><input type="checkbox" name="{self.name}"{checked}>'
            f"<span>{escape(self.label)}</span></label>"
        )


@dataclass(frozen=True)
class Button:
    """Something to do.

    Args:
        name: by which the page's script knows it.
        label: what the reader sees, in a word or two.
    """

    name: str
    label: str

    def html(self) -> str:
        """A native button."""
        return f'<button type="button" name="{self.name}">{escape(self.label)}</button>'


def movable(
    picture: InlineSVG,
    module: str,
    label: str,
    data: dict[str, Any],
    controls: Sequence[Slider | Choice | Tick | Button],
    at_once: bool = False,
) -> InlineSVG:
    """The picture with what it takes to move it.

    Args:
        picture: the static figure, which stays on paper.
        module: of ``book/_static/movable`` that draws the moving one, without its ending.
        label: what one moves, in a few words; a screen reader says it.
        data: what the chapter has computed for it: numbers, texts, lists and dicts of them, finite.
        controls: in the order of the page.
        at_once: whether it moves as soon as it is seen; otherwise the reader asks for it by a button.

    Returns:
        what a notebook cell displays.

    Raises:
        ValueError: data that is no JSON, such as a NaN.
    """
    try:
        given = json.dumps(data, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the data of the movable figure {module!r} is no JSON: {error}") from None
    given = given.replace("</", "<\\/")  # nothing in it ends the script
    rows = "".join(control.html() for control in controls)
    asked = "" if at_once else '<button type="button" class="lowdim-wake" hidden>Move this figure</button>'
    kind = "lowdim-movable lowdim-at-once" if at_once else "lowdim-movable"
    html = (
        f'<div class="{kind}" id="movable-{module}" data-movable="{module}" data-label="{escape(label)}">'
        f'<div class="lowdim-ground">{picture.html}</div>{asked}'
        f'<form class="lowdim-controls" hidden>{rows}<button type="reset">Reset</button></form>'
        '<p class="lowdim-seen" aria-live="polite" hidden></p>'
        f'<script type="application/json">{given}</script></div>'
    )
    return InlineSVG(html, picture.alt)


def rounded(values: Any, digits: int = 3) -> Any:
    """Numbers to so many significant digits, whole ones as such: what a page need not carry.

    Args:
        values: numbers, arrays, lists and dicts of them.
        digits: significant digits.

    Returns:
        the same in lists, dicts and floats.
    """
    if isinstance(values, dict):
        return {name: rounded(value, digits) for name, value in values.items()}
    values = _plain(values) if hasattr(values, "tolist") else values
    if isinstance(values, list | tuple):
        return [rounded(value, digits) for value in values]
    if isinstance(values, str | bool | int):
        return values
    short = float(f"{values:.{digits}g}")
    return int(short) if short == int(short) and abs(short) < 1e6 else short


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r} is neither number nor list")
