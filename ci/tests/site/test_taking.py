"""What a chapter gives along: its files, its command, links to its lines; how much of its code is shown."""

import json
import sys
from types import SimpleNamespace

import pytest

from ci import paths
from ci.pipeline.cells import Cell, read_code

sys.path.insert(0, str(paths.BOOK / "_ext"))

import citing
import taking

REPOSITORY = "https://github.com/someone/book/blob/main"
CHAPTER = "notebooks/01_setting"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np\n\nx = 1", True),
        ("from lowdim import ledger", True),
        ('number("a", 1)\nnumber(\n    "b",\n    2,\n)', True),
        ("shown = 1\nfigures.portrait(shown)", True),
        ("x = 1\nnumber('x', x)", False),
        ('ledger.record("a", value=1, control=2)', False),
        ("figures.portrait(1)\nx = 2", False),
        ("# nothing", False),
    ],
)
def test_what_only_prepares_or_draws_is_minor(code, expected):
    assert taking.minor(Cell(code, (), 1)) is expected


def test_parameters_are_essential():
    assert not taking.minor(Cell("import x", ("parameters",), 1))


def test_chapters_have_cells_of_both_kinds():
    for source in paths.sources():
        kinds = [taking.minor(cell) for cell in read_code(source)]
        assert 0.1 < sum(kinds) / len(kinds) < 0.9, source.stem


def rendered(repository="", executed=""):
    """The page of a chapter whose body has as many cells as its source."""
    cells = read_code(paths.ROOT / f"{CHAPTER}.md")
    body = "<h1>Setting</h1>" + '<div class="cell docutils container">x</div>' * len(cells)
    config = SimpleNamespace(lowdim_repository=repository, lowdim_executed=executed)
    context = {"body": body}
    taking.page(SimpleNamespace(config=config), CHAPTER, "", context, None)
    return context["body"], cells


def test_a_chapter_says_how_to_run_it_again():
    body, _ = rendered()
    assert "make notebook NAME=01_setting PARAMS=&quot;k=7 d=40 horizon=60&quot;" in body
    assert 'href="../downloads/01_setting.ipynb"' in body
    assert 'href="../downloads/01_setting.md"' in body
    assert body.count('<select name="code">') == 1
    assert 'class="lowdim-minor cell' in body


def test_without_an_address_there_are_no_links_out():
    body, _ = rendered()
    assert "http" not in body


def test_each_cell_leads_to_its_line():
    body, cells = rendered(f"{REPOSITORY}/")
    source = (paths.ROOT / f"{CHAPTER}.md").read_text(encoding="utf-8").splitlines()
    for cell in cells:
        assert f"{REPOSITORY}/{CHAPTER}.md#L{cell.line}" in body
        assert source[cell.line - 1] == cell.source.splitlines()[0]


def test_binder_and_colab_open_a_chapter():
    executed = "https://github.com/someone/book/blob/executed/notebooks"
    found = dict(taking.elsewhere("01_setting", REPOSITORY, executed))
    binder = "https://mybinder.org/v2/gh/someone/book/main?urlpath=lab%2Ftree%2Fnotebooks%2F01_setting.md"
    colab = "https://colab.research.google.com/github/someone/book/blob/executed/notebooks/01_setting.ipynb"
    assert found == {"Binder": binder, "Colab": colab}
    assert taking.elsewhere("01_setting", "https://example.org/x/blob/main", "") == []


def test_binder_installs_what_is_pinned():
    binder = paths.ROOT / ".binder"
    named = [line for line in (binder / "requirements.txt").read_text().splitlines() if line[0] != "#"]
    assert [(binder / line.removeprefix("-r ")).resolve() for line in named] == [paths.REQUIREMENTS]
    assert (binder / "postBuild").stat().st_mode & 0o111


def test_a_notebook_begins_with_how_to_get_the_library():
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4})
    cells = json.loads(taking.with_library(notebook, "A book", REPOSITORY))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code"]
    assert "A book" in cells[0]["source"]
    assert "git clone --depth 1 https://github.com/someone/book lowdim-book" in cells[1]["source"]
    alone = json.loads(taking.with_library(notebook, "A book", ""))["cells"][1]["source"]
    compile(alone, "cell", "exec")
    assert "ImportError" in alone


def test_the_button_of_the_theme_leads_to_the_same_files(tmp_path):
    for folder in ("_sources/notebooks", "notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_sources/notebooks/01_setting.ipynb").write_text('{"cells": []}')
    button = '<a href="../_sources/notebooks/01_setting.ipynb" target="_blank" title="x">'
    (tmp_path / "notebooks/01_setting.html").write_text(button)
    config = SimpleNamespace(project="A book", lowdim_repository="")
    builder = SimpleNamespace(format="html")
    taking.files(SimpleNamespace(outdir=tmp_path, config=config, builder=builder), None)
    html = (tmp_path / "notebooks/01_setting.html").read_text()
    assert html == '<a href="../downloads/01_setting.ipynb" download>'
    assert (tmp_path / "downloads/01_setting.md").read_bytes() == (paths.ROOT / f"{CHAPTER}.md").read_bytes()
    assert len(json.loads((tmp_path / "downloads/01_setting.ipynb").read_text())["cells"]) == 2


@pytest.mark.parametrize("there", [True, False])
def test_the_pdf_is_offered_where_it_is_current(tmp_path, monkeypatch, there):
    monkeypatch.setattr(taking.printed, "current", lambda: there)
    monkeypatch.setattr(paths, "PDF", tmp_path / "book.pdf")
    paths.PDF.write_bytes(b"%PDF")
    (tmp_path / "out").mkdir()
    app = SimpleNamespace(
        outdir=tmp_path / "out",
        srcdir=paths.BOOK,
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(lowdim_repository=""),
    )
    taking.files(app, None)
    assert (tmp_path / "out" / citing.PDF).is_file() == there
    context = {"pathto": lambda name, *_: f"../{name}"}
    citing.footer(app, CHAPTER, "page.html", context, None)
    assert ('href="../downloads/book.pdf"' in context["theme_extra_footer"]) == there
