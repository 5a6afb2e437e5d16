"""Grids of runs: one call, one row for each run, on every core or on a cluster.

>>> def run(seed, std):
...     return {"loss": std * (1 + seed)}
>>> sweep(run, {"seed": range(2), "std": [0.5, 1.0]}, processes=1)  # doctest: +NORMALIZE_WHITESPACE
   seed  std  loss error
0     0  0.5   0.5
1     0  1.0   1.0
2     1  0.5   1.0
3     1  1.0   2.0

A run is a function of plain keyword arguments that returns a dict of results; ``lowdim.experiments`` has
those of the book. Where they run is joblib's business.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from joblib import Parallel, cpu_count, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm import tqdm

import lowdim
from lowdim.arrays import require_count
from lowdim.experiments._cache import ResultCache
from lowdim.experiments._code_digest import installed_folders


def sweep(
    run: Callable[..., Mapping[str, Any]],
    grid: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    processes: int | None = None,
    scheduler: str | None = None,
    cache: str | os.PathLike | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Call `run` at every point of a grid and return the results as a tidy table.

    Args:
        run: takes the grid's names as keyword arguments and returns a dict of numbers, texts or lists.
        grid: a value or a list of values for each argument; all combinations are run, the last name varying
            fastest. A list of such grids runs one after the other. A single value that is a list: wrap it.
        processes: local processes; by default one for each core. 1 stays in this process, unless
            there is a cache: what is kept must come from the code as it is now, not as it was imported.
        scheduler: address of a Dask scheduler, such as "tcp://10.0.0.7:8786"; replaces local processes.
        cache: folder of earlier results, used where code and arguments are the same (`ResultCache`). By
            default nothing is kept, so every row was computed by this call; no chapter of the book uses it.
        progress: whether to show runs done, failed and time left; by default on a terminal only.

    Returns:
        One row for each point, in the grid's order: its arguments, its results, and `error`, empty for a run
        that went well. A failed run has its exception there and nothing in the results.

    Raises:
        TypeError: an argument value that is not plain data.
        ValueError: an empty grid, the same point twice, both processes and scheduler, a run that cannot be
            cached.
    """
    if processes is not None and scheduler is not None:
        raise ValueError("processes and scheduler exclude each other: the scheduler's workers do the runs.")
    points = _points(grid)
    store = ResultCache(cache, run) if cache is not None else None
    found = [store.load(point) if store else None for point in points]
    rows = {i: {**result, "error": ""} for i, result in enumerate(found) if result is not None}
    todo = {i: point for i, point in enumerate(points) if i not in rows}
    outcomes = (
        _on_cluster(run, todo, scheduler) if scheduler else _on_cores(run, todo, processes, bool(store))
    )
    hidden = None if progress is None else not progress
    with tqdm(total=len(points), initial=len(rows), desc="sweep", unit="run", disable=hidden) as bar:
        failed = 0
        for i, result, error in outcomes:
            failed += bool(error)
            if store and not error:
                store.store(points[i], result)
            rows[i] = {**result, "error": error}
            bar.set_postfix(failed=failed, refresh=False)
            bar.update()
    table = pd.DataFrame([{**point, **rows[i]} for i, point in enumerate(points)])
    return table.reindex(columns=[name for name in table if name != "error"] + ["error"])


def _points(grid: Mapping | Sequence[Mapping]) -> list[dict[str, Any]]:
    """All combinations, as plain data."""
    points = []
    for part in [grid] if isinstance(grid, Mapping) else grid:
        axes = [
            list(v) if isinstance(v, (Sequence, np.ndarray)) and not isinstance(v, str) else [v]
            for v in part.values()
        ]
        points += [_plain(dict(zip(part, values, strict=True))) for values in itertools.product(*axes)]
    if not points:
        raise ValueError(f"grid has no point: {grid!r}; every argument needs at least one value.")
    seen = [json.dumps(point, sort_keys=True) for point in points]
    if len(set(seen)) < len(seen):
        twice = next(text for text in seen if seen.count(text) > 1)
        raise ValueError(f"grid has the point {twice} more than once; each run is one row.")
    return points


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as JSON gives it back, so that a cached row equals a fresh one bit for bit."""
    return json.loads(json.dumps(dict(data), default=_from_array))


def _from_array(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a run takes and returns numbers, texts and lists of them, but here is {value!r}.")


def _attempt(run: Callable, i: int, point: Mapping[str, Any]) -> tuple[int, dict[str, Any], str]:
    """One run, in whichever process: what it returned, or how it failed."""
    try:
        result = run(**point)
        if not isinstance(result, Mapping):
            raise TypeError(f"the run must return a dict of results, but returned {result!r}.")
        result = _plain(result)
        if clash := ", ".join(result.keys() & {*point, "error"}):
            raise ValueError(f"the run returns {clash}, which is already a column of the table.")
        return i, result, ""
    except (Exception, SystemExit) as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        return i, {}, f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"


def _on_cores(run: Callable, todo: dict[int, dict], processes: int | None, fresh: bool) -> Iterator[tuple]:
    """Local processes. One that is killed, out of memory say, takes the pool down but not the sweep."""
    jobs = require_count("processes", cpu_count() if processes is None else processes)
    todo, options = dict(todo), {"return_as": "generator_unordered", "batch_size": 1}
    if fresh:
        close()
    if fresh and jobs == 1:  # joblib has no pool of one: two processes, and one run at a time
        jobs, options["pre_dispatch"] = 2, 1
    try:
        while todo:
            try:
                calls = [delayed(_attempt)(run, i, point) for i, point in todo.items()]
                for outcome in cast("Iterator[tuple]", pool(jobs, **options)(calls)):
                    del todo[outcome[0]]
                    yield outcome
            except TerminatedWorkerError:
                # One of the runs that had been handed out did it; alone in a pool each answers for itself.
                for i in list(todo)[: 2 * jobs + 1]:
                    yield _alone(run, i, todo.pop(i))
    finally:
        if fresh:
            close()  # else the next sweep would run the code as it is now


def _alone(run: Callable, i: int, point: dict) -> tuple:
    try:
        (outcome,) = cast("list[tuple]", pool(2)([delayed(_attempt)(run, i, point)]))
        return outcome
    except TerminatedWorkerError:
        return i, {}, "TerminatedWorkerError: the process of this run died; was it out of memory?"


def pool(jobs: int, **options: Any) -> Parallel:
    """Processes of one thread each: they do not fight for the cores, and add in the same order every time.

    A process takes a second or two to start, so they stay for the next call, until `close`, unless a module
    has been edited since, a package installed, or modules are looked for elsewhere: they would run the code
    as they imported it. Where results are kept, `sweep` begins and ends with new ones all the same.
    A process that has grown by 300 MB, as torch may make it, or had nothing to do for minutes, is replaced by
    joblib between two jobs, with a warning; nothing is lost, so it is not shown.

    Args:
        jobs: how many.
        options: of `joblib.Parallel`.
    """
    now = _code()
    if any(_started.get(name, at) != at for name, at in now.items()):
        close()
        _started.clear()
    _started.update(now)
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    with parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
        return Parallel(**options)


_started: dict[str, Any] = {}  # the code when processes were started


def _code() -> dict[str, Any]:
    """When what one edits was edited, when packages were installed, and where modules are looked for.

    Of the two thousand files that are loaded all but a few lie where package managers put them: those folders
    have a time of their own, which each installation changes.
    """
    folders = installed_folders()
    theirs = tuple(f"{folder}{os.sep}" for folder in folders)
    ours = f"{Path(lowdim.__file__).parent}{os.sep}"
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    files = {file for file in files if isinstance(file, str)}
    edited = [file for file in files if file.startswith(ours) or not file.startswith(theirs)]
    found: dict[str, Any] = {"": list(sys.path)}
    for path in (*map(str, folders), *edited):
        with suppress(OSError, ValueError):  # in a zip, or gone since
            found[path] = os.stat(path).st_mtime_ns
    return found


def close() -> None:
    """End the processes of the last pool."""
    get_reusable_executor().shutdown()


def _on_cluster(run: Callable, todo: dict[int, dict], scheduler: str) -> Iterator[tuple]:
    """Dask gives the runs of a worker that is lost to another, up to its `allowed-failures`.

    Through Dask's own client: joblib's Dask backend (1.6) waits for ever for a run that used those up.
    """
    from distributed import Client, as_completed

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
        futures = client.map(partial(_attempt, run), list(todo), list(todo.values()), pure=False)
        index = dict(zip((future.key for future in futures), todo, strict=True))
        for future in as_completed(futures, loop=client.loop):
            if future.status == "finished":
                yield future.result()
            else:
                error = future.exception()
                yield index[future.key], {}, f"{type(error).__name__}: {error}"
