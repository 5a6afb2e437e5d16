"""Parameters at corners are allowed ones, and a cell that fails there is a fault."""

import random

import pytest

from ci import make, paths
from ci.pipeline import corners
from ci.pipeline.parameters import literal, read, require


@pytest.mark.parametrize("source", paths.sources(), ids=lambda source: source.stem)
def test_corners_are_allowed_and_lie_at_ends(source):
    known, _ = read(source)
    at_ends = 0
    for seed in range(5):
        given = corners.corner(source, random.Random(seed))
        require(given, source)
        assert all(value != literal(known[name].default) for name, value in given.items())
        numbers = [
            (known[name].rule, x)
            for name, value in given.items()
            for x in (value if isinstance(value, list) else [value])
        ]
        at_ends += sum(rule is not None and x in (rule.low, rule.high) for rule, x in numbers)
    assert at_ends >= 5


def test_a_run_that_stops_is_a_fault_with_its_words():
    outcome, said = corners.run(paths.sources()[0], {"k": 10**6})
    assert outcome == "fault"
    assert "01_setting: k = 1000000 is refused" in said


def test_one_fault_is_enough(monkeypatch, capsys):
    outcomes = iter(["passed", "claims", "fault", "long"])
    monkeypatch.setattr(corners, "run", lambda *_: (next(outcomes), "line 1: it fails"))
    assert corners.main("01_setting", 0, each=2) == 0
    assert corners.main("01_setting", 0, each=2) == 1
    told = capsys.readouterr().out
    assert "line 1: it fails" in told
    assert "2 sets of parameters at corners, seed 0: in 1 of them a cell fails" in told


def test_what_is_asked_for_must_be_there(monkeypatch, capsys):
    assert corners.main("15_attic", 0) == 2
    monkeypatch.setenv("ASKED_SEED", "x")
    assert make.corners() == 2
    assert "SEED must be a whole number, but is 'x'" in capsys.readouterr().err
