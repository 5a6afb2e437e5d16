"""The benchmark runner: rounds, medians and ratios, on a clock that the test winds."""

import pytest

from ci.benchmarks import bench
from ci.benchmarks.bench import Case, measure, table


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
