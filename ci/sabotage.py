"""Break the book on purpose and see that it is noticed: ``make sabotage``, or ``make sabotage NAME=forged``.

Each breakage of ``breakages.yml`` is put into a copy of the book, and what must notice it is run there. The
same checks run first in a copy that nobody broke: a check that fails anyway would catch anything.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from ci import paths
from ci.pipeline.execute import ENVIRONMENT

PYTEST = ["-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"]
PYTEST += ["-c", "lib/pyproject.toml", "--rootdir", "."]
LEFT_OUT = (".git", ".venv", "_build", "__pycache__", ".ruff_cache", "_generated", "proofs")
AT_ONCE = 2


@dataclass(frozen=True)
class Breakage:
    """One thing to break: what stands for what in which file, and what must notice."""

    name: str
    file: str
    old: str
    new: str
    caught: str

    def put_into(self, copy: Path) -> None:
        """Break a copy.

        Raises:
            ValueError: the text to replace does not stand there once; somebody moved it.
        """
        path = copy / self.file
        text = path.read_text(encoding="utf-8")
        if (count := text.count(self.old)) != 1:
            raise ValueError(f"{self.name}: {self.file} has {count} times, and not once, {self.old!r}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True)
class Outcome:
    """Whether a breakage was noticed, by what, and in how many seconds."""

    name: str
    file: str
    caught: str
    noticed: bool
    told: str
    seconds: float


def breakages() -> list[Breakage]:
    """Those of the list."""
    return [Breakage(**entry) for entry in yaml.safe_load(paths.BREAKAGES.read_text(encoding="utf-8"))]


def check(copy: Path, caught: str) -> tuple[int, str]:
    """Run in a copy what must notice: tests, or a chapter; its exit status and the line that says why."""
    here = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(copy / "lib")}
    if caught[:2].isdigit():
        command, here["ASKED_NAME"] = ["-m", "ci.make", "notebook"], caught
    else:
        command = [*PYTEST, *shlex.split(caught)]
    done = subprocess.run([sys.executable, *command], cwd=copy, env=here, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    marks = ("FAILED", "ERROR", "  " + caught[:3]) if not caught[:2].isdigit() else (f"  {caught}:",)
    return done.returncode, next(
        (line.strip() for line in lines if line.startswith(marks)), "".join(lines[-1:])
    )


def copied(to: Path) -> Path:
    """A copy of what the checks need."""
    shutil.copytree(paths.ROOT, to, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    shutil.rmtree(to / "book" / "notebooks", ignore_errors=True)
    return to


def sabotage(breakage: Breakage) -> Outcome:
    """Break a copy, and see whether it is noticed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder) / "book")
        breakage.put_into(copy)
        status, told = check(copy, breakage.caught)
    # 1 is pytest's word for failed tests, and the rerun's for claims that do not hold or cells that fail.
    noticed = status in ((1, 2) if breakage.caught[:2].isdigit() else (1,))
    return Outcome(
        breakage.name, breakage.file, breakage.caught, noticed, told[:200], round(time.monotonic() - began, 1)
    )


def unbroken(wanted: Sequence[Breakage]) -> list[str]:
    """The checks that fail although nothing is broken."""
    checks = sorted({breakage.caught for breakage in wanted})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        copy = copied(Path(folder) / "book")
        return [
            f"{caught}: {told}"
            for caught, (status, told) in zip(checks, pool.map(lambda c: check(copy, c), checks), strict=True)
            if status
        ]


def main(name: str) -> int:
    """Break everything, or what has this name; 1 if something went unnoticed."""
    wanted = [breakage for breakage in breakages() if name in breakage.name]
    if not wanted:
        told = "\n".join(f"  {breakage.name}" for breakage in breakages())
        print(f"no breakage is called {name!r}; there are:\n{told}", file=sys.stderr)
        return 2
    if failing := unbroken(wanted):
        print("These checks fail although nothing is broken:", *failing, sep="\n  ", file=sys.stderr)
        return 2
    outcomes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for outcome in pool.map(sabotage, wanted):
            word = "noticed" if outcome.noticed else "MISSED"
            print(f"{word:>8}  {outcome.seconds:5.1f} s  {outcome.name}: {outcome.told}", flush=True)
            outcomes.append(outcome)
    missed = sum(not outcome.noticed for outcome in outcomes)
    print(f"{len(outcomes) - missed} of {len(outcomes)} breakages were noticed")
    if not name:
        paths.SABOTAGE.parent.mkdir(parents=True, exist_ok=True)
        paths.SABOTAGE.write_text(json.dumps([asdict(o) for o in outcomes], indent=1), encoding="utf-8")
    return int(bool(missed))
