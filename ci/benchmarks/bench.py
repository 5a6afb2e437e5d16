"""Measure speed: ``make bench``, or ``make bench NAME=flow`` for one file of ``ci/benchmarks``.

A file ``bench_<name>.py`` there has a function ``cases()`` that returns a list of :class:`Case`. Preparation
belongs into ``cases``, only what is timed into ``run``. Every case runs five times, in rounds, so all are
measured under the same load; a ratio is the median over the rounds.
"""

import importlib
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One thing to time, and the name of the case in the same file that it is compared with, if any."""

    name: str
    run: Callable[[], object]
    against: str | None = None


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


def table(cases: list[Case], seconds: dict[str, list[float]]) -> str:
    """Median and range of each case, and how many times slower it is than the one it is compared with."""
    width = max(len(case.name) for case in cases)
    lines = []
    for case in cases:
        times = seconds[case.name]
        line = f"  {case.name:<{width}}  {_shown(statistics.median(times)):>9}"
        line += f"  ({_shown(min(times))} to {_shown(max(times))})"
        if case.against:
            ratio = statistics.median(a / b for a, b in zip(times, seconds[case.against], strict=True))
            line += f"  {ratio:.2f} x {case.against}"
        lines.append(line)
    return "\n".join(lines)


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main(wanted: str) -> int:
    """Measure all benchmarks, or the one that is wanted."""
    if wanted and wanted not in names():
        print(f"no benchmark is called {wanted!r}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    print(f"Median of {ROUNDS} rounds, one thread (fastest to slowest)")
    for name in [wanted] if wanted else names():
        cases = importlib.import_module(f"ci.benchmarks.bench_{name}").cases()
        print(f"\n{name}\n{table(cases, measure(cases))}", flush=True)
    return 0


def _shown(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
