"""Everything that must hold: ``make test``. A stage that fails does not keep the others from running.

``python -m ci.check lint`` runs one stage.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ci import paths
from ci.family import die_with_parent, end_children
from ci.pipeline.execute import ENVIRONMENT

IN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--durations=10"]
PYTEST += ["--config-file", "lib/pyproject.toml", "--rootdir", "."]
STAGES = {
    "lint": [
        [IN / "ruff", "check"],
        [IN / "ruff", "format", "--check"],
        [sys.executable, "-m", "ci.pipeline.lint"],
        [IN / "basedpyright", "--level", "error"],
        [IN / "lint-imports", "--no-cache", ".importlinter"],
        [IN / "actionlint", *sorted((paths.ROOT / ".github" / "workflows").glob("*.yml"))],
    ],
    "proofs": [[sys.executable, "-m", "ci.proofs", "--optional"]],
    "library": [[*PYTEST, "--dist", "worksteal", "lib/tests"]],
    "pipeline": [[*PYTEST, "--dist", "loadfile", "ci/tests"]],  # tests of a file share slow fixtures
    "fresh draws": [[sys.executable, "-m", "ci.pipeline.fresh", "--short"]],
    "book and claims": [[sys.executable, "-m", "ci.pipeline.book"]],
    "pages": [
        [sys.executable, "-m", "ci.site.audit", paths.HTML],
        [sys.executable, "-m", "ci.site.readme_picture", "--check"],
    ],
}


SIDE_BY_SIDE = ("lint", "proofs")  # each keeps one core busy


def main(names: list[str]) -> int:
    """Run the stages of these names, or else every stage, and say what failed."""
    os.environ.update(ENVIRONMENT)  # the tests compute as the notebooks do, with one thread
    if unknown := set(names) - set(STAGES):
        sys.exit(f"no stage is called {min(unknown)!r}; there are: {', '.join(STAGES)}")
    if names:
        return int(sum(run(name) for name in names) > 0)
    outcomes = side_by_side(SIDE_BY_SIDE)
    for name in STAGES:
        if name in outcomes:
            continue
        print(f"\n--- {name}", flush=True)
        if name == "pages" and outcomes["book and claims"][0]:
            print("not checked: the book was not built")
            outcomes[name] = (True, 0.0)
            continue
        started = time.monotonic()
        outcomes[name] = (run(name), time.monotonic() - started)
    print()
    for name, (failed, seconds) in outcomes.items():
        print(f"{'FAILED' if failed else 'passed':>8}  {name:<18} {seconds:6.1f} s")
    return int(any(failed for failed, _ in outcomes.values()))


def run(name: str) -> bool:
    """Run every command of a stage; whether one failed."""
    codes = [subprocess.run(list(map(str, command)), cwd=paths.ROOT).returncode for command in STAGES[name]]
    return any(codes)


def side_by_side(names: tuple[str, ...]) -> dict[str, tuple[bool, float]]:
    """Run stages at the same time, and print what they say one by one; failed and seconds of each."""
    outcomes, started = {}, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        said = {name: Path(folder) / str(i) for i, name in enumerate(names)}
        running = {}
        for name, file in said.items():
            with file.open("wb") as out:
                command = [sys.executable, "-m", "ci.check", name]
                running[name] = subprocess.Popen(
                    command, cwd=paths.ROOT, stdout=out, stderr=subprocess.STDOUT
                )
        for name, process in running.items():
            failed = process.wait() != 0
            outcomes[name] = (failed, time.monotonic() - started)
            print(
                f"\n--- {name}\n{said[name].read_text(encoding='utf-8', errors='replace')}",
                end="",
                flush=True,
            )
    return outcomes


if __name__ == "__main__":
    die_with_parent()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        end_children()
        sys.exit("\ninterrupted")
