"""A claim at a glance: where the dots stand, and what is said of them."""

import math
import re

from ci.pipeline.strips import WIDTH, digits, strip
from lowdim.ledger.claims import Claim, Criterion
from lowdim.ledger.verdict import Verdict


def drawn(low, high, value, control):
    test = Criterion(low, high, False, "as it must")
    picture = strip(Verdict(Claim("a-b", "01_a", "A.", "q", test, "c"), value, control))
    zone = re.search(r'class="zone" x="([\d.]+)" y="4" width="([\d.]+)"', picture)
    dots = {
        k: [float(x) for x in re.findall(f'class="{k}" cx="([^"]+)"', picture)] for k in ("value", "control")
    }
    return picture, float(zone[1]), float(zone[1]) + float(zone[2]), dots


def test_measured_dots_stand_in_the_zone_and_those_of_the_control_outside():
    cases = [
        (-math.inf, 1e-8, (1e-12, 3e-10), (0.5, 2.0)),
        (1.9, 2.1, (1.98, 2.03), (1.0, 3.0)),
        (3.0, math.inf, (40.0,), (0.1, math.inf)),
        (-math.inf, 1e-8, (0.0,), (1.0,)),
        (-0.1, 0.1, (-0.02,), (-0.5, 0.5)),
    ]
    for low, high, value, control in cases:
        _, left, right, dots = drawn(low, high, value, control)
        assert all(left - 0.1 <= x <= right + 0.1 for x in dots["value"]), (low, high)
        # a control that is infinite stands at the edge, which a zone without an end reaches
        assert all(x < left or x > right or x == WIDTH for x in dots["control"]), (low, high)


def test_the_strip_says_in_words_what_it_shows():
    picture, *_ = drawn(1.9, 2.1, (1.98, 2.031), (1.0,))
    assert 'aria-label="Measured 1.98 to 2.03 (2 values), required as it must, control 1"' in picture


def test_three_digits():
    assert digits((0.51794,)) == "0.518"
    assert digits((3.6144e-16, 2.0)) == "3.61e-16 to 2 (2 values)"
    assert digits((math.nan, 1.0)) == "1 to nan (2 values)"


def test_values_that_read_alike_are_said_once():
    assert digits([1.0] * 40) == "1 (40 values)"
    assert digits((0.99999, 1.00001)) == "1 (2 values)"
    assert digits((math.inf, math.inf)) == "inf (2 values)"
