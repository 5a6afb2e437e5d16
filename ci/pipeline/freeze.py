"""An executed notebook as the book publishes it: the outputs of a run under the text as it stands today.

What papermill notes about the run is taken out.
The same cells with the same outputs give the same bytes, whenever and wherever they were executed, and so
does the site that is built from them.
"""

import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lowdim.ledger.claims import Claim
from lowdim.ledger.verdict import MIME, Verdict

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


def lay(executed: NotebookNode, source: NotebookNode, claims: dict[str, Claim]) -> NotebookNode:
    """The outputs of a run under today's prose, captions and tags, its verdicts in today's words.

    Args:
        executed: the notebook as it ran.
        source: the text notebook as it is now, with the same code.
        claims: the claims of the book, by id.

    Raises:
        ValueError: other code than was executed.
    """
    ran = [cell for cell in executed.cells if cell.cell_type == "code"]
    now = [cell for cell in source.cells if cell.cell_type == "code"]
    if [cell.source for cell in ran] != [cell.source for cell in now]:
        raise ValueError("the code has changed since it was executed")
    for old, new in zip(ran, now, strict=True):
        new.outputs, new.execution_count = [_told(o, claims) for o in old.outputs], old.execution_count
    source.metadata = executed.metadata
    return clean(source)


def _told(output: NotebookNode, claims: dict[str, Claim]) -> NotebookNode:
    """An output; a verdict is worded anew, from the recorded numbers and the claim as it is now."""
    row = output.get("metadata", {}).get(MIME)
    if not row or row["id"] not in claims:
        return output
    value, control = (tuple(map(float, row[key])) for key in ("value", "control"))
    data, metadata = Verdict(claims[row["id"]], value, control)._repr_mimebundle_()
    return NotebookNode({**output, "data": data, "metadata": nbformat.from_dict(metadata)})


def write(nb: NotebookNode, path: Path) -> None:
    """Write at once or not at all: nobody reads half a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")
    os.replace(part, path)
