"""The parts of pages that are written from the run."""

import importlib.util
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ci import paths
from ci.pipeline.pages import times_table, title


def test_the_times_are_summed_and_each_chapter_is_linked_under_its_title():
    runs = [{"name": "01_a", "cells": 3, "seconds": 1.25}, {"name": "02_b", "cells": 4, "seconds": 10.0}]
    table = times_table(runs, {"01_a": "Small & first", "02_b": "Second"})
    assert '<a href="notebooks/01_a.html">Small &amp; first</a></td><td>3</td><td>1.2&nbsp;s</td>' in table
    assert '<a href="notebooks/02_b.html">Second</a></td><td>4</td><td>10.0&nbsp;s</td>' in table
    assert "<td>7</td><td>11.2&nbsp;s</td>" in table


def test_the_title_is_the_first_heading_of_the_text():
    code = new_code_cell("# not a title")
    chapter = new_notebook(cells=[code, new_markdown_cell("Words.\n\n# The title \n\n# Another")])
    assert title(chapter) == "The title"
    with pytest.raises(ValueError, match="no title"):
        title(new_notebook(cells=[code]))


def test_the_times_take_the_place_that_the_reproduce_page_keeps_for_them(tmp_path):
    spec = importlib.util.spec_from_file_location("times", paths.BOOK / "_ext" / "times.py")
    times = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(times)
    assert times.PLACE in (paths.BOOK / "reproduce.md").read_text(encoding="utf-8")
    (tmp_path / "_generated").mkdir()
    (tmp_path / "_generated" / "times.html").write_text("<table></table>", encoding="utf-8")
    context = {"body": f"<p>before</p>{times.PLACE}<p>after</p>"}
    times.insert(SimpleNamespace(srcdir=tmp_path), "reproduce", "page.html", context, None)
    assert context["body"] == "<p>before</p><table></table><p>after</p>"
