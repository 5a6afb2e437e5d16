"""The sample of mutants is fair, its interval that of Wilson, its report honest."""

import json

import pytest

from ci import mutation, paths
from ci.mutation import Mutant, interval, sample, write


def test_every_place_is_as_likely_as_any_other():
    many = [Mutant("a.py", 1, f"core/Replace_{x}", 0) for x in "abcdefgh"]
    found = [*many, Mutant("a.py", 2, "core/AddNot", 0), Mutant("b.py", 3, "core/NumberReplacer", 1)]
    lines = [sample(found, seed, 1)[0].line for seed in range(300)]
    assert min(lines.count(line) for line in (1, 2, 3)) > 70
    assert sample(found, 5, 3) == sample(found, 5, 3)
    assert len(sample(found, 5, 3)) == 3


def test_the_interval_is_wilsons():
    low, high = interval(54, 60)  # by the formula, worked out by hand
    assert (low, high) == pytest.approx((0.7985, 0.9534), abs=1e-4)


def test_a_module_is_tested_by_its_own_tests_first():
    found = mutation.tests(paths.ROOT, "lib/lowdim/training/_newton.py")
    assert found[0].startswith("lib/tests/training/test_")
    assert mutation.tests(paths.ROOT, "lib/lowdim/systems/linear.py")[0] == "lib/tests/systems/test_linear.py"


def test_what_survived_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "MUTATION", tmp_path / "score.json")
    one = Mutant("lib/lowdim/x.py", 3, "core/AddNot", 0, "survived", "a  ->  not a")
    write([one, mutation.replace(one, outcome="killed"), mutation.replace(one, outcome="hung")], 7, 100)
    told = json.loads(paths.MUTATION.read_text())
    assert (told["tried"], told["killed"], told["changes"], told["seed"]) == (3, 2, 100, 7)
    assert [entry["diff"] for entry in told["survived"]] == ["a  ->  not a"]


def test_the_verdict_is_by_room_and_red_where_too_little_is_surely_noticed(capsys):
    one = Mutant("lib/lowdim/x/y.py", 3, "core/AddNot", 0, "survived")
    dead = mutation.replace(one, module="lib/lowdim/z/y.py", outcome="hung")
    assert mutation.verdict([one] + 9 * [dead]) == 0
    told = capsys.readouterr().out
    assert "all: 9 of 10 noticed" in told
    assert "x: 0 of 1 noticed" in told
    assert "z: 9 of 9 noticed" in told
    assert mutation.verdict(20 * [one] + 60 * [dead]) == 1


def test_a_room_that_is_not_tried_is_refused(capsys):
    assert mutation.main(0, "attic") == 2
    assert "there are: systems, training" in capsys.readouterr().err


@pytest.fixture
def room(tmp_path):
    """A copy with one room, whose tests are given."""

    def made(tests):
        folder = tmp_path / "lib" / "tests" / "x"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lib" / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
        (folder / "test_y.py").write_text(tests, encoding="utf-8")
        return tmp_path

    return made


@pytest.mark.parametrize(
    ("body", "outcome"),
    [("pass", "survived"), ("assert False", "killed"), ("any(iter(int, 1))", "hung")],
)
def test_a_test_that_does_not_end_is_told_by_the_time_of_the_processor(room, body, outcome):
    assert mutation.run(room(f"def test_it(): {body}"), "lib/lowdim/x/y.py", 5) == outcome


def test_waiting_for_other_work_is_no_hang(room):
    slow = room("import time\ndef test_it(): time.sleep(6)")
    assert mutation.run(slow, "lib/lowdim/x/y.py", 5) == "survived"


def test_the_score_of_all_rooms_is_written_and_that_of_one_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "MUTATION", tmp_path / "score.json")
    monkeypatch.setattr(mutation, "VENV", tmp_path / "none")
    found = [Mutant(f"lib/lowdim/ledger/{n}.py", n, "core/AddNot", 0) for n in range(9)]
    monkeypatch.setattr(mutation, "copied", lambda folder: folder)
    monkeypatch.setattr(mutation, "mutants", lambda copy, rooms: found)
    monkeypatch.setattr(mutation, "run", lambda copy, module, limit: "survived")
    monkeypatch.setattr(mutation, "attempt", lambda copy, one, limit: mutation.replace(one, outcome="killed"))
    assert mutation.main(3, "ledger", count=4) == 0
    assert not paths.MUTATION.exists()
    assert mutation.main(3, count=4) == 0
    assert json.loads(paths.MUTATION.read_text())["killed"] == 4
