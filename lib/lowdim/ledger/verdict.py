"""The claims ledger: each claim of the book next to the number that decides it and a control that must fail.

A notebook measures a claim of ``book/claims.yml`` and ends its cell with :func:`record`, which shows the
verdict and leaves it in the cell's output, where the pipeline collects it. Nothing is raised for a false
claim: the reader sees its row turn false in its place, and the build stops afterwards with all of them.
"""

import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from lowdim.ledger.claims import KINDS, Claim, claims_path, read_claims

MIME = "application/vnd.lowdim.claim+json"
"""Under this type a cell's output carries its verdict."""


TIMES = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Verdict:
    """What was measured for a claim, and what it decides.

    Every number of the value must pass the claim's test, every number of the control must fail it; for a law
    that claims a share of its draws, as many of the value must pass, and as many of the control must fail.
    """

    claim: Claim
    value: tuple[float, ...]
    control: tuple[float, ...]

    @property
    def passed(self) -> bool:
        """Enough entries of the value pass the test: every one, unless a law claims less."""
        return _share(map(self.claim.test.passes, self.value)) >= self.claim.share

    @property
    def control_failed(self) -> bool:
        """Enough entries of the control fail the test, as they must: every one, unless a law claims less."""
        return _share(not self.claim.test.passes(x) for x in self.control) >= self.claim.share

    @property
    def required(self) -> str:
        """The test in words, with the share of the draws that must pass it."""
        share = (
            f" for {100 * self.claim.share:.3g}\N{NO-BREAK SPACE}% of the draws"
            if self.claim.share < 1
            else ""
        )
        return self.claim.test.text + share

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if not self.passed:
            return "false"
        return "verified" if self.control_failed else "control passes"

    def __repr__(self) -> str:
        c = self.claim
        return (
            f"{c.id}: {self.word}. {c.quantity}: {summary(self.value)}; required: {self.required}; "
            f"control ({c.control}): {summary(self.control)}"
        )

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        # The data travel as metadata of the output: Sphinx warns about a MIME type that it cannot render.
        row = {
            "id": self.claim.id,
            "value": [_json(x) for x in self.value],
            "control": [_json(x) for x in self.control],
            "passed": self.passed,
            "control_failed": self.control_failed,
            "test": self.claim.test.text,
        }
        return {"text/plain": repr(self), "text/html": self._html()}, {MIME: row}

    def rows(self) -> str:
        """The measurement and its control as an HTML description list."""
        c = self.claim
        fate = (
            "fails, as it\N{NO-BREAK SPACE}must"
            if self.control_failed
            else "passes, and must\N{NO-BREAK SPACE}not"
        )
        quantity = escape(c.quantity[:1].upper() + c.quantity[1:])
        return (
            '<dl class="lowdim-claim-rows">\n'
            f"<dt>{quantity}</dt>\n"
            f"<dd><strong>{html_numbers(summary(self.value))}</strong>, "
            f"required: {html_numbers(self.required)}</dd>\n"
            f"<dt>Control: {escape(c.control)}</dt>\n"
            f"<dd><strong>{html_numbers(summary(self.control))}</strong>, {fate}</dd>\n"
            "</dl>"
        )

    def _html(self) -> str:
        state = "verified" if self.word == "verified" else "false"
        return (
            f'<div class="lowdim-claim lowdim-claim-{state}" id="claim-{self.claim.id}" role="group" '
            f'aria-label="Claim {self.claim.id}: {self.word}">\n'
            f'<p class="lowdim-claim-head"><strong class="lowdim-claim-verdict">{self.word}</strong> '
            f'<span class="lowdim-claim-kind">{KINDS[self.claim.kind]}</span> '
            f'<code class="lowdim-claim-id">{self.claim.id}</code></p>\n'
            f"{self.rows()}\n</div>"
        )


def record(id: str, *, value: Any, control: Any) -> None:
    """Show the verdict on one claim and keep it in the cell's output, for the pipeline to collect.

    A notebook that runs by itself, away from the book and its ``claims.yml``, is told the numbers alone.

    Args:
        id: the claim's id in ``claims.yml``.
        value: the measured number, or an array of them; every entry must pass the claim's test.
        control: the same measurement where the claim must fail, a number or an array; every entry must fail.

    Raises:
        KeyError: if no claim has this id.
        ValueError: if ``claims.yml`` is malformed; if value or control is empty or not made of real numbers
            (a truth value is none); if a control is NaN, infinite, or the value itself.
        FileNotFoundError: if LOWDIM_CLAIMS names a file that is not there.
    """
    from IPython.display import display

    measured, held_against = _numbers(id, "value", value), _numbers(id, "control", control)
    if not all(map(math.isfinite, held_against)):
        raise ValueError(
            f"claim {id!r}: control is {summary(held_against)}; NaN and infinity fail every test, so such a "
            "control decides nothing: take one that stays finite"
        )
    if held_against == measured:
        raise ValueError(
            f"claim {id!r}: control equals value, number for number; it must be the same measurement with "
            "another input, where the claim fails"
        )
    try:
        path = claims_path()
    except FileNotFoundError:
        if "LOWDIM_CLAIMS" in os.environ:
            raise
        told = f"measured {summary(measured)}, control {summary(held_against)}"
        print(f"{id}: {told}; no verdict, for there is no book/claims.yml here, which has the test")
        return
    claims = {claim.id: claim for claim in read_claims(path)}
    if id not in claims:
        raise KeyError(f"claim {id!r} is not in {path}, which lists {', '.join(claims) or 'no claim'}")
    display(Verdict(claims[id], measured, held_against))


def summary(numbers: tuple[float, ...]) -> str:
    """A few numbers for a reader: one of them as it is, several as their range, if they differ, and count.

    Args:
        numbers: at least one.

    >>> summary((0.51794,))
    '0.5179'
    >>> summary((1.98, 2.031, 2.0))
    '1.98 to 2.031 (3 values)'
    >>> summary((1.0, 1.00001))
    '1 (2 values)'
    """
    ordered = np.sort(numbers)  # NaN comes last, where it shows
    least, most = f"{ordered[0]:.4g}", f"{ordered[-1]:.4g}"
    if len(numbers) == 1:
        return least
    return f"{least if least == most else f'{least} to {most}'} ({len(numbers)} values)"


def html_numbers(text: str) -> str:
    """The text with its numbers set as a reader expects them: a true minus sign and powers of ten, unbroken.

    Args:
        text: plain text; it is escaped.

    >>> html_numbers("below 2.5e-09").replace("\\N{NO-BREAK SPACE}", "_")
    'below_2.5_×_10<sup>−9</sup>'
    """
    text = re.sub(r"(?<![\w.])-(?=[\d.i])", "−", escape(text))
    text = re.sub(r"(?<=\d)e\+?(-?)0*(\d+)", lambda e: f"{TIMES}10<sup>{'−' * bool(e[1])}{e[2]}</sup>", text)
    text = re.sub(rf"(?<![\w.])1{TIMES}10", "10", text)
    return re.sub(r"(?<=[a-z]) (?=−?\d)", "\N{NO-BREAK SPACE}", text)  # "below 1"


def _numbers(id: str, argument: str, given: Any) -> tuple[float, ...]:
    try:
        array = np.asarray(given.detach().cpu() if hasattr(given, "detach") else given)
    except ValueError:
        raise ValueError(
            f"claim {id!r}: {argument} is made of pieces of different length; flatten them, as in [*a, *b]"
        ) from None
    if np.ma.is_masked(given):
        raise ValueError(
            f"claim {id!r}: {argument} has masked entries, which would count as they are: leave them out, "
            "with .compressed(), and say so"
        )
    if array.dtype.kind not in "fiu" or _holds_truth(given):
        raise ValueError(
            f"claim {id!r}: {argument} must be real numbers, got {given!r}; of a comparison record the two "
            "sides' difference or ratio, which says how far off it is"
        )
    if array.size == 0:
        raise ValueError(f"claim {id!r}: {argument} is empty, and an empty measurement decides nothing")
    return tuple(float(x) for x in array.ravel())


def _holds_truth(given: Any) -> bool:
    """Whether a truth value hides among numbers, where NumPy would make 0 or 1 of it."""
    if isinstance(given, (list, tuple)):
        return any(map(_holds_truth, given))
    return getattr(given, "dtype", type(given)) in (bool, np.bool_)


def _share(passed: Iterable[bool]) -> float:
    outcomes = list(passed)
    return sum(outcomes) / len(outcomes)


def _json(x: float) -> float | str:
    return x if math.isfinite(x) else str(x)  # JSON has no NaN; float() reads the text back
