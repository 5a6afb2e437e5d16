"""The benchmark runner: rounds, medians and ratios, on a clock that the test winds."""

import json
from types import SimpleNamespace

import pytest

from ci import paths
from ci.benchmarks import bench
from ci.benchmarks.bench import Case, measure, table
from ci.pipeline.measured import performance_part


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when a case says so."""
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])

    def taking(*seconds):
        turns = iter(seconds)
        return lambda: now.__setitem__(0, now[0] + next(turns))

    return taking


def test_medians_ratios_and_a_round_that_does_not_count(clock):
    cases = [
        Case("ours", clock(90, 1, 2, 30)),
        Case("theirs", clock(90, 2, 8, 60), against="ours"),
    ]
    seconds = measure(cases, rounds=3)
    assert seconds == {"ours": [1, 2, 30], "theirs": [2, 8, 60]}
    assert table(cases, seconds).splitlines() == [
        "  ours          2 s  (1 s to 30 s)",
        "  theirs        8 s  (2 s to 60 s)  2.00 x ours",
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (4e-6, "4 µs"), (3e-8, "30 ns")]
)
def test_units(seconds, shown):
    assert bench._shown(seconds) == shown


def test_an_unknown_benchmark_is_answered_with_the_known_ones(monkeypatch, tmp_path, capsys):
    (tmp_path / "bench_flow.py").touch()
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    assert bench.main("flaw") == 2
    assert "no benchmark is called 'flaw'; there are: flow" in capsys.readouterr().err


def test_growth_is_the_power_of_the_size(clock):
    cases = [
        Case(f"n = {n}", clock(9, n**1.5, n**1.5, n**1.5), family="sorting", size=n) for n in (10, 40, 160)
    ]
    told = bench.growth(cases, measure(cases, rounds=3))
    assert told == ["sorting: time grows like the power 1.50 of the size, from 10 to 160"]


def test_what_was_measured_is_kept_for_its_page(clock, monkeypatch, tmp_path, capsys):
    def cases():
        print("  a note")
        return [Case("one", clock(1, 2, 2, 2, 2, 2)), Case("two", clock(1, 4, 4, 4, 4, 4), against="one")]

    monkeypatch.setattr(bench, "names", lambda: ["small"])
    monkeypatch.setattr("importlib.import_module", lambda _: SimpleNamespace(cases=cases))
    monkeypatch.setattr(paths, "BENCH", tmp_path / "bench.json")
    assert bench.main("") == 0
    part = performance_part(json.loads(paths.BENCH.read_text()))
    assert "## Small" in part
    assert "| two |       4 s  (4 s to 4 s) | 2.00 x one |" in part
    assert "a note" in part
    assert "2.00 x one" in capsys.readouterr().out
