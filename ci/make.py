"""What ``make`` asks for, taken from the environment: ``python -m ci.make book``.

The Makefile hands the values of a command line (NAME=..., PARAMS="...") on in the environment, as they were
written. No shell ever reads them, so nothing in them is executed.
"""

import os
import sys
from collections.abc import Callable

from ci import paths


def given(name: str) -> str:
    """What was asked for under this name; empty if nothing was."""
    return os.environ.get(f"ASKED_{name}", "")


def options(*names: str) -> list[str]:
    """Those of these names that were given, as command-line options."""
    return [word for name in names if given(name) for word in (f"--{name.lower()}", given(name))]


def book() -> int:
    """Build the book, or execute one chapter."""
    from ci.pipeline.book import main

    return main([f"notebook:{given('NAME')}"] if given("NAME") else [])


def serve() -> int:
    """Show the book."""
    from ci.site.serve import main

    port = given("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        print(f"PORT must be a whole number from 1 to 65535, but is {port!r}", file=sys.stderr)
        return 2
    return main(int(port))


def notebook() -> int:
    """Rerun a chapter."""
    from ci.pipeline.rerun import main

    return main(given("NAME"), given("PARAMS"))


def study() -> int:
    """Run a study."""
    from ci.pipeline.study import main

    asked = options("PROCESSES", "SCHEDULER", "PARAMS")
    return main([*asked, *([f"{given('NAME')}"] if given("NAME") else [])])


def fresh() -> int:
    """Examine the laws."""
    from ci.pipeline.fresh import main

    return main([*options("SEED", "NAME"), *(["--short"] if given("SHORT") else [])])


def chapter() -> int:
    """Begin a chapter."""
    from ci.pipeline.chapter import main

    return main(given("NAME"))


def bench() -> int:
    """Measure the speed."""
    from ci.pipeline.execute import ENVIRONMENT

    os.environ.update(ENVIRONMENT)  # before NumPy or PyTorch start their threads
    from ci.benchmarks.bench import main

    return main(given("NAME"))


def sabotage() -> int:
    """Break the book on purpose."""
    from ci.sabotage import main

    return main(given("NAME"))


def mutation() -> int:
    """Change the library in small ways, and see whether its tests notice."""
    from ci.mutation import main

    return _drawn(main)


def corners() -> int:
    """Run chapters at the corners of what their parameters may be."""
    from ci.pipeline.corners import main

    return _drawn(lambda seed, name: main(name, seed))


def _drawn(main: Callable[[int, str], int]) -> int:
    seed = given("SEED") or "0"
    if not seed.isdigit():
        print(f"SEED must be a whole number, but is {seed!r}", file=sys.stderr)
        return 2
    return main(int(seed), given("NAME"))


COMMANDS: dict[str, Callable[[], int]] = {
    each.__name__: each
    for each in (book, serve, notebook, study, fresh, chapter, bench, sabotage, mutation, corners)
}


def main(command: str) -> int:
    """Do what was asked for; Ctrl-C, and what ends make, end it within seconds and in one line."""
    from ci.family import die_with_parent, end_children, interrupt_on_signals

    die_with_parent()
    interrupt_on_signals()
    try:
        return COMMANDS[command]()
    except KeyboardInterrupt:
        print("\ninterrupted; what was finished is kept", file=sys.stderr, flush=True)
        end_children()
        os._exit(130)  # a kernel or a pool that does not answer would be waited for
    except OSError as error:  # a full disk, a folder that cannot be written to
        print(f"{error.strerror}: {error.filename or paths.ROOT}; what was finished is kept", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
