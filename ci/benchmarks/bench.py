"""Measure speed: ``make bench``, or ``make bench NAME=flow`` for one file of ``ci/benchmarks``.

What was measured stands on the page Performance after the next ``make book``.

A file ``bench_<name>.py`` there has a function ``cases()`` that returns a list of :class:`Case`. Preparation
belongs into ``cases``, only what is timed into ``run``. Every case runs five times, in rounds, so all are
measured under the same load; a ratio is the median over the rounds.
"""

import contextlib
import importlib
import io
import json
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ci import paths

ROUNDS = 5
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One thing to time, the case in the same file that it is compared with, and the family it grows in.

    A family is what is measured at several sizes; how its time grows is told as a power of the size.
    """

    name: str
    run: Callable[[], object]
    against: str | None = None
    family: str | None = None
    size: float = 0.0


def measure(cases: list[Case], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Seconds of each case in each round, after one round that only warms up."""
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    for round_ in range(rounds + 1):
        for case in cases:
            started = time.perf_counter()
            case.run()
            if round_:
                seconds[case.name].append(time.perf_counter() - started)
    return seconds


def rows(cases: list[Case], seconds: dict[str, list[float]]) -> list[tuple[str, str, str]]:
    """Each case, its median and range, and how many times slower it is than the one it is compared with."""
    found = []
    for case in cases:
        times, compared = seconds[case.name], ""
        if case.against:
            ratio = statistics.median(a / b for a, b in zip(times, seconds[case.against], strict=True))
            compared = f"{ratio:.2f} x {case.against}"
        span = f"({_shown(min(times))} to {_shown(max(times))})"
        found.append((case.name, f"{_shown(statistics.median(times)):>9}  {span}", compared))
    return found


def table(cases: list[Case], seconds: dict[str, list[float]]) -> str:
    """The rows for a terminal."""
    width = max(len(case.name) for case in cases)
    lines = (f"  {name:<{width}}  {times}  {compared}" for name, times, compared in rows(cases, seconds))
    return "\n".join(line.rstrip() for line in lines)


def growth(cases: list[Case], seconds: dict[str, list[float]]) -> list[str]:
    """How the time of each family grows with its size: the power that fits best, and between which sizes."""
    told = []
    for family in dict.fromkeys(case.family for case in cases if case.family):
        members = [case for case in cases if case.family == family]
        points = [(math.log(c.size), math.log(statistics.median(seconds[c.name]))) for c in members]
        slope = statistics.linear_regression(*zip(*points, strict=True)).slope
        low, high = (pick(case.size for case in members) for pick in (min, max))
        told.append(f"{family}: time grows like the power {slope:.2f} of the size, from {low:g} to {high:g}")
    return told


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main(wanted: str) -> int:
    """Measure all benchmarks, or the one that is wanted."""
    if wanted and wanted not in names():
        print(f"no benchmark is called {wanted!r}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    print(f"Median of {ROUNDS} rounds, one thread (fastest to slowest)")
    parts = {}
    for name in [wanted] if wanted else names():
        said = io.StringIO()
        with contextlib.redirect_stdout(said):  # what the cases tell of their own runs
            cases = importlib.import_module(f"ci.benchmarks.bench_{name}").cases()
            seconds = measure(cases)
        notes = [*said.getvalue().splitlines(), *(f"  {line}" for line in growth(cases, seconds))]
        print("\n".join(["", name, *notes, table(cases, seconds)]), flush=True)
        parts[name] = {"notes": notes, "rows": rows(cases, seconds)}
    if not wanted:
        machine = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
        told = {"machine": machine, "rounds": ROUNDS, "parts": parts}
        paths.BENCH.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


def _shown(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
