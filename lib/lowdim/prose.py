"""Numbers in the text come from the run, never from the keyboard.

A code cell says ``number("balance-exponent", slope)``; the prose of its page says
``{glue:md}`balance-exponent` ``. Another page, the front page say, names the chapter as seen from there:
``{glue}`notebooks/03_balancedness.ipynb::balance-exponent` ``. From page to page MyST-NB carries HTML only,
so the number is kept in both forms.
"""

import math
import re
from contextlib import suppress
from numbers import Integral, Real
from typing import Any

from myst_nb import glue

_UNITS = {"": "", "%": r"\,\%", "s": r"\,\mathrm{s}"}


class _Typeset:
    def __init__(self, latex: str, html: str) -> None:
        self._latex, self._html = latex, html

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/markdown": f"${self._latex}$", "text/html": self._html, "text/plain": self._latex}


def number(name: str, value: Any, digits: int = 2, unit: str = "") -> None:
    """Glue a number, typeset, under a name that the prose of any page can use.

    Args:
        name: unique in the whole book; begins with the chapter's short name, such as ``balance-exponent``.
        value: an integer, shown in full, or a real number; NumPy scalars and tensors of one entry are fine.
        digits: significant digits of a real number.
        unit: "" for none, "s" for seconds, "%" to show the fraction ``value`` in percent.

    Raises:
        TypeError: if value is not one real number.
        ValueError: if value is not finite, digits < 1, or the unit is another one.
    """
    try:
        latex = typeset(value, digits, unit)
    except (TypeError, ValueError) as error:
        raise type(error)(f"number {name!r}: {error}") from None
    glue(name, _Typeset(f"{{{latex}}}", _html(latex)), display=False)  # in braces no line is broken


def typeset(value: Any, digits: int = 2, unit: str = "") -> str:
    r"""A number in TeX, without the dollar signs.

    Args:
        value: an integer, shown in full, or a real number.
        digits: significant digits of a real number.
        unit: "", "s" or "%", as for ``number``.

    Returns:
        plain decimals between 0.001 and 100,000, powers of ten outside.

    Raises:
        TypeError: if value is not one real number.
        ValueError: if value is not finite, digits < 1, or the unit is another one.

    >>> typeset(3.5e-9)
    '3.5\\times10^{-9}'
    >>> typeset(10507)
    '10{,}507'
    >>> typeset(0.1234, digits=3, unit="%")
    '12.3\\,\\%'
    """
    with suppress(AttributeError, RuntimeError, ValueError):
        value = value.item()  # a NumPy scalar, a tensor of one entry
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"value must be one real number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(
            f"value is {value}; a number in the prose must be finite, so look at where it comes from"
        )
    if digits < 1:
        raise ValueError(f"digits must be at least 1, got {digits}")
    if unit not in _UNITS:
        raise ValueError(f"unit must be one of {', '.join(map(repr, _UNITS))}, got {unit!r}")
    if unit == "%":
        value = 100.0 * value
    return (_integer(value) if isinstance(value, Integral) else _real(float(value), digits)) + _UNITS[unit]


def _integer(value: Integral) -> str:
    return f"{value:,}".replace(",", "{,}") if abs(value) >= 10_000 else str(value)


def _real(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if value == 0:
        return "0"
    if not -3 <= int(exponent) < 5:
        return rf"{mantissa}\times10^{{{int(exponent)}}}"
    decimals = max(0, digits - 1 - int(exponent))
    return f"{value:.{decimals}f}" if decimals else _integer(round(value))


def _html(latex: str) -> str:
    """The same number without TeX."""
    for tex, html in (("-", "−"), ("{,}", ","), (r"\mathrm{s}", "s"), (r"\%", "%"), (r"\,", "&nbsp;")):
        latex = latex.replace(tex, html)
    latex = re.sub(r"\\times10\^{(.*?)}", r"&nbsp;×&nbsp;10<sup>\1</sup>", latex)
    return f'<span class="lowdim-number">{latex}</span>'
