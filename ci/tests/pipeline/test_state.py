"""What changes behind the build's back, what it remembers when it is killed, what it cannot read."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from ci.pipeline import state
from ci.pipeline.rerun import label

CLAIM = """
- id: only
  chapter: 01_first
  kind: example
  claim: "The ratio is small."
  quantity: "ratio"
  test: {below: 0.5}
  control: "the ratio upside down"
"""


@pytest.fixture
def small(repository, notebook):
    """A repository of one chapter and one claim."""

    def chapter(*cells, name="01_first"):
        notebook(*cells, name=name, folder=repository.root / "notebooks")

    repository.chapter = chapter
    chapter("from lowdim import ledger\nledger.record('only', value=0.25, control=4.0)")
    repository.write("book/claims.yml", CLAIM)
    return repository


def executed(run):
    return sorted(re.findall(r"executed  (\w+)", run.stderr))


@pytest.mark.parametrize(
    ("path", "old", "new", "again"),
    [
        ("book/notebooks/01_first.ipynb", "0.25", "0.0625", []),
        ("book/notebooks/01_first.ipynb", None, "{", []),
        ("_build/outputs/01_first.ipynb", "0.25", "0.0625", ["01_first"]),
        ("_build/outputs/01_first.ipynb", None, '{"cells": [', ["01_first"]),
        ("_build/outputs/01_first.ipynb", None, "", ["01_first"]),
        ("book/_generated/ledger_state.md", None, "**999 claims**\n", []),
        ("book/claims.md", "The ratio", "Another ratio", []),
    ],
)
def test_what_was_changed_by_hand_is_made_again_and_said(small, path, old, new, again):
    assert small.book("ledger").returncode == 0
    file = small.root / path
    before = file.read_text(encoding="utf-8")
    file.write_text(new if old is None else before.replace(old, new), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    run = small.book("ledger")
    assert (run.returncode, executed(run)) == (0, again), run.stderr
    assert f"{path} is not what the build left there; it is made again" in run.stderr
    assert file.read_text(encoding="utf-8") == before
    assert small.book("ledger").stderr == ""


def test_a_page_that_was_changed_by_hand_is_made_again(small):
    assert small.book().returncode == 0
    site = small.site()
    pages = small.root / "_build/html"
    for change in (
        lambda: (pages / "index.html").write_text("forged"),
        lambda: (pages / "notebooks/01_first.html").unlink(),
    ):
        change()
        run = small.book()
        assert (run.returncode, executed(run)) == (0, []), run.stderr
        assert "_build/html is not what the build left there; it is made again" in run.stderr
        assert small.site() == site
    assert small.book().stderr == "The book: _build/html/index.html\n"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "\0" * 10])
def test_a_memory_that_cannot_be_read_is_made_again(small, content):
    assert small.book("ledger").returncode == 0
    (small.root / "_build" / "doit.json").write_text(content, encoding="utf-8")
    run = small.book("ledger")
    assert run.returncode == 0, run.stderr
    assert "_build/doit.json cannot be read" in run.stderr
    assert small.book("ledger").stderr == ""


def test_an_input_that_changes_while_it_is_read_is_not_believed(small):
    module = small.root / "lib/lowdim/figures/palette.py"
    edit = f"p = pathlib.Path({str(module)!r})\np.write_text(p.read_text() + '# edited')"
    small.chapter(f"import pathlib\nfrom lowdim.figures import palette\n{edit}")
    small.write("book/claims.yml", "")
    run = small.book("ledger")
    assert run.returncode != 0
    told = "lib/lowdim/figures/palette.py changed while it was at work; run the same command again"
    assert told in run.stderr


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_stopped_keeps_the_chapters_it_finished(small, blow):
    small.chapter("import time\ntime.sleep(600)", name="02_second")
    small.chapter("x = 1", name="03_third")
    command = [sys.executable, "-m", "ci.pipeline.book"]
    build = subprocess.Popen(command, cwd=small.root, stderr=subprocess.PIPE, text=True)
    while len(list((small.root / "_build/outputs").glob("*.ipynb"))) < 2:
        assert build.poll() is None
        time.sleep(0.2)
    time.sleep(1)
    build.send_signal(blow)
    started = time.monotonic()
    build.communicate(timeout=10)
    assert time.monotonic() - started < 5
    remembered = json.loads((small.root / "_build/doit.json").read_text())
    assert {"execute:01_first", "execute:03_third"} <= set(remembered)
    small.chapter("x = 2", name="02_second")
    run = small.book("ledger")
    assert (run.returncode, executed(run)) == (0, ["02_second"]), run.stderr


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("book/claims.yml", b"- id: a\n  claim: [\n", "book/claims.yml:3: not YAML: "),
        ("_config.yml", b"title: Small\nexecute: }\n", "_config.yml:2: not YAML: "),
        (
            "notebooks/01_first.md",
            b"# Small\n\ncaf\xe9\n",
            "notebooks/01_first.md:3: not UTF-8; save the file as UTF-8",
        ),
        (
            "notebooks/01_first.md",
            b"No heading\n",
            "notebooks/01_first.md:1: no title; begin the text with a line",
        ),
    ],
)
def test_a_source_that_nobody_can_read_is_one_line_with_its_place(small, path, content, told):
    (small.root / path).write_bytes(content)
    run = small.book()
    assert run.returncode == 2
    assert run.stderr.startswith(told)
    assert len(run.stderr.splitlines()) == 1


def test_a_chapter_that_was_renamed_leaves_nothing_behind(small):
    assert small.book().returncode == 0
    (small.root / "notebooks/01_first.md").rename(small.root / "notebooks/02_other.md")
    small.edit("book/claims.yml", "01_first", "02_other")
    run = small.book()
    assert run.returncode == 0, run.stderr
    assert "notebooks/01_first.html" not in small.site()


def test_the_shell_of_the_reader_does_not_reach_a_kernel(small):
    small.chapter("import warnings\nwarnings.warn('told')")
    small.write("book/claims.yml", "")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        run = small.book()
    finally:
        del os.environ["PYTHONWARNINGS"]
    assert run.returncode != 0
    assert "wrote to stderr" in run.stderr


def test_a_flood_of_output_is_refused_with_its_line(small):
    small.chapter("x = 1", "print('x' * 5_000_000)")
    small.write("book/claims.yml", "")
    run = small.book()
    assert run.returncode != 0
    assert re.search(
        r"notebooks/01_first.md:\d+: left 5 MB of output, more than 4 MB; print less", run.stderr
    )


def test_reruns_with_other_parameters_have_other_folders():
    long = {"poles": [0.1 * i for i in range(40)]}
    longer = {"poles": [0.1 * i for i in range(40)] + [9.0]}
    assert label(long) != label(longer)
    assert label({"a": "x y"}) != label({"a": "xy"})
    assert label({"k": 9, "d": 30}) == "k=9,d=30"
    assert label({}) == "as-published"
    assert all(len(label(each)) < 100 for each in (long, longer))


def test_a_folder_is_digested_with_its_names(tmp_path):
    (tmp_path / "a").write_text("x")
    first = state.digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert state.digest(tmp_path) != first
    assert state.digest(tmp_path / "nothing") == ""
