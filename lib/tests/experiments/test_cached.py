"""A folder of results can be looked at, and made smaller, the oldest first."""

import os
from datetime import datetime, timedelta

import pytest

from lowdim.experiments import cached_results, clear_cache, flow_run
from lowdim.experiments._cache import ResultCache

NOW = datetime(2026, 1, 10)


@pytest.fixture
def folder(tmp_path):
    """Three results, written on the first three days of a year."""
    store = ResultCache(tmp_path / "cache", flow_run)
    for day in (1, 2, 3):
        store.store({"seed": day}, {"error": 0.5})
        at = datetime(2026, 1, day).timestamp()
        os.utime(store.path({"seed": day}), (at, at))
    return store.folder


def seeds(folder):
    return [arguments["seed"] for arguments in cached_results(folder).arguments]


def test_results_are_listed_with_run_arguments_size_and_time(folder):
    table = cached_results(folder)
    assert seeds(folder) == [1, 2, 3]
    assert (table.run == "lowdim.experiments.runs.flow_run").all()
    assert table.bytes.sum() == sum(path.stat().st_size for path in folder.iterdir())
    assert list(table.written.dt.day) == [1, 2, 3]


def test_a_damaged_result_is_listed_as_such(folder):
    path = folder / cached_results(folder).file[1]
    at = path.stat().st_mtime
    path.write_bytes(path.read_bytes()[:-1])
    os.utime(path, (at, at))
    assert list(cached_results(folder).run == "damaged") == [False, True, False]


def test_all_are_cleared_or_the_old_ones(folder):
    assert clear_cache(folder, older_than=timedelta(days=7.5), now=NOW) == 2
    assert seeds(folder) == [3]
    assert clear_cache(folder) == 1
    assert cached_results(folder).empty
    assert clear_cache(folder) == 0


@pytest.mark.parametrize(("room", "left"), [(3, [1, 2, 3]), (2.5, [2, 3]), (1, [3]), (0, [])])
def test_the_newest_that_fit_are_kept(folder, room, left):
    each = int(cached_results(folder).bytes[0])
    assert clear_cache(folder, most_bytes=int(room * each)) == 3 - len(left)
    assert seeds(folder) == left


def test_what_is_no_folder_of_results_is_refused(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="what was passed to sweep as cache"):
        cached_results(tmp_path / "nothing")
    with pytest.raises(ValueError, match="most_bytes must be at least 0"):
        clear_cache(folder, most_bytes=-1)
