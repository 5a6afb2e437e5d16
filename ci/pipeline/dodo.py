"""What depends on what. doit decides by content: a task runs again if the bytes it depends on have changed.

Text notebooks -> outputs of their code -> executed notebooks -> ledger and times -> site: what
``python -m ci.pipeline.book`` runs.
Heavy imports are inside the actions: when nothing has changed none of them happens.
"""

import json
import sys

import yaml
from doit.exceptions import TaskFailed
from doit.tools import config_changed

from ci import paths
from ci.pipeline.cells import read_code
from ci.pipeline.dependencies import library_files, page_modules
from ci.pipeline.order import longest_first
from ci.pipeline.reporter import PROGRESS, Reporter
from ci.pipeline.state import as_left, steady

VERDICTS = [paths.LIBRARY / "ledger" / name for name in ("claims.py", "verdict.py")]

DOIT_CONFIG = {
    "backend": "kept",
    "dep_file": str(paths.BUILD / "doit.json"),
    "default_tasks": [*(f"execute:{source.stem}" for source in longest_first(paths.sources())), "site"],
    "num_process": 2,
    "par_type": "thread",
    "continue": True,
    "reporter": Reporter,
}
# Threads must not have their output captured: doit swaps sys.stdout, which they share.
FREE = {"io": {"capture": False}, "verbosity": 2}


def _notebooks():
    import nbformat

    return {source.stem: nbformat.read(paths.executed(source), as_version=4) for source in paths.sources()}


def _pipeline(*names):
    return [paths.ROOT / "ci" / f"{name}.py" for name in ("paths", *names)]


def _task(action, arguments, inputs, targets, name=None, watched=None, **uptodate):
    """A task that runs again if its inputs, what it was told, or what it left has changed."""
    return {
        **({"name": name} if name else {}),
        "actions": [(steady(action, inputs), arguments)],
        "file_dep": inputs,
        "uptodate": [config_changed(uptodate), as_left(PROGRESS.say, *(watched or targets))],
        "targets": targets,
        **FREE,
    }


def task_execute():
    """Execute each chapter whose code, library modules or environment changed."""

    def run(source):
        from ci.pipeline.execute import NotebookError, execute, save_times
        from ci.pipeline.freeze import clean, write

        try:
            nb, execution = execute(source, paths.FAILED / f"{source.stem}.ipynb", PROGRESS)
        except NotebookError as error:
            return TaskFailed(str(error))
        write(clean(nb), paths.outputs(source))
        save_times(execution, paths.times(source))

    for source in paths.sources():
        code = [[cell.source, *cell.tags] for cell in read_code(source)]
        inputs = [
            *library_files(source),
            *page_modules(source),
            paths.REQUIREMENTS,
            *_pipeline("pipeline/cells", "pipeline/execute", "pipeline/freeze"),
        ]
        targets = [paths.outputs(source), paths.times(source)]
        yield _task(run, [source], inputs, targets, source.stem, code=code, python=sys.version)


def task_notebook():
    """Lay the outputs of each chapter under its text, its verdicts in the words of today's claims."""
    claims = yaml.load(paths.CLAIMS.read_text(encoding="utf-8"), yaml.CSafeLoader) or []

    def run(source):
        import jupytext
        import nbformat

        from ci.pipeline.freeze import lay, write
        from lowdim.ledger.claims import read_claims

        try:
            known = {claim.id: claim for claim in read_claims(paths.CLAIMS)}
        except ValueError as error:
            return TaskFailed(str(error))
        executed = nbformat.read(paths.outputs(source), as_version=4)
        try:
            laid = lay(executed, jupytext.read(source), known)
        except ValueError as error:
            return TaskFailed(f"{paths.shown(source)}: {error}; the next build executes it again")
        write(laid, paths.executed(source))

    for source in paths.sources():
        own = [entry for entry in claims if isinstance(entry, dict) and entry.get("chapter") == source.stem]
        inputs = [source, paths.outputs(source), *VERDICTS, *_pipeline("pipeline/freeze")]
        yield _task(run, [source], inputs, [paths.executed(source)], source.stem, claims=own)


def task_ledger():
    """Hold every recorded verdict against claims.yml and write the Claims page."""

    def run():
        from ci.pipeline.judge import judge, records
        from ci.pipeline.pages import claims_page, state, title
        from lowdim.ledger.claims import read_claims

        notebooks = _notebooks()
        try:
            claims = read_claims(paths.CLAIMS)
        except ValueError as error:
            return TaskFailed(str(error))
        verdicts, faults = judge(claims, records(notebooks))
        if faults:
            return TaskFailed("the ledger does not hold:\n" + "\n".join(f"  {fault}" for fault in faults))
        titles = {chapter: title(nb) for chapter, nb in notebooks.items()}
        fresh = json.loads(paths.FRESH.read_text(encoding="utf-8")) if paths.FRESH.is_file() else None
        proofs = yaml.safe_load(paths.PROOFS.read_text(encoding="utf-8")) if paths.PROOFS.is_file() else {}
        paths.PARTS.mkdir(parents=True, exist_ok=True)
        paths.CLAIMS_PAGE.write_text(claims_page(verdicts, titles, fresh, proofs), encoding="utf-8")
        (paths.PARTS / "ledger_state.md").write_text(state(verdicts), encoding="utf-8")
        PROGRESS.say(f"  ledger  {len(verdicts)} claims verified")

    inputs = [
        paths.CLAIMS,
        *map(paths.executed, paths.sources()),
        *(path for path in (paths.FRESH, paths.PROOFS) if path.is_file()),
        *VERDICTS,
        *_pipeline("pipeline/judge", "pipeline/pages", "pipeline/strips"),
    ]
    return _task(run, [], inputs, [paths.CLAIMS_PAGE, paths.PARTS / "ledger_state.md"])


def task_times():
    """Write the execution times for the Reproduce page."""

    def run():
        from ci.pipeline.pages import times_table, title

        runs = [json.loads(paths.times(source).read_text(encoding="utf-8")) for source in paths.sources()]
        titles = {chapter: title(nb) for chapter, nb in _notebooks().items()}
        paths.PARTS.mkdir(parents=True, exist_ok=True)
        (paths.PARTS / "times.html").write_text(times_table(runs, titles), encoding="utf-8")

    sources = paths.sources()
    inputs = [*map(paths.times, sources), *map(paths.executed, sources), *_pipeline("pipeline/pages")]
    return _task(run, [], inputs, [paths.PARTS / "times.html"])


def task_measured():
    """Write what was measured outside the build, or the word that it was not, for the pages that show it."""

    def run():
        from ci.pipeline import measured

        def found(path):
            return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

        listed = yaml.safe_load(paths.BREAKAGES.read_text(encoding="utf-8"))
        paths.PARTS.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("sabotage", measured.sabotage_part(found(paths.SABOTAGE), listed)),
            ("mutation", measured.mutation_part(found(paths.MUTATION))),
            ("performance", measured.performance_part(found(paths.BENCH))),
        ):
            (paths.PARTS / f"{name}.md").write_text(text, encoding="utf-8")

    found = [path for path in (paths.SABOTAGE, paths.MUTATION, paths.BENCH) if path.is_file()]
    targets = [paths.PARTS / f"{name}.md" for name in ("sabotage", "mutation", "performance")]
    inputs = [*found, paths.BREAKAGES, *_pipeline("pipeline/measured")]
    return _task(run, [], inputs, targets, found=list(map(str, found)))


def task_materials():
    """Write the bill of materials, and the licences of what the site ships."""

    def run():
        from ci.pipeline.materials import write

        write()

    inputs = [paths.REQUIREMENTS, *_pipeline("pipeline/materials")]
    return _task(run, [], inputs, [paths.MATERIALS, paths.PARTS / "materials.md"])


def task_site():
    """Build the site, with warnings as errors."""

    def run():
        from ci.site.build import SiteError, build

        for stray in set(paths.EXECUTED.glob("*.ipynb")) - set(map(paths.executed, paths.sources())):
            stray.unlink()  # of a chapter that was renamed or taken out
        try:
            build(paths.BOOK, paths.HTML, PROGRESS)
        except SiteError as error:
            return TaskFailed(str(error))

    pages = [
        path
        for path in paths.BOOK.rglob("*")
        if path.is_file() and not path.is_relative_to(paths.EXECUTED) and "__pycache__" not in path.parts
    ]
    inputs = {
        *pages,
        *map(paths.executed, paths.sources()),
        *paths.LIBRARY.rglob("*.py"),  # the pages on the library show its docstrings
        *paths.LIBRARY.rglob("*.pyi"),
        paths.CLAIMS_PAGE,
        paths.PARTS / "ledger_state.md",
        paths.PARTS / "times.html",
        *(paths.PARTS / f"{name}.md" for name in ("sabotage", "mutation", "performance", "materials")),
        paths.ROOT / "_config.yml",
        paths.REQUIREMENTS,
        *(path for path in (paths.PDF, paths.PDF_OF) if path.is_file()),
        *_pipeline("site/build", "site/printed"),
    }
    return _task(run, [], sorted(inputs), [paths.HTML / "index.html"], watched=[paths.HTML])
