"""Run chapters at the corners of what their parameters may be: ``make corners``, NAME=07_plateaus for one
chapter, SEED=7 for other corners.

A parameter that is allowed is a promise that the chapter runs with it. Its claims may turn out false there,
and its text may not fit; but no cell may fail, and where one does, the parameter's rule or the cell is wrong.
Values are drawn at the ends of a rule more often than inside. Counts cost time: none is above twice the
book's.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ci import paths
from ci.pipeline.parameters import Parameter, Rule, UsageError, literal, read, require
from ci.pipeline.rerun import find

EACH = 2  # sets for each chapter
PATIENCE = 600  # seconds for a run; what takes longer is told, and is no fault
TRIES = 100_000  # draws until a set fulfils what the parameters need of each other
KEPT = 0.35  # share of parameters that stay as the book has them
CLEARLY = 50  # a range that wide is drawn from by order of magnitude


def corner(source: Path, rng: random.Random) -> dict[str, Any]:
    """Parameters other than the book's that the chapter allows.

    Raises:
        UsageError: if none is found.
    """
    known, _ = read(source)
    book = {name: literal(entry.default) for name, entry in known.items()}
    for _ in range(TRIES):
        drawn = {name: _value(entry, book[name], rng) for name, entry in known.items()}
        given = {name: value for name, value in drawn.items() if value != book[name]}
        try:
            require(given, source)
        except UsageError:
            continue
        if given:
            return given
    raise UsageError(f"{source.stem}: {TRIES:,} draws, and none of them is allowed")


def _value(entry: Parameter, default: Any, rng: random.Random) -> Any:
    rule = entry.rule
    if rule is None or rng.random() < KEPT:
        return default
    if rule.count is None:
        return _number(rule, rng, 2 * default)
    least, most = rule.count
    count = rng.choice([least, most, len(default)])
    numbers = [_number(rule, rng, rule.high) for _ in range(count)]
    numbers = [*default, *numbers][:count] if rng.random() < KEPT else numbers
    return sorted(set(numbers), reverse=rule.order == "decreasing") if rule.order else numbers


def _number(rule: Rule, rng: random.Random, most: float) -> float:
    low, high = rule.low, min(rule.high, most) if rule.whole else rule.high
    high = max(low, high)
    inside = low * (high / low) ** rng.random() if 0 < CLEARLY * low < high else rng.uniform(low, high)
    value = rng.choice([low, high, float(f"{inside:.3g}")])
    return round(value) if rule.whole else min(max(value, low), high)


def _written(given: dict[str, Any]) -> str:
    """As PARAMS has them."""
    return " ".join(f"{name}={value!r}".replace(" ", "") for name, value in given.items())


def run(source: Path, given: dict[str, Any]) -> tuple[str, str]:
    """What becomes of a run, "passed", "claims" where some are false, "fault" or "long", and what it said."""
    asked = {"ASKED_NAME": source.stem, "ASKED_PARAMS": _written(given)}
    command = [sys.executable, "-m", "ci.make", "notebook"]
    process = subprocess.Popen(
        command,
        cwd=paths.ROOT,
        env=os.environ | asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        process.communicate()
        return "long", ""
    return {0: "passed", 1: "claims"}.get(process.returncode, "fault"), said


def main(name: str, seed: int, each: int = EACH) -> int:
    """Run one chapter or all of them at corners drawn with this seed; 1 if a cell fails."""
    try:
        sources = [find(name)] if name else list(paths.sources())
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    outcomes = []
    for source in sources:
        rng = random.Random(f"{seed} {source.stem}")
        for _ in range(each):
            given, begun = corner(source, rng), time.monotonic()
            outcome, said = run(source, given)
            outcomes.append(outcome)
            print(
                f"{outcome:>7}  {time.monotonic() - begun:5.0f} s  {source.stem}  {_written(given)}",
                flush=True,
            )
            if outcome == "fault":
                print("\n".join(f"           {line}" for line in said.splitlines()[-30:]), flush=True)
    faults = outcomes.count("fault")
    print(f"{len(outcomes)} sets of parameters at corners, seed {seed}: in {faults} of them a cell fails")
    return int(faults > 0)
