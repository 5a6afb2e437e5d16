"""Fresh draws of laws: held and tried, a law that holds too seldom, what is kept for the Claims page."""

import json
import re

import pytest

from ci.pipeline import fresh
from lowdim.experiments.laws import LAWS, law

CLAIMS = """
- id: often
  chapter: 01_small
  kind: law
  claim: "A number is small."
  quantity: "a number"
  test: {below: 0.9}
  control: "a larger number"
  drawn: "uniform numbers"
  share: 0.8
"""


def test_every_law_of_the_book_can_be_drawn_and_every_draw_is_a_law_of_the_book():
    assert sorted(LAWS) == sorted(fresh.laws())
    assert all(1 <= each.short <= each.full for each in LAWS.values())


@pytest.fixture
def book(tmp_path, monkeypatch):
    """One law in force, which holds for nine draws of ten."""
    path = tmp_path / "claims.yml"
    path.write_text(CLAIMS, encoding="utf-8")
    monkeypatch.setattr(fresh.paths, "CLAIMS", path)
    monkeypatch.setattr(fresh.paths, "BUILD", tmp_path)
    monkeypatch.setattr(fresh.paths, "FRESH", tmp_path / "fresh.json")
    law("often", full=200, short=20)(lambda rng: rng.uniform())
    yield path
    del LAWS["often"]


def test_a_law_that_holds_as_often_as_it_claims_passes_and_is_kept(book, capsys):
    assert fresh.main(["--seed", "7", "--processes", "1"]) == 0
    told = capsys.readouterr().out
    held = int(re.search(r"holds  often +(\d+) of 200", told)[1])
    assert 165 < held < 195
    assert told.count("is not below 0.9") == 200 - held
    kept = json.loads(fresh.paths.FRESH.read_text())
    assert kept == {"seed": 7, "short": False, "laws": {"often": {"held": held, "tried": 200, "holds": True}}}
    assert fresh.main(["--seed", "7", "--short", "--processes", "1"]) == 0
    assert json.loads(fresh.paths.FRESH.read_text())["laws"]["often"]["tried"] == 20


def test_a_law_that_holds_on_fewer_draws_than_it_claims_fails(book, capsys):
    book.write_text(CLAIMS.replace("share: 0.8", "share: 0.99"), encoding="utf-8")
    assert fresh.main(["--seed", "7", "--processes", "1"]) == 1
    told = capsys.readouterr().out
    assert "FAILS  often" in told
    assert "0 of 1 laws hold on fresh draws, seed 7" in told


def test_one_law_alone_leaves_what_was_kept_as_it_was(book):
    assert fresh.main(["--seed", "7", "--name", "often", "--short", "--processes", "1"]) == 0
    assert not fresh.paths.FRESH.exists()


def test_the_seed_of_the_week_is_the_same_all_week(capsys, book):
    assert re.fullmatch(r"20\d\d[0-5]\d", str(fresh.week()))
    fresh.main(["--short", "--processes", "1"])
    assert f"seed {fresh.week()}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--name", "x"], "no law is called 'x'; there are: often"),
        (["--seed", "-1"], "SEED must be a whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused(book, capsys, given, message):
    with pytest.raises(SystemExit) as end:
        fresh.main(given)
    assert end.value.code == 2
    assert message in capsys.readouterr().err
