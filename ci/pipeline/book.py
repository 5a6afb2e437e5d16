"""Execute what changed, check the ledger, build the site: ``python -m ci.pipeline.book [task ...]``.

Without a task, everything; ``notebook:03_balancedness`` executes one chapter and stops there. The notebooks
see the library that is installed, which ``make book`` brings up to date first.
"""

import fcntl
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain

from ci import paths
from ci.family import end_children, interrupt_on_signals
from ci.pipeline import dodo
from ci.pipeline.execute import shut_out
from ci.pipeline.rerun import UsageError, find

BACKEND = {"BACKEND": {"kept": "ci.pipeline.state:KeptDB"}}


def main(tasks: list[str]) -> int:
    """Run the tasks; 0 if all of them are up to date afterwards."""
    shut_out()
    interrupt_on_signals()
    try:
        require_readable()
        for task in tasks:
            kind, _, name = task.partition(":")
            if kind == "notebook" and name:
                find(name)
    except UsageError as error:
        dodo.PROGRESS.say(str(error))
        return 2
    try:
        paths.BUILD.mkdir(exist_ok=True)
        with alone():
            code = DoitMain(ModuleTaskLoader(dodo), (), BACKEND).run(["run", *tasks])
    except KeyboardInterrupt:
        # The threads that wait for kernels cannot be interrupted; the kernels end with this process.
        dodo.PROGRESS.running.clear()
        dodo.PROGRESS.say("interrupted; what was finished is kept")
        end_children()
        os._exit(130)
    except OSError as error:
        where = f": {paths.shown(Path(error.filename))}" if error.filename else ""
        dodo.PROGRESS.say(f"{error.strerror}{where}; what was finished is kept")
        return 1
    if code == 0 and not tasks:
        dodo.PROGRESS.say(f"The book: {paths.shown(paths.HTML / 'index.html')}")
    elif code:
        dodo.PROGRESS.say("The book was not built.")
    return code


def require_readable() -> None:
    """Refuse, with file and line, sources that no task could read.

    Raises:
        UsageError: the first of them.
    """
    import yaml

    for path in (*paths.sources(), paths.CLAIMS, paths.ROOT / "_config.yml", paths.BOOK / "_toc.yml"):
        if not path.is_file():
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise UsageError(f"{paths.shown(path)}:{line}: not UTF-8; save the file as UTF-8") from None
        if path.suffix == ".md" and not re.search(r"^# \S", text, re.MULTILINE):
            raise UsageError(f"{paths.shown(path)}:1: no title; begin the text with a line '# Title'")
        if path.suffix == ".yml":
            try:
                yaml.load(text, yaml.CSafeLoader)
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                problem = getattr(error, "problem", None) or str(error).splitlines()[0]
                line = mark.line + 1 if mark else 1
                raise UsageError(f"{paths.shown(path)}:{line}: not YAML: {problem}") from None


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
