"""Tables of computed numbers, typeset as the numbers in the text are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from numbers import Real
from typing import TYPE_CHECKING, Any

from lowdim.ledger.numbers import typeset, without_tex

if TYPE_CHECKING:
    from pandas import DataFrame


class Table:
    """A finished table: html for the page, text for everything else."""

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def table(
    frame: DataFrame,
    caption: str,
    digits: int | Mapping[Any, int] = 2,
    units: Mapping[Any, str] | None = None,
    bold: DataFrame | None = None,
    missing: str = "none",
) -> Table:
    """A frame as a table of the page: a caption, numbers to so many digits, headings that are read aloud.

    Args:
        frame: its columns and rows are the table's; the index, if it is not a mere count, begins each row. A
            cell holds a number, a text, or a tuple: its first entry, then the others smaller below it, where
            a pair of numbers is read as a range.
        caption: what the table shows, in a sentence.
        digits: significant digits of a real number, for all columns or by column.
        units: "%" or "s" by column, as for ``number``.
        bold: which cells stand out, with the shape of the frame.
        missing: what stands for a number that is not finite.

    Raises:
        TypeError: a cell is none of these.
        ValueError: bold has another shape.
    """
    if bold is not None and bold.shape != frame.shape:
        raise ValueError(f"bold must say yes or no for each of {frame.shape} cells, but has {bold.shape}")
    counted = list(frame.index) == list(range(len(frame)))
    heads = ([] if counted else [frame.index.name or ""]) + list(frame.columns)

    def entry(value: Any, column: Any) -> str:
        several = digits.get(column, 2) if isinstance(digits, Mapping) else digits
        return _entry(value, several, (units or {}).get(column, ""), missing)

    rows = []
    for i, (label, values) in enumerate(zip(frame.index, frame.itertuples(index=False), strict=True)):
        cells = [] if counted else [f'<th scope="row">{_entry(label, 2, "", missing)}</th>']
        for j, (column, value) in enumerate(zip(frame.columns, values, strict=True)):
            tag = "strong" if bold is not None and bold.iat[i, j] else "span"
            cells.append(f"<td><{tag}>{entry(value, column)}</{tag}></td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    top = "".join(f'<th scope="col">{escape(str(head))}</th>' if head else "<td></td>" for head in heads)
    return Table(
        '<div class="pst-scrollable-table-container"><table class="table lowdim-table">'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>",
        f"{caption}\n{frame.to_string()}",
    )


def _entry(value: Any, digits: int, unit: str, missing: str) -> str:
    if isinstance(value, tuple):
        first, *rest = value
        below = "".join(f"<br><small>{_range(part, digits, unit, missing)}</small>" for part in rest)
        return _entry(first, digits, unit, missing) + below
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, Real) and not math.isfinite(value):
        return escape(missing)
    return without_tex(typeset(value, digits, unit))


def _range(part: Any, digits: int, unit: str, missing: str) -> str:
    if isinstance(part, tuple):
        low, high = (_entry(end, digits, unit, missing) for end in part)
        return low if low == high else f"{low} to {high}"
    return _entry(part, digits, unit, missing)
