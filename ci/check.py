"""Everything that must hold: ``make test``. A stage that fails does not keep the others from running."""

import os
import subprocess
import sys
import time
from pathlib import Path

from ci import paths
from ci.family import die_with_parent, end_children
from ci.pipeline.execute import ENVIRONMENT

IN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--durations=10"]
PYTEST += ["--dist", "loadgroup"]  # one by one; what shares a slow fixture stays together
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
    "library": [[*PYTEST, "lib/tests"]],
    "pipeline": [[*PYTEST, "ci/tests"]],
    "fresh draws": [[sys.executable, "-m", "ci.pipeline.fresh", "--short"]],
    "book and claims": [[sys.executable, "-m", "ci.pipeline.book"]],
    "pages": [
        [sys.executable, "-m", "ci.site.audit", paths.HTML],
        [sys.executable, "-m", "ci.site.readme_picture", "--check"],
    ],
}


def main() -> int:
    """Run every stage, then say what failed."""
    os.environ.update(ENVIRONMENT)  # the tests compute as the notebooks do, with one thread
    outcomes = {}
    for name, commands in STAGES.items():
        print(f"\n--- {name}", flush=True)
        started = time.monotonic()
        if name == "pages" and outcomes["book and claims"][0]:
            print("not checked: the book was not built")
            outcomes[name] = (True, 0.0)
            continue
        codes = [subprocess.run(list(map(str, command)), cwd=paths.ROOT).returncode for command in commands]
        outcomes[name] = (any(codes), time.monotonic() - started)
    print()
    for name, (failed, seconds) in outcomes.items():
        print(f"{'FAILED' if failed else 'passed':>8}  {name:<18} {seconds:6.1f} s")
    return int(any(failed for failed, _ in outcomes.values()))


if __name__ == "__main__":
    die_with_parent()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        end_children()
        sys.exit("\ninterrupted")
