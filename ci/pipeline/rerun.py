"""Execute one chapter with other parameters: ``make notebook NAME=01_setting PARAMS="k=9 d=30"``.

The result has its own folder under ``_build/runs``; the book is left as it is.
"""

import ast
import fcntl
import hashlib
import re
from pathlib import Path
from typing import Any

from ci import paths
from ci.pipeline.execute import NotebookError, execute, shut_out
from ci.pipeline.parameters import Parameter, UsageError, read, require
from ci.progress import Progress


def find(name: str) -> Path:
    """The text notebook of this name.

    Raises:
        UsageError: if there is none.
    """
    for source in paths.sources():
        if source.stem == name:
            return source
    names = "\n".join(f"  {source.stem}" for source in paths.sources())
    given = f"no notebook is called {name!r}" if name else "NAME is missing"
    raise UsageError(f"{given}; for example NAME=01_setting. There are:\n{names}")


def parse(text: str, source: Path) -> dict[str, Any]:
    """Parameters from text like ``k=9 poles=[0.9, -0.5]``, of the types that the notebook gives them.

    Raises:
        UsageError: if one is unknown, has another type or no value, or one that the chapter does not allow.
    """
    known, _ = read(source)
    given = {}
    for word in re.split(r"\s+(?=\w+=)", text.strip()) if text.strip() else []:
        name, _, value = word.partition("=")
        if name not in known:
            raise UsageError(f"{source.stem} has no parameter {name!r}.{_listing(known)}")
        if not value:
            raise UsageError(f"{name} has no value: write {name}={known[name].default}")
        if name in given:
            raise UsageError(f"{name} is given twice: {word} and {name}={given[name]}")
        given[name] = _typed(name, value, known[name].default)
    require(given, source)
    return given


def _typed(name: str, text: str, written: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        value = text  # a word needs no quotes
    try:
        default = ast.literal_eval(written)
    except (SyntaxError, ValueError):
        default = value  # computed in the notebook: its type is not known here
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if isinstance(default, tuple | list) and isinstance(value, tuple | list):
        real = any(isinstance(x, float) for x in default)
        return type(default)(float(x) if real and type(x) is int else x for x in value)
    if type(value) is not type(default):
        kinds = f"{type(value).__name__}, and the notebook wants {type(default).__name__}"
        raise UsageError(f"{name}={text} is {kinds}, as in {name} = {written}")
    return value


def _listing(known: dict[str, Parameter]) -> str:
    rows = [f"  {name} = {entry.default}".ljust(34) + entry.help for name, entry in known.items()]
    return " It takes:\n" + "\n".join(rows) if rows else " It takes none."


def run(name: str, text: str, progress: Progress) -> tuple[Path, int]:
    """Execute a chapter with parameters; the path of the page to read, and how many of its claims fail.

    Raises:
        UsageError: if the name or a parameter does not fit.
        NotebookError: if a cell fails.
    """
    source = find(name)
    given = parse(text, source)
    folder = paths.RUNS / name / label(given)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run with these parameters waits for the first
        return _run(source, given, folder, progress)


def label(given: dict[str, Any]) -> str:
    """A name for these parameters: readable, and of no others."""
    text = ",".join(f"{key}={value}" for key, value in given.items())
    if not text:
        return "as-published"
    short = re.sub(r"[^\w.,=+-]", "", text)
    if short == text and len(short) <= 80:
        return short
    return f"{short[:80]}-{hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()[:8]}"


def _run(source: Path, given: dict[str, Any], folder: Path, progress: Progress) -> tuple[Path, int]:
    from ci.pipeline.freeze import clean, write
    from ci.pipeline.judge import judge, records
    from ci.site.build import build_page
    from lowdim.ledger.claims import read_claims

    name = source.stem
    nb, _ = execute(source, folder / "unfinished.ipynb", progress, given)
    write(clean(nb), folder / f"{name}.ipynb")
    claims = [claim for claim in read_claims(paths.CLAIMS) if claim.chapter == name]
    _, faults = judge(claims, records({name: nb}))
    told = "\n".join(f"  {fault}" for fault in faults) or "  every claim holds"
    progress.say(f"The chapter's claims, with these parameters:\n{told}")
    return build_page(folder / f"{name}.ipynb", folder / "html"), len(faults)


def main(name: str, text: str) -> int:
    """Run the chapter of this name with the parameters in this text: 1 if a claim fails, 2 if refused."""
    shut_out()
    progress = Progress()
    try:
        page, faults = run(name, text, progress)
    except (UsageError, NotebookError) as error:
        progress.say(str(error))
        return 2
    progress.say(f"Your run of {name}: {paths.shown(page)}")
    if faults:
        progress.say(f"{faults} of its claims do not hold with these parameters; exit status 1")
    return int(bool(faults))
