"""What depends on what. doit decides by content: a task runs again if the bytes it depends on have changed.

Text notebooks -> executed notebooks -> ledger and times -> site. Run it with ``python -m ci.book``.
Heavy imports are inside the actions: when nothing has changed none of them happens.
"""

import json
import sys

import yaml
from doit.exceptions import TaskFailed, UnmetDependency
from doit.tools import config_changed

from ci import tree
from ci.progress import Progress
from ci.uses import library_files

PROGRESS = Progress()
PIPELINE = tree.ROOT / "ci"


class Reporter:
    """doit's events for a person: only failures, and only what the pipeline says about them."""

    def add_failure(self, task, fail):
        """Say what failed, once: not again for every task that waited for it."""
        if not isinstance(fail, UnmetDependency):
            PROGRESS.say(fail.get_msg())

    def runtime_error(self, message):
        """Say what is wrong with the tasks themselves."""
        PROGRESS.say(message)

    def cleanup_error(self, exception):
        """Say what could not be removed."""
        PROGRESS.say(exception.get_msg())

    def _quiet(self, *_):
        pass

    __init__ = initialize = get_status = execute_task = add_success = complete_run = _quiet
    skip_uptodate = skip_ignore = teardown_task = _quiet


DOIT_CONFIG = {
    "backend": "json",
    "dep_file": str(tree.BUILD / "doit.json"),
    "default_tasks": ["site"],
    "num_process": 2,
    "par_type": "thread",
    "continue": True,
    "reporter": Reporter,
}
# Threads must not have their output captured: doit swaps sys.stdout, which they share.
FREE = {"io": {"capture": False}, "verbosity": 2}


def _executed(source):
    return tree.EXECUTED / f"{source.stem}.ipynb"


def _times(source):
    return tree.TIMES / f"{source.stem}.json"


def _notebooks():
    import nbformat

    return {source.stem: nbformat.read(_executed(source), as_version=4) for source in tree.sources()}


def _pipeline(*names):
    return [PIPELINE / f"{name}.py" for name in ("tree", *names)]


def task_notebook():
    """Execute each chapter whose text, claims, library modules or environment changed."""
    claims = yaml.load(tree.CLAIMS.read_text(encoding="utf-8"), yaml.CSafeLoader) or []

    def run(source):
        from ci.execute import NotebookError, execute, save_times
        from ci.publish import clean, write

        try:
            nb, execution = execute(source, tree.FAILED / f"{source.stem}.ipynb", PROGRESS)
        except NotebookError as error:
            return TaskFailed(str(error))
        write(clean(nb), _executed(source))
        save_times(execution, _times(source))

    for source in tree.sources():
        own = [entry for entry in claims if isinstance(entry, dict) and entry.get("chapter") == source.stem]
        yield {
            "name": source.stem,
            "actions": [(run, [source])],
            "file_dep": [
                source,
                *library_files(source),
                tree.REQUIREMENTS,
                *_pipeline("execute", "publish"),
            ],
            "uptodate": [config_changed({"claims": own, "python": sys.version})],
            "targets": [_executed(source), _times(source)],
            **FREE,
        }


def task_ledger():
    """Hold every recorded verdict against claims.yml and write the Claims page."""

    def run():
        from ci.collect import judge, records
        from ci.pages import claims_page, state, title
        from lowdim.claims import read_claims

        notebooks = _notebooks()
        try:
            claims = read_claims(tree.CLAIMS)
        except ValueError as error:
            return TaskFailed(str(error))
        verdicts, faults = judge(claims, records(notebooks))
        if faults:
            return TaskFailed("the ledger does not hold:\n" + "\n".join(f"  {fault}" for fault in faults))
        titles = {chapter: title(nb) for chapter, nb in notebooks.items()}
        tree.PARTS.mkdir(parents=True, exist_ok=True)
        tree.CLAIMS_PAGE.write_text(claims_page(verdicts, titles), encoding="utf-8")
        (tree.PARTS / "ledger_state.md").write_text(state(verdicts), encoding="utf-8")
        PROGRESS.say(f"  ledger  {len(verdicts)} claims verified")

    return {
        "actions": [run],
        "file_dep": [
            tree.CLAIMS,
            *map(_executed, tree.sources()),
            tree.LIBRARY / "claims.py",
            tree.LIBRARY / "ledger.py",
            *_pipeline("collect", "pages"),
        ],
        "targets": [tree.CLAIMS_PAGE, tree.PARTS / "ledger_state.md"],
        **FREE,
    }


def task_times():
    """Write the execution times for the Reproduce page."""

    def run():
        from ci.pages import times_table, title

        runs = [json.loads(_times(source).read_text(encoding="utf-8")) for source in tree.sources()]
        titles = {chapter: title(nb) for chapter, nb in _notebooks().items()}
        tree.PARTS.mkdir(parents=True, exist_ok=True)
        table = times_table(runs, titles)
        (tree.PARTS / "times.html").write_text(table, encoding="utf-8")

    return {
        "actions": [run],
        "file_dep": [*map(_times, tree.sources()), *map(_executed, tree.sources()), *_pipeline("pages")],
        "targets": [tree.PARTS / "times.html"],
        **FREE,
    }


def task_site():
    """Build the site, with warnings as errors."""

    def run():
        from ci.build import SiteError, build

        try:
            build(tree.BOOK, tree.HTML, PROGRESS)
        except SiteError as error:
            return TaskFailed(str(error))

    pages = [
        path
        for path in tree.BOOK.rglob("*")
        if path.is_file() and not path.is_relative_to(tree.EXECUTED) and "__pycache__" not in path.parts
    ]
    return {
        "actions": [run],
        "file_dep": sorted(
            {
                *pages,
                *map(_executed, tree.sources()),
                *tree.LIBRARY.rglob("*.py"),  # the page on the library shows its docstrings
                tree.CLAIMS_PAGE,
                tree.PARTS / "ledger_state.md",
                tree.PARTS / "times.html",
                tree.ROOT / "_config.yml",
                tree.REQUIREMENTS,
                *_pipeline("build", "node"),
            }
        ),
        "targets": [tree.HTML / "index.html"],
        **FREE,
    }
