"""Execute what changed, check the ledger, build the site: ``python -m ci.pipeline.book [task ...]``.

Without a task, everything; ``notebook:03_balancedness`` executes one chapter and stops there. The notebooks
see the library that is installed, which ``make book`` brings up to date first.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain

from ci import paths
from ci.pipeline import dodo
from ci.pipeline.rerun import UsageError, find


def main(tasks: list[str]) -> int:
    """Run the tasks; 0 if all of them are up to date afterwards."""
    try:
        for task in tasks:
            kind, _, name = task.partition(":")
            if kind == "notebook" and name:
                find(name)
    except UsageError as error:
        dodo.PROGRESS.say(str(error))
        return 2
    paths.BUILD.mkdir(exist_ok=True)
    try:
        with alone():
            code = DoitMain(ModuleTaskLoader(dodo)).run(["run", *tasks])
    except KeyboardInterrupt:
        # The threads that wait for kernels cannot be interrupted; the kernels end with this process.
        dodo.PROGRESS.running.clear()
        dodo.PROGRESS.say("interrupted; what was finished is kept")
        os._exit(130)
    if code == 0 and not tasks:
        dodo.PROGRESS.say(f"The book: {paths.shown(paths.HTML / 'index.html')}")
    elif code:
        dodo.PROGRESS.say("The book was not built.")
    return code


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other build works in this folder: two would write the same files.

    The lock is the system's: it goes with its process, however that ends.
    """
    with (paths.BUILD / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            dodo.PROGRESS.say("Another build is at work in this folder; this one waits for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
