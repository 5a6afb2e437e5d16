"""Sweeps: every point is one row, whatever happens to the runs and to the processes that do them."""

import builtins
import importlib
import itertools
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import cluster
from joblib import delayed

import lowdim
from lowdim.experiments import grid
from lowdim.experiments.grid import sweep

RUNS = '''
import os, signal, time
from pathlib import Path

def square(x, sign=1):
    return {"y": sign * x * x, "pid": os.getpid()}

def picky(x):
    if x == 3:
        raise ZeroDivisionError("x is three")
    return {"y": x}

def timed(x):
    start = time.monotonic()
    time.sleep(0.1)
    return {"start": start, "end": time.monotonic()}

def leaving(x):
    if x == 1:
        raise SystemExit("gone")
    return None if x == 2 else {"y": x}

def counted(x, folder):
    Path(folder, f"{x}-{time.monotonic_ns()}").touch()
    if x == 2:
        raise RuntimeError("two")
    return {"y": x / 3}

def deadly(x, folder, once):
    """Kills its process at x = 6: always, or only the first time."""
    Path(folder, f"{x}-{time.monotonic_ns()}").touch()
    time.sleep(0.05)
    if x == 6 and not (once and len(list(Path(folder).glob("6-*"))) > 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"y": x, "pid": os.getpid()}
'''


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A module of runs that worker processes can import."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "toy_runs.py").write_text(RUNS)
    sys.path.insert(0, str(folder))
    import toy_runs

    yield toy_runs
    sys.path.remove(str(folder))


@pytest.fixture
def started(tmp_path):
    """A folder in which each start of a run leaves a file, and a count of the starts of one point."""
    folder = tmp_path / "started"
    folder.mkdir()
    return folder, lambda x: len(list(folder.glob(f"{x}-*")))


def test_rows_are_the_grid_in_its_order(runs):
    table = sweep(runs.square, {"x": np.arange(3), "sign": [1, -1]}, processes=2)
    assert list(table.columns) == ["x", "sign", "y", "pid", "error"]
    assert list(zip(table.x, table.sign, table.y, strict=True)) == [
        (0, 1, 0), (0, -1, 0), (1, 1, 1), (1, -1, -1), (2, 1, 4), (2, -1, -4)
    ]  # fmt: skip
    assert os.getpid() not in set(table.pid)
    assert (table.error == "").all()


def test_a_list_of_grids_runs_one_after_the_other(runs):
    table = sweep(runs.square, [{"x": [5], "sign": -1}, {"x": range(2), "sign": 1}], processes=1)
    assert list(table.y) == [-25, 0, 1]
    assert set(table.pid) == {os.getpid()}


def test_a_failed_run_is_a_row(runs):
    table = sweep(runs.picky, {"x": range(6)}, processes=2)
    assert list(table.x) == list(range(6))
    assert table.error[3] == "ZeroDivisionError: x is three (toy_runs.py:10)"
    assert (table.error.drop(3) == "").all()
    assert list(table.index[table.y.isna()]) == [3]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_leaves_or_returns_nothing_is_a_row(runs, processes):
    table = sweep(runs.leaving, {"x": range(4)}, processes=processes)
    assert list(table.y.fillna(-1)) == [0, -1, -1, 3]
    assert table.error[1].startswith("SystemExit: gone (toy_runs.py:")
    assert table.error[2].startswith("TypeError: the run must return a dict of results, but returned None")


def test_a_run_that_kills_its_process_is_a_row(runs, started):
    folder, count = started
    table = sweep(runs.deadly, {"x": range(14), "folder": str(folder), "once": False}, processes=2)
    assert list(table.x) == list(range(14))
    assert list(table.index[table.error != ""]) == [6]
    assert table.error[6].startswith("TerminatedWorkerError")
    assert (table.y.drop(6) == table.x.drop(6)).all()
    assert count(6) == 2  # once in the pool, once alone, to be sure that it was this one


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("imported_again", [True, False])
def test_an_edited_run_is_run_as_edited(tmp_path, monkeypatch, processes, imported_again):
    name = f"edited_{processes}_{imported_again}"
    monkeypatch.syspath_prepend(tmp_path)
    for factor in (2, 300):  # of different lengths: bytecode is found again by size and second
        (tmp_path / f"{name}.py").write_text(f"def run(x): return {{'y': {factor} * x}}\n")
        importlib.invalidate_caches()
        if imported_again:
            monkeypatch.delitem(sys.modules, name, raising=False)
        run = importlib.import_module(name).run
        table = sweep(run, {"x": [1, 2]}, processes, cache=tmp_path / "cache")
        assert list(table.y) == [factor, 2 * factor]


def test_processes_stay_until_their_code_is_edited(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    file, text = (
        tmp_path / "staying.py",
        "import os\n\ndef run(x): return {'pid': os.getpid(), 'y': FACTOR * x}\n",
    )

    def swept(factor):
        file.write_text(text.replace("FACTOR", str(factor)))
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, "staying", raising=False)
        table = sweep(importlib.import_module("staying").run, {"x": range(6)}, processes=2)
        assert list(table.y) == [factor * x for x in range(6)]
        return set(table.pid)

    first = swept(2)
    again = set(sweep(sys.modules["staying"].run, {"x": range(6)}, processes=2).pid)
    assert first & again
    assert not swept(300) & (first | again)


def test_processes_stay_until_a_package_is_installed(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "installed_folders", lambda: (tmp_path,))

    def swept():
        return set(sweep(runs.square, {"x": range(6)}, processes=2).pid)

    first, again = swept(), swept()
    assert first & again
    (tmp_path / "one-2.0.dist-info").mkdir()
    assert not swept() & (first | again)


def test_of_installed_modules_those_of_this_library_alone_are_looked_at(monkeypatch):
    library, installed = Path(lowdim.__file__).parent, Path(np.__file__).parent.parent
    monkeypatch.setattr(grid, "installed_folders", lambda: (library, installed))
    files = grid._code()
    assert {grid.__file__, __file__} <= set(files)
    assert np.__file__ not in files


def grown(x):
    """A run that leaves its process 350 MB larger, a second later."""
    builtins.__dict__.setdefault("_held", []).append(b"\x01" * 350_000_000)
    time.sleep(1.2)
    return x


def test_a_process_that_has_grown_is_replaced_without_a_word(recwarn):
    grid.close()
    assert grid.pool(2)(delayed(grown)(x) for x in range(6)) == list(range(6))
    assert [str(warning.message) for warning in recwarn] == []
    grid.close()


def test_one_process_does_one_run_at_a_time(runs, tmp_path):
    for cache in (None, tmp_path / "cache"):
        table = sweep(runs.timed, {"x": range(4)}, processes=1, cache=cache)
        spans = sorted(zip(table.start, table.end, strict=True))
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_second_call_comes_from_the_cache(runs, started, tmp_path):
    folder, count = started
    grid = {"x": range(4), "folder": str(folder)}
    first = sweep(runs.counted, grid, processes=2, cache=tmp_path / "cache")
    second = sweep(runs.counted, {**grid, "x": range(5)}, processes=2, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(first, second[:4], check_exact=True)
    assert [count(x) for x in range(5)] == [1, 1, 2, 1, 1]  # a failure is not kept, and x = 4 is new


def test_a_damaged_cache_entry_is_computed_again_with_a_warning(runs, started, tmp_path):
    folder, count = started
    grid = {"x": [0, 1], "folder": str(folder)}
    first = sweep(runs.counted, grid, processes=1, cache=tmp_path / "cache")
    entry = sorted((tmp_path / "cache").iterdir())[0]
    entry.write_bytes(entry.read_bytes().replace(b"y", b"z"))
    with pytest.warns(UserWarning, match="damaged"):
        second = sweep(runs.counted, grid, processes=1, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert count(0) + count(1) == 3


def test_progress_shows_done_failed_and_time_left(runs, capsys):
    sweep(runs.picky, {"x": range(6)}, processes=1, progress=True)
    last = capsys.readouterr().err.split("\r")[-1]
    assert "6/6" in last
    assert "failed=1" in last
    assert "<00:00" in last
    sweep(runs.picky, {"x": range(6)}, processes=1)
    assert capsys.readouterr().err == ""  # no terminal, so nothing


@pytest.mark.parametrize(
    ("grid", "options", "message"),
    [
        ({"x": []}, {}, "grid has no point"),
        ({"x": [1, 2, 1]}, {}, "more than once"),
        ({"x": [1]}, {"processes": 0}, "processes must be a whole number"),
        ({"x": [1]}, {"processes": 2, "scheduler": "tcp://127.0.0.1:1"}, "exclude each other"),
    ],
)
def test_errors_name_the_argument(runs, grid, options, message, plain):
    with pytest.raises(ValueError, match=message):
        sweep(runs.square, grid, **options)


def test_what_is_not_data_is_refused(runs, plain):
    with pytest.raises(TypeError, match="numbers, texts and lists"):
        sweep(runs.square, {"x": [object()]})
    table = sweep(lambda x: {"x": 2 * x}, {"x": [1]}, processes=1)
    assert "already a column" in table.error[0]


def test_on_a_cluster_that_loses_a_worker_no_run_is_lost_or_doubled(runs, started, tmp_path):
    folder, count = started
    grid = {"x": range(20), "folder": str(folder), "once": True}
    with cluster(tmp_path, Path(runs.__file__).parent) as address:
        table = sweep(runs.deadly, grid, scheduler=address)
    assert list(table.x) == list(range(20))
    assert (table.error == "").all()
    assert (table.y == table.x).all()
    assert count(6) == 2  # the first took its worker with it
    assert min(count(x) for x in range(20)) == 1
    survivor = table.pid[6]
    assert set(table.pid[7:]) == {survivor}


def test_on_a_cluster_a_run_that_kills_its_workers_is_a_row(runs, started, tmp_path):
    folder, _ = started
    grid = {"x": range(9), "folder": str(folder), "once": False}
    with cluster(tmp_path, Path(runs.__file__).parent, allowed_failures=0) as address:
        table = sweep(runs.deadly, grid, scheduler=address)
    assert list(table.x) == list(range(9))
    assert "KilledWorker" in table.error[6]
    # Runs that the lost worker had not begun may share its fate where no failure is allowed.
    assert (table.error == "").sum() >= 7
