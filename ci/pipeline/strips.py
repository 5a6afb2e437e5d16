"""A claim at a glance: a line with the allowed zone, what was measured, and the control outside of it."""

import math
from collections.abc import Iterable
from html import escape

from lowdim.ledger.verdict import Verdict, html_numbers

WIDTH, HEIGHT, EDGE = 220, 26, 6
MANY = 12  # values, from which on they are drawn as the span that they cover


def digits(numbers: Iterable[float]) -> str:
    """A few numbers to three digits: one as it is, several as their range, if they differ, and count."""
    ordered = sorted(numbers, key=lambda x: (math.isnan(x), x))
    least, most = f"{ordered[0]:.3g}", f"{ordered[-1]:.3g}"
    if len(ordered) == 1:
        return least
    return f"{least if least == most else f'{least} to {most}'} ({len(ordered)} values)"


def strip(verdict: Verdict) -> str:
    """The verdict as a small drawing; its description says the same in words."""
    test = verdict.claim.test
    place = _scale([*verdict.value, *verdict.control, test.low, test.high])
    left, right = place(test.low), place(test.high)
    zone = f'<rect class="zone" x="{left:.1f}" y="4" width="{max(right - left, 2):.1f}" height="18"/>'
    said = f"Measured {digits(verdict.value)}, required {verdict.required}, control {digits(verdict.control)}"
    return (
        f'<svg class="lowdim-strip" role="img" aria-label="{escape(said)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{zone}<path class="axis" d="M0 13H{WIDTH}"/>'
        f"{_marks(verdict.control, place, 'control')}{_marks(verdict.value, place, 'value')}</svg>"
    )


def row(verdict: Verdict) -> str:
    """The measurement in a line: its numbers to three digits, and what they had to be."""
    return (
        f"<strong>{html_numbers(digits(verdict.value))}</strong>, required: {html_numbers(verdict.required)}"
    )


def _marks(numbers: tuple[float, ...], place, kind: str) -> str:
    """Dots, or a bar from the least to the largest of many; those beyond the drawing stand at its edge."""
    spots = sorted({round(place(x), 1) for x in numbers})
    if len(spots) > MANY:
        return f'<path class="{kind}" d="M{spots[0]} 13H{spots[-1]}"/>'
    return "".join(f'<circle class="{kind}" cx="{x}" cy="13" r="3.4"/>' for x in spots)


def _scale(numbers: list[float]):
    """From a number to its place: by powers of ten where all are positive and far apart, else evenly."""
    finite = sorted(x for x in numbers if math.isfinite(x))
    positive = [x for x in finite if x > 0]
    powers = finite[0] >= 0 and positive and positive[-1] > 50 * positive[0]
    if powers:
        low, high = math.log10(positive[0]), math.log10(positive[-1])
    else:
        low, high = finite[0], finite[-1]
    room = (high - low) or 1.0
    low, high = low - 0.08 * room, high + 0.08 * room

    def place(x: float) -> float:
        if math.isnan(x) or x == math.inf:
            return WIDTH - EDGE if math.isnan(x) else WIDTH
        if x == -math.inf or (powers and x <= 0):
            return 0.0 if x == -math.inf else EDGE
        t = ((math.log10(x) if powers else x) - low) / (high - low)
        return EDGE + t * (WIDTH - 2 * EDGE)

    return place
