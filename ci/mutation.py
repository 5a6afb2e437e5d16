"""How much of the library could be changed without a test noticing: ``make mutation``, SEED=7 for others,
NAME=ledger for one room.

cosmic-ray finds the places and makes the changes, one at a time, in a copy, where the tests of the room must
fail. Its replacements of arithmetic by bit operations are left out: they fail by their type and would flatter
the score. The sample is drawn by place, then by kind of change, so that no line counts for all the ways there
are to change it.
"""

import json
import math
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ci import paths
from ci.pipeline.execute import ENVIRONMENT
from ci.sabotage import PYTEST, copied

ROOMS = ("systems", "training", "moments", "certificate", "ledger")
TOOL = "cosmic-ray==8.7.0"  # in an environment of its own: nothing in the book needs it
VENV = paths.BUILD / "mutation"
SAMPLE = 60
ENOUGH = 0.9  # of all changes the tests should notice
ABSURD = (
    "Shift",
    "Bit",
    "Mod",
    "FloorDiv",
    "_Pow",
    "Pow_",
    "Invert",
    "USub_Not",
    "_Not_",
    "ExceptionReplacer",
)
CONFIG = (
    '[cosmic-ray]\nmodule-path = {modules}\ntimeout = 1.0\nexcluded-modules = []\ntest-command = "true"\n'
)
CONFIG += '[cosmic-ray.distributor]\nname = "local"\n'


@dataclass(frozen=True)
class Mutant:
    """One change: where, of which kind, and what became of it: "killed", "survived" or "hung"."""

    module: str
    line: int
    change: str
    occurrence: int
    outcome: str = ""
    diff: str = ""


def tool() -> Path:
    """cosmic-ray, installed once."""
    program = VENV / "bin" / "cosmic-ray"
    if not program.is_file():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "python", "-m", "pip", "install", "-qq", TOOL], check=True)
    return program


def mutants(copy: Path, rooms: Sequence[str]) -> list[Mutant]:
    """Every change that makes sense, in order."""
    config, session = copy / "mutation.toml", copy / "mutation.sqlite"
    modules = json.dumps([f"lib/lowdim/{room}" for room in rooms])
    config.write_text(CONFIG.format(modules=modules), encoding="utf-8")
    subprocess.run([tool(), "init", config, session], cwd=copy, check=True, stdout=subprocess.DEVNULL)
    columns = "module_path, start_pos_row, operator_name, occurrence, start_pos_col"
    with sqlite3.connect(session) as base:
        rows = base.execute(f"SELECT {columns} FROM mutation_specs").fetchall()
    found = sorted((row for row in rows if not any(word in row[2] for word in ABSURD)), key=str)
    return [Mutant(*row[:4]) for row in found]


def sample(found: list[Mutant], seed: int, count: int) -> list[Mutant]:
    """So many of them: places first, each as likely as any other, then a change at each."""
    rng, places = random.Random(seed), {}
    for mutant in found:
        places.setdefault((mutant.module, mutant.line, mutant.change.rpartition("_")[0]), []).append(mutant)
    return [rng.choice(places[place]) for place in rng.sample(sorted(places), count)]


def tests(copy: Path, module: str) -> list[str]:
    """The tests of the module, then those of its room."""
    room = copy / "lib" / "tests" / Path(module).parts[2]
    own = room / f"test_{Path(module).stem.strip('_')}.py"
    rest = sorted(path for path in room.glob("test_*.py") if path != own)
    return [str(path.relative_to(copy)) for path in ([own] if own.is_file() else []) + rest]


def run(copy: Path, module: str, limit: int | str) -> str:
    """What the tests say about a copy: "killed", "survived" or, after so many seconds of processor, "hung".

    Time on the clock would count what else the machine does, and call a change noticed that is not.
    """
    here = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(copy / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    limited = ["sh", "-c", 'ulimit -t "$0" && exec "$@"', str(limit)]
    command = [*limited, sys.executable, *PYTEST, "-x", *tests(copy, module)]
    done = subprocess.run(command, cwd=copy, env=here, capture_output=True)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "hung"
    return "survived" if done.returncode == 0 else "killed"


def spent() -> float:
    """Seconds of processor that ended processes of this one took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def attempt(copy: Path, mutant: Mutant, limit: int) -> Mutant:
    """Change the copy, run the tests, change it back."""
    path = copy / mutant.module
    whole = path.read_text(encoding="utf-8")
    apply = [tool(), "apply", mutant.module, mutant.change, str(mutant.occurrence)]
    try:
        subprocess.run(apply, cwd=copy, check=True, stdout=subprocess.DEVNULL)
        now = path.read_text(encoding="utf-8").splitlines()
        outcome = run(copy, mutant.module, limit)
    finally:
        path.write_text(whole, encoding="utf-8")
    changed = [
        f"{a.strip()}  ->  {b.strip()}" for a, b in zip(whole.splitlines(), now, strict=False) if a != b
    ]
    return replace(mutant, outcome=outcome, diff="".join(changed[:1]))


def interval(killed: int, count: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for the share of all mutants that are killed."""
    z, p = 1.96, killed / count
    centre, width = p + z * z / (2 * count), z * math.sqrt(p * (1 - p) / count + (z / (2 * count)) ** 2)
    return (centre - width) / (1 + z * z / count), (centre + width) / (1 + z * z / count)


def main(seed: int, room: str = "", count: int = SAMPLE) -> int:
    """Draw a sample, try each of it, write down what survived; 1 if the tests surely notice too little."""
    if room and room not in ROOMS:
        print(f"no room that is tried is called {room!r}; there are: {', '.join(ROOMS)}", file=sys.stderr)
        return 2
    rooms = [room] if room else ROOMS
    outcomes, limits = [], {}
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder) / "book")
        found = mutants(copy, rooms)
        print(
            f"{len(found)} changes in {', '.join(rooms)}; {count} of them are tried, drawn with seed {seed}"
        )
        chosen = sample(found, seed, count)
        for each in dict.fromkeys(Path(mutant.module).parts[2] for mutant in chosen):
            began = spent()
            if run(copy, f"lib/lowdim/{each}/none.py", "unlimited") != "survived":
                print(f"the tests of {each} fail although nothing is changed", file=sys.stderr)
                return 2
            limits[each] = 60 + 4 * math.ceil(spent() - began)
            print(f"  the tests of {each} take {spent() - began:.0f} s of processor", flush=True)
        for mutant in chosen:
            outcomes.append(attempt(copy, mutant, limits[Path(mutant.module).parts[2]]))
            last = outcomes[-1]
            print(f"{last.outcome:>9}  {last.module}:{last.line}: {last.diff}", flush=True)
            if not room:
                write(outcomes, seed, len(found))
    shutil.rmtree(VENV, ignore_errors=True)
    return verdict(outcomes)


def verdict(outcomes: list[Mutant]) -> int:
    """Say how many were noticed, in all and room by room; 1 if all in all it is surely too little."""
    rooms = {"all": outcomes}
    for mutant in outcomes:
        rooms.setdefault(Path(mutant.module).parts[2], []).append(mutant)
    for room, tried in rooms.items():
        low, high = interval(noticed(tried), len(tried))
        print(
            f"{room:>12}: {noticed(tried)} of {len(tried)} noticed; "
            f"of all changes {low:.0%} to {high:.0%}, 95 % sure"
        )
    return int(interval(noticed(outcomes), len(outcomes))[1] < ENOUGH)


def noticed(outcomes: list[Mutant]) -> int:
    """How many did not survive; one that hangs is noticed."""
    return sum(mutant.outcome != "survived" for mutant in outcomes)


def write(outcomes: list[Mutant], seed: int, of: int) -> None:
    """Keep what was found so far, for the page on trust."""
    dead = noticed(outcomes)
    told = {
        "seed": seed,
        "changes": of,
        "tried": len(outcomes),
        "killed": dead,
        "day": time.strftime("%Y-%m-%d"),
    }
    told["interval"] = [round(x, 3) for x in interval(dead, len(outcomes))]
    told["survived"] = [asdict(mutant) for mutant in outcomes if mutant.outcome == "survived"]
    paths.MUTATION.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
