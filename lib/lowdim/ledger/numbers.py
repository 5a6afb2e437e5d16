"""Numbers in the text come from the run, never from the keyboard.

A code cell says ``number("balance-exponent", slope)``; the prose of its page says
``{glue:md}`balance-exponent` ``. Another page, the front page say, names the chapter as seen from there:
``{glue}`notebooks/03_balancedness.ipynb::balance-exponent` ``. From page to page MyST-NB carries HTML only,
so the number is kept in both forms. What a chapter was run with is glued at once, by ``parameters``.
"""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from numbers import Integral, Real
from typing import Any

from myst_nb import glue

_ROUNDINGS = {"nearest": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_FLOOR}
_UNITS = {"": "", "%": r"\,\%", "s": r"\,\mathrm{s}"}


class _Typeset:
    def __init__(self, latex: str, html: str) -> None:
        self._latex, self._html = latex, html

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/markdown": f"${self._latex}$", "text/html": self._html, "text/plain": self._latex}


def number(name: str, value: Any, digits: int = 2, unit: str = "", rounding: str = "nearest") -> None:
    """Glue a number, typeset, under a name that the prose of any page can use.

    Args:
        name: unique in the whole book; begins with the chapter's short name, such as ``balance-exponent``.
        value: an integer, shown in full, or a real number; NumPy scalars and tensors of one entry are fine.
        digits: significant digits of a real number.
        unit: "" for none, "s" for seconds, "%" to show the fraction ``value`` in percent.
        rounding: "nearest", "up" where the prose says at most, "down" where it says at least.

    Raises:
        TypeError: if value is not one real number.
        ValueError: if value is not finite, digits < 1, or unit or rounding is another one.
    """
    try:
        latex = typeset(value, digits, unit, rounding)
    except (TypeError, ValueError) as error:
        raise type(error)(f"number {name!r}: {error}") from None
    glue(name, _Typeset(f"{{{latex}}}", without_tex(latex)), display=False)  # in braces no line is broken


def parameters(chapter: str, namespace: Mapping[str, Any]) -> None:
    """Glue every number that a chapter was run with, its parameter ``far_out`` as ``chapter-far-out``.

    Called as ``parameters("balance", globals())`` right after the imports, where the only numbers in the
    namespace are those of the parameters cell, or those that a rerun put in their place. Each is shown to the
    digits it was written with. Names with capitals or a leading underscore, lists and text are passed over.

    Args:
        chapter: the chapter's short name, with which the names of all its numbers begin.
        namespace: the variables of the notebook, by name.

    Raises:
        ValueError: if the namespace holds no number, or one that is not finite.
    """
    found = {
        name: value
        for name, value in namespace.items()
        if re.fullmatch(r"[a-z][a-z0-9_]*", name) and isinstance(value, Real) and not isinstance(value, bool)
    }
    if not found:
        raise ValueError(
            f"parameters({chapter!r}, ...) found no number among {len(namespace)} variables; pass globals(), "
            "below the cell tagged parameters"
        )
    for name, value in found.items():
        number(f"{chapter}-{name.replace('_', '-')}", value, _written_digits(value))


def typeset(value: Any, digits: int = 2, unit: str = "", rounding: str = "nearest") -> str:
    r"""A number in TeX, without the dollar signs.

    Args:
        value: an integer, shown in full, or a real number.
        digits: significant digits of a real number.
        unit: "", "s" or "%", as for ``number``.
        rounding: "nearest", "up" or "down", as for ``number``.

    Returns:
        plain decimals between 0.001 and 100,000, powers of ten outside.

    Raises:
        TypeError: if value is not one real number.
        ValueError: if value is not finite, digits < 1, or unit or rounding is another one.

    >>> typeset(3.5e-9)
    '3.5\\times10^{-9}'
    >>> typeset(10507)
    '10{,}507'
    >>> typeset(0.1234, digits=3, unit="%")
    '12.3\\,\\%'
    >>> typeset(5.41e-9, rounding="up")
    '5.5\\times10^{-9}'
    """
    with suppress(AttributeError, RuntimeError, ValueError):
        value = value.item()  # a NumPy scalar, a tensor of one entry
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"value must be one real number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(
            f"value is {value}; a number in the prose must be finite, so look at where it comes from"
        )
    if isinstance(digits, bool) or not isinstance(digits, Integral) or digits < 1:
        raise ValueError(f"digits must be a whole number of at least 1, got {digits!r}")
    if unit not in _UNITS:
        raise ValueError(f"unit must be one of {', '.join(map(repr, _UNITS))}, got {unit!r}")
    if rounding not in _ROUNDINGS:
        raise ValueError(f"rounding must be one of {', '.join(map(repr, _ROUNDINGS))}, got {rounding!r}")
    if isinstance(value, Integral):
        return _integer(int(value) * (100 if unit == "%" else 1)) + _UNITS[unit]
    shown = Decimal(repr(float(value))) * (100 if unit == "%" else 1)  # as it prints: 0.1 is not above 0.1
    return _real(shown, digits, _ROUNDINGS[rounding]) + _UNITS[unit]


def _written_digits(value: Real) -> int:
    """The significant digits of the shortest decimal that is this number: 1 for 1e-4, 2 for 1.4."""
    return len(Decimal(repr(value)).normalize().as_tuple().digits)


def _integer(value: int) -> str:
    return f"{value:,}".replace(",", "{,}") if abs(value) >= 10_000 else str(value)


def _real(value: Decimal, digits: int, rounding: str) -> str:
    rounded = Context(prec=digits, rounding=rounding).create_decimal(value)
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    if value == 0:
        return "0"
    if not -3 <= int(exponent) < 5:
        return rf"{mantissa}\times10^{{{int(exponent)}}}"
    decimals = max(0, digits - 1 - int(exponent))
    return f"{rounded:.{decimals}f}" if decimals else _integer(int(value.to_integral_value(rounding)))


def without_tex(latex: str) -> str:
    """The same number in HTML.

    Args:
        latex: what `typeset` returned.
    """
    for tex, html in (("-", "−"), ("{,}", ","), (r"\mathrm{s}", "s"), (r"\%", "%"), (r"\,", "&nbsp;")):
        latex = latex.replace(tex, html)
    latex = re.sub(r"\\times10\^{(.*?)}", r"&nbsp;×&nbsp;10<sup>\1</sup>", latex)
    return f'<span class="lowdim-number">{latex}</span>'
