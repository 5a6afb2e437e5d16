"""The whole pipeline on a small repository: what runs again, what stops the book, the same bytes twice."""

import fcntl
import re
import shutil
import subprocess
import sys

import pytest

CLAIM = """
- id: {id}
  chapter: {chapter}
  kind: example
  claim: "The ratio is small."
  quantity: "ratio"
  test: {{below: 0.5}}
  control: "the ratio upside down"
"""
RECORD = "from lowdim import ledger\nledger.record('{id}', value={value}, control=4.0)"


@pytest.fixture
def small(repository, notebook):
    """A repository with two chapters and a claim in each; a chapter can be written anew."""

    def chapter(name, *cells):
        notebook(*cells, name=name, folder=repository.root / "notebooks")

    repository.chapter = chapter
    chapter("01_first", RECORD.format(id="first", value=0.25))
    chapter("02_second", RECORD.format(id="second", value=0.25), "from lowdim.figures import palette")
    claims = CLAIM.format(id="first", chapter="01_first") + CLAIM.format(id="second", chapter="02_second")
    repository.write("book/claims.yml", claims)
    return repository


def executed(run):
    """The notebooks that this run executed."""
    return sorted(re.findall(r"executed  (\w+)", run.stderr))


def test_only_what_changed_runs_again(small):
    first = small.book()
    assert (first.returncode, executed(first)) == (0, ["01_first", "02_second"]), first.stderr
    assert "The book: _build/html/index.html" in first.stderr

    assert (small.book().stderr) == "The book: _build/html/index.html\n"

    small.chapter("01_first", RECORD.format(id="first", value=0.125))
    edited = small.book()
    assert (edited.returncode, executed(edited)) == (0, ["01_first"]), edited.stderr
    assert "0.125" in small.site()["notebooks/01_first.html"].decode()


def test_an_edit_reruns_the_chapters_that_depend_on_it(small):
    assert executed(small.book("ledger")) == ["01_first", "02_second"]
    small.edit("lib/lowdim/figures/palette.py")
    assert executed(small.book("ledger")) == ["02_second"]
    small.edit("lib/lowdim/ledger/claims.py")  # which the verdicts need
    assert executed(small.book("ledger")) == ["01_first", "02_second"]
    small.edit("lib/lowdim/systems/linear.py")  # which nobody takes
    assert executed(small.book("ledger")) == []


def test_prose_is_on_the_page_without_executing_anything(small):
    assert small.book().returncode == 0
    small.edit("notebooks/01_first.md", "# A small chapter", "# A small chapter, reworded")
    small.edit(
        "notebooks/01_first.md",
        "```{code-cell} ipython3\n",
        "```{code-cell} ipython3\n:tags: [hide-input]\n\n",
    )
    small.edit("book/claims.yml", "The ratio is small.", "The ratio stays small.")
    small.edit("book/claims.yml", "upside down", "turned round")
    run = small.book()
    assert (run.returncode, executed(run)) == (0, []), run.stderr
    page = small.site()["notebooks/01_first.html"].decode()
    assert "A small chapter, reworded" in page
    assert "turned round" in page
    assert "upside down" not in page
    assert "tag_hide-input" in page
    assert "The ratio stays small." in small.site()["claims.html"].decode()


def test_a_stricter_claim_is_decided_anew_without_executing_anything(small):
    assert small.book().returncode == 0
    small.edit("book/claims.yml", "{below: 0.5}", "{below: 0.1}")
    run = small.book()
    assert (run.returncode != 0, executed(run)) == (True, [])
    assert "01_first: first: false, 0.25 of 1 not below 0.1 (ratio)" in run.stderr


def test_a_failing_notebook_stops_the_book_but_not_the_others(small):
    small.chapter("01_first", "a = 1", "a / 0")
    run = small.book()
    line = (small.root / "notebooks/01_first.md").read_text(encoding="utf-8").splitlines().index("a / 0") + 1
    assert run.returncode != 0
    assert executed(run) == ["02_second"]
    assert f"notebooks/01_first.md:{line}: ZeroDivisionError: division by zero" in run.stderr
    assert run.stderr.count("ZeroDivisionError: division by zero") == 2  # headline and traceback, told once
    assert "outputs: _build/failed/01_first.ipynb" in run.stderr
    assert (small.root / "_build/failed/01_first.ipynb").is_file()
    assert not (small.root / "book/notebooks/01_first.ipynb").exists()
    assert not (small.root / "_build/html").exists()

    small.chapter("01_first", RECORD.format(id="first", value=0.25))
    mended = small.book("ledger")
    assert (mended.returncode, executed(mended)) == (0, ["01_first"]), mended.stderr


def test_a_false_claim_stops_the_book_and_keeps_the_last_good_one(small):
    assert small.book().returncode == 0
    before = small.site()
    small.chapter("02_second", RECORD.format(id="second", value=0.75))
    run = small.book()
    assert run.returncode != 0
    told = run.stderr.splitlines()
    assert told[1:] == [
        "the ledger does not hold:",
        "  02_second: second: false, 0.75 of 1 not below 0.5 (ratio)",
        "The book was not built.",
    ]
    assert small.site() == before


def test_a_malformed_claim_stops_the_book(small):
    small.edit("book/claims.yml", "{below: 0.5}", "{under: 0.5}")
    run = small.book()
    assert run.returncode != 0
    assert "first: test is {'under': 0.5}, expected one of below" in run.stderr


def test_a_sphinx_warning_stops_the_book(small):
    small.write("book/index.md", "# Small\n\n[dead](nowhere.md)\n")
    run = small.book()
    assert run.returncode != 0
    assert "the site does not build" in run.stderr
    assert "book/index.md:3: WARNING" in run.stderr
    assert not (small.root / "_build/html").exists()


def test_a_chapter_that_there_is_not_is_refused_with_those_that_there_are(small):
    run = small.book("notebook:01_frist")
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        "no notebook is called '01_frist'; for example NAME=01_setting. There are:",
        "  01_first",
        "  02_second",
    ]


def test_two_builds_at_once_take_turns(small):
    (small.root / "_build").mkdir()
    command = [sys.executable, "-m", "ci.pipeline.book", "notebook:01_first"]
    with (small.root / "_build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(command, cwd=small.root, stderr=subprocess.PIPE, text=True)
        assert second.stderr.readline() == "Another build is at work in this folder; this one waits for it.\n"
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(timeout=1)
        assert not (small.root / "book/notebooks/01_first.ipynb").exists()
    _, told = second.communicate(timeout=120)
    assert (second.returncode, "executed  01_first" in told) == (0, True), told


def test_the_same_notebooks_build_the_same_bytes(small):
    assert small.book().returncode == 0
    first = small.site()
    for path in ("_build", "book/notebooks", "book/_generated"):
        shutil.rmtree(small.root / path)
    assert small.book().returncode == 0
    assert small.site() == first
