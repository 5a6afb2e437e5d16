"""The breakages fit the book as it is; a check that fails anyway is told apart; what is missed is said."""

import pytest

from ci import paths, sabotage
from ci.sabotage import Breakage, breakages, main, unbroken

ALL = breakages()


@pytest.mark.parametrize("breakage", ALL, ids=lambda breakage: breakage.name)
def test_what_is_replaced_stands_there_once(breakage):
    text = (paths.ROOT / breakage.file).read_text(encoding="utf-8")
    assert text.count(breakage.old) == 1
    assert breakage.new != breakage.old
    first = breakage.caught.split()[0]
    assert (paths.ROOT / first).exists() or (paths.SOURCES / f"{first}.md").exists()


def test_there_are_enough_and_each_has_a_name_of_its_own():
    assert len({breakage.name for breakage in ALL}) == len(ALL) >= 25


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder of one module and one test in place of the book."""
    root = tmp_path / "root"
    (root / "lib").mkdir(parents=True)
    (root / "lib" / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (root / "lib" / "thing.py").write_text("def double(x):\n    return 2 * x\n")
    (root / "test_thing.py").write_text(
        "from thing import double\n\ndef test_it():\n    assert double(2) == 4\n"
    )
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "SABOTAGE", root / "_build" / "sabotage.json")
    return root


@pytest.mark.parametrize(("new", "status", "word"), [("3 * x", 1, "noticed"), ("x ** 2", 0, "MISSED")])
def test_a_breakage_is_noticed_or_missed(small, monkeypatch, capsys, new, status, word):
    breakage = Breakage("wrong", "lib/thing.py", "2 * x", new, "test_thing.py")
    monkeypatch.setattr(sabotage, "breakages", lambda: [breakage])
    assert main("") == 1 - status
    assert word in capsys.readouterr().out
    assert '"noticed": ' in paths.SABOTAGE.read_text()
    assert (small / "lib" / "thing.py").read_text().endswith("2 * x\n")


def test_a_check_that_fails_anyway_is_told(small, monkeypatch, capsys):
    (small / "test_thing.py").write_text("def test_it():\n    assert False\n")
    breakage = Breakage("wrong", "lib/thing.py", "2 * x", "3 * x", "test_thing.py")
    assert len(unbroken([breakage])) == 1
    monkeypatch.setattr(sabotage, "breakages", lambda: [breakage])
    assert main("") == 2
    assert "fail although nothing is broken" in capsys.readouterr().err


def test_a_name_that_is_none_is_answered_with_those_there_are(capsys):
    assert main("zebra") == 2
    assert "a seed that is ignored" in capsys.readouterr().err
