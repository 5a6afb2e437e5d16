"""Lint and format the cells of the chapters, through Jupytext: ``python -m ci.pipeline.lint [--fix]``.

Ruff reads notebooks by itself; it is given each chapter as one, and what it finds is told with the line of
the text. With --fix, the cells are written back as ruff formats them. A page shows 88 characters of a line.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from ci import paths
from ci.pipeline.cells import Cell, read_code

RUFF = [sys.executable, "-m", "ruff"]
# I: one import of many names would take a line for each of them. B023: a measurement is made at once.
# SIM300: N, the number of sequences, is no constant.
OPTIONS = ["--config", str(paths.ROOT / "ruff.toml"), "--config", "line-length=88"]


def main(arguments: list[str]) -> int:
    """Say what is wrong, or mend it; 1 if anything is left."""
    fix = "--fix" in arguments
    with tempfile.TemporaryDirectory() as folder:
        told = check(paths.sources(), Path(folder), fix)
    print("\n".join(told) if told else f"{len(paths.sources())} chapters: all cells are as ruff formats them")
    return bool(told)


def check(sources: list[Path], folder: Path, fix: bool = False) -> list[str]:
    """Every finding in these chapters, a line each; formatting is mended in place where asked for."""
    import jupytext

    for source in sources:
        jupytext.write(jupytext.read(source), folder / f"{source.stem}.ipynb")
    found = subprocess.run(
        [*RUFF, "check", *OPTIONS, "--extend-ignore", "I,B023,SIM300", "--output-format", "json", folder],
        capture_output=True,
        text=True,
    )
    by_stem = {source.stem: (source, read_code(source)) for source in sources}
    told = []
    for entry in json.loads(found.stdout or "[]"):
        source, cells = by_stem[Path(entry["filename"]).stem]
        line = cells[_code_index(source, entry["cell"])].line + entry["location"]["row"] - 1
        told.append(f"{paths.shown(source)}:{line}: {entry['code']} {entry['message']}")
    if found.returncode not in (0, 1):
        told.append(found.stderr.strip())
    subprocess.run([*RUFF, "format", "-q", *OPTIONS, folder], check=True)
    for source, cells in by_stem.values():
        told += _formatted(source, cells, folder / f"{source.stem}.ipynb", fix)
    return told


def _code_index(source: Path, cell: int) -> int:
    """Ruff counts all cells from one; we count those of code from zero."""
    import jupytext

    kinds = [cell.cell_type for cell in jupytext.read(source).cells]
    return kinds[:cell].count("code") - 1


def _formatted(source: Path, cells: list[Cell], notebook: Path, fix: bool) -> list[str]:
    """Cells that ruff formats otherwise; they are written back if asked for."""
    import nbformat

    lines, told = source.read_text(encoding="utf-8").splitlines(), []
    wanted = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    for cell, better in reversed(list(zip(cells, wanted, strict=True))):
        if cell.source != better:
            told.insert(
                0, f"{paths.shown(source)}:{cell.line}: ruff formats this cell otherwise (make format)"
            )
            start = cell.line - 1
            lines[start : start + cell.source.count("\n") + 1] = better.splitlines()
    if told and fix:
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return []
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
