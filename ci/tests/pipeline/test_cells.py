"""What counts as code, held against Jupytext's own reading."""

import jupytext
import pytest

from ci import paths
from ci.pipeline.cells import EXECUTION, code_cells

HEADER = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n---\n"
CASES = {
    "plain": "# A\n\n```{code-cell} ipython3\nx = 1\n\ny = 2\n```\n",
    "no language": "```{code-cell}\nx = 1\n```\n",
    "colon options": "```{code-cell} ipython3\n:tags: [parameters, hide-input]\n\nk = 3\n```\n",
    "options without a blank line": "```{code-cell} ipython3\n:tags: [remove-cell]\nk = 3\n```\n",
    "yaml options": "```{code-cell} ipython3\n---\ntags: [raises-exception]\nmystnb:\n  figure:\n"
    "    caption: |\n      Of three lines,\n\n      one empty.\n---\nk = 3\n```\n",
    "a longer fence": "````{code-cell} ipython3\ntext = '''\n```\n'''\n````\n",
    "code shown in prose": "```python\nnot = run\n```\n\n```{code-cell} ipython3\nx = 1\n```\n",
    "a cell shown in prose": "````md\n```{code-cell} ipython3\nshown = 1\n```\n````\n\n"
    "```{code-cell} ipython3\nx = 1\n```\n",
    "a theorem between": ":::{prf:theorem} A\n:label: thm-a\n\n$x$\n:::\n\n"
    "```{code-cell} ipython3\nx = 1\n```\n",
    "blank lines at the ends": "```{code-cell} ipython3\n\nx = 1\n\n```\n",
    "an empty cell": "```{code-cell} ipython3\n```\n\n```{code-cell} ipython3\nx = 1\n```\n",
    "a break and raw cells": "A\n\n+++\n\nB\n\n```{raw-cell}\nx\n```\n\n"
    "```{code-cell} ipython3\nx = 1\n```\n",
    "magics": "```{code-cell} ipython3\n%matplotlib inline\nx = 1\n```\n",
}


def by_jupytext(text):
    nb = jupytext.reads(text, "md:myst")
    return [
        (cell.source, tuple(tag for tag in EXECUTION if tag in cell.metadata.get("tags", [])))
        for cell in nb.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("body", CASES.values(), ids=CASES)
def test_cells_are_those_that_jupytext_reads(body):
    text = HEADER + body
    expected = by_jupytext(text)
    assert expected
    assert [(cell.source, cell.tags) for cell in code_cells(text)] == expected


@pytest.mark.parametrize("source", paths.sources(), ids=lambda path: path.stem)
def test_every_chapter_is_read_as_jupytext_reads_it(source):
    text = source.read_text(encoding="utf-8")
    cells = code_cells(text)
    assert [(cell.source, cell.tags) for cell in cells] == by_jupytext(text)
    lines = text.splitlines()
    for cell in cells:
        body = cell.source.splitlines()
        assert lines[cell.line - 1 : cell.line - 1 + len(body)] == body


def test_prose_captions_and_most_tags_are_not_code():
    cell = (
        "```{code-cell} ipython3\n---\ntags: [hide-input]\nmystnb: {figure: {caption: A}}\n---\nx = 1\n```\n"
    )
    reworded = cell.replace("hide-input", "remove-input").replace("A}", "B}")

    def code(text):
        return [(cell.source, cell.tags) for cell in code_cells(HEADER + text)]

    assert code("# A\n\n" + cell) == code("# Another\n\n" + reworded) == [("x = 1", ())]
    assert code(cell.replace("hide-input", "parameters")) == [("x = 1", ("parameters",))]
