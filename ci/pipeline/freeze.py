"""An executed notebook as the book publishes it: what papermill notes about the run is taken out.

The same cells with the same outputs give the same bytes, whenever and wherever they were executed, and so
does the site that is built from them.
"""

import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

KEPT = ("kernelspec", "language_info", "jupytext")


def clean(nb: NotebookNode) -> NotebookNode:
    """The notebook without times, paths of this machine and random cell ids; it is changed in place."""
    for key in [key for key in nb.metadata if key not in KEPT]:
        del nb.metadata[key]
    for position, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{position:03d}"
        for key in ("papermill", "execution", "source_line"):
            cell.metadata.pop(key, None)
    return nb


def write(nb: NotebookNode, path: Path) -> None:
    """Write at once or not at all: nobody reads half a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")
    os.replace(part, path)
