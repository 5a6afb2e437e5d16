"""Numbers in the prose say what was computed, and nothing that is not a finite number gets into it."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowdim.ledger import numbers as prose
from lowdim.ledger.numbers import number, parameters, typeset


def read_exactly(latex: str) -> str:
    """The digits that a reader of the formula sees."""
    return re.sub(r"\\times10\^{(.*)}", r"e\1", latex.replace("{,}", ""))


def read(latex: str) -> float:
    """The number that a reader of the formula sees."""
    return float(read_exactly(latex))


@given(st.floats(min_value=-1e300, max_value=1e300).filter(lambda x: abs(x) > 1e-300), st.integers(1, 9))
def test_the_reader_sees_the_number_to_its_digits(value, digits):
    # Rounded to `digits` significant digits: half a unit of the last one, at worst relative to a leading 1.
    assert math.isclose(read(typeset(value, digits)), value, rel_tol=0.5000001 * 10.0 ** (1 - digits))


@given(st.floats(min_value=-1e300, max_value=1e300).filter(lambda x: abs(x) > 1e-300), st.integers(1, 9))
def test_a_bound_is_rounded_outward_and_no_further_than_one_digit(value, digits):
    above, below = (Fraction(read_exactly(typeset(value, digits, rounding=r))) for r in ("up", "down"))
    exact = Fraction(repr(value))
    assert below <= exact <= above
    assert above - below <= Fraction(10) ** (1 - digits) * max(abs(above), abs(below))


@pytest.mark.parametrize(
    ("value", "unit", "up", "down"),
    [
        (5.436e-9, "", r"5.5\times10^{-9}", r"5.4\times10^{-9}"),
        (0.1, "", "0.10", "0.10"),
        (0.07, "%", r"7.0\,\%", r"7.0\,\%"),
        (-2.57, "", "-2.5", "-2.6"),
        (1234.5, "", "1235", "1234"),
        (0.0999, "", "0.10", "0.099"),
    ],
)
def test_rounded_outward(value, unit, up, down):
    assert (typeset(value, unit=unit, rounding="up"), typeset(value, unit=unit, rounding="down")) == (
        up,
        down,
    )


@given(st.integers(-(10**12), 10**12))
def test_integers_are_shown_in_full(value):
    assert read(typeset(value)) == value


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (3.5e-9, r"3.5\times10^{-9}"),
        (-1.26e8, r"-1.3\times10^{8}"),
        (10507, "10{,}507"),
        (10000, "10{,}000"),
        (9999, "9999"),
        (1750, "1750"),
        (1234.5, "1234"),
        (0.00123, "0.0012"),
        (2.0, "2.0"),
        (99.96, "100"),
        (0.0, "0"),
        (np.int64(7), "7"),
        (np.float64(0.5), "0.50"),
        (torch.tensor(0.25, dtype=torch.float64), "0.25"),
    ],
)
def test_the_form_that_a_reader_expects(value, latex):
    assert typeset(value) == latex


def test_units():
    assert typeset(0.4, unit="s") == r"0.40\,\mathrm{s}"
    assert typeset(0.1234, digits=3, unit="%") == r"12.3\,\%"


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (math.nan, ValueError),
        (math.inf, ValueError),
        (np.float64("-inf"), ValueError),
        ("3.5", TypeError),
        (1 + 2j, TypeError),
        (True, TypeError),
        (None, TypeError),
        ([1.0], TypeError),
        (np.array([1.0, 2.0]), TypeError),
    ],
)
def test_what_is_no_finite_number_is_refused_by_name(value, error):
    with pytest.raises(error, match="number 'memory-error': value"):
        number("memory-error", value)


@pytest.mark.parametrize(
    ("option", "bad"),
    [("digits", 0), ("digits", 2.5), ("digits", True), ("unit", "kg"), ("rounding", "outward")],
)
def test_bad_options_are_refused(option, bad, plain):
    with pytest.raises(ValueError, match=option):
        typeset(1.5, **{option: bad})


@pytest.fixture
def glued(monkeypatch):
    """What is glued during a test: name, value, whether it is shown."""
    glued = []
    monkeypatch.setattr(prose, "glue", lambda name, value, display: glued.append((name, value, display)))
    return glued


def test_glued_in_both_forms_and_not_shown_in_the_cell(glued):
    number("memory-error", -3.5e-9)
    ((name, value, display),) = glued
    assert (name, display) == ("memory-error", False)
    bundle = value._repr_mimebundle_()
    assert bundle["text/markdown"] == r"${-3.5\times10^{-9}}$"
    assert bundle["text/html"] == '<span class="lowdim-number">−3.5&nbsp;×&nbsp;10<sup>−9</sup></span>'


def test_every_parameter_is_glued_under_its_own_name_to_the_digits_written(glued):
    parameters("gated", {"k": 7, "std": 1e-4, "radius": 1.4, "memory": 8.0, "step": 0.025, "far_out": 10_000})
    shown = {name: value._repr_mimebundle_()["text/plain"] for name, value, _ in glued}
    assert shown == {
        "gated-k": "{7}",
        "gated-std": r"{1\times10^{-4}}",
        "gated-radius": "{1.4}",
        "gated-memory": "{8}",
        "gated-step": "{0.025}",
        "gated-far-out": "{10{,}000}",
    }


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_a_parameter_loses_no_digit(value):
    # 2^53 and beyond aside, the decimals shown are the number itself, not one near it.
    assert read(typeset(value, prose._written_digits(value))) == value


def test_what_is_no_parameter_is_passed_over(glued):
    import math as module

    others = {"math": module, "INTERVAL": 2.0, "_3": 4, "flag": True, "poles": [0.9], "name": "gd", "k": 6}
    parameters("gated", others)
    assert [name for name, *_ in glued] == ["gated-k"]


def test_parameters_without_a_number_or_with_one_that_is_not_finite_are_refused(glued):
    with pytest.raises(ValueError, match=r"parameters\('gated', ...\) found no number among 1 variables"):
        parameters("gated", {"poles": [0.9]})
    with pytest.raises(ValueError, match="gated-std"):
        parameters("gated", {"std": math.inf})
