"""The README's picture: cut out whole, readable anywhere, and noticed when it is not today's any more."""

import functools
import re
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest

from ci.site import readme_picture as front
from lowdim.figures.front import front as draw


@functools.cache
def glued(shift=0.0, scales=(1e-4, 0.1)):
    """A picture like the front page's, as HTML, with its curves shifted."""
    truth = 0.99 ** np.arange(300.0)
    small = truth * (1 + 1e-8)
    large = truth + (0.4 + shift) * (1 - truth)
    return draw(truth, small, large, 2e-8 * truth, 7, scales).html


def test_the_picture_is_cut_out_of_the_executed_chapter(tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    output = nbformat.v4.new_output("display_data", {front.HTML: "<div><svg/></div>"})
    output.metadata["scrapbook"] = {"name": front.NAME}
    nb.cells[0].outputs = [output]
    nbformat.write(nb, tmp_path / "x.ipynb")
    assert front.picture(tmp_path / "x.ipynb", front.NAME) == "<div><svg/></div>"
    with pytest.raises(LookupError, match="glues no other"):
        front.picture(tmp_path / "x.ipynb", "other")


def test_the_file_stands_alone():
    svg = front.alone(glued())
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("aria-label").startswith("A teacher and two students")
    named = set(re.findall(r'\bid="(.*?)"', svg))
    used = set(re.findall(r'xlink:href="#(.*?)"', svg)) | set(re.findall(r"url\(#(.*?)\)", svg))
    assert used
    assert used <= named
    assert "phone" not in svg
    for style in re.findall(r'style="(.*?)"', svg):  # without light-dark() there is a colour, too
        for name in re.findall(r"([\w-]+):light-dark", style):
            assert re.search(rf"(?:^|;){name}:#", style)


def test_rounding_is_no_change_and_a_change_is_one():
    today = front.alone(glued())
    assert front.same(today, front.alone(glued(shift=1e-4)))
    assert not front.same(today, front.alone(glued(shift=0.02)))
    assert not front.same(today, front.alone(glued(scales=(1e-4, 0.2))))
    assert not front.same(today, today.replace("#d44f02", "#d44f03"))
    label = re.search(r"at most (\S+),", today)[1]
    assert not front.same(today, today.replace(label, "9" + label[1:], 1))


def test_check_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(front, "picture", lambda *_: glued())
    monkeypatch.setattr(front, "FILE", tmp_path / "front.svg")
    assert front.main(["--check"]) == 1
    assert "run make front" in capsys.readouterr().out
    assert front.main([]) == 0
    assert front.main(["--check"]) == 0
    monkeypatch.setattr(front, "picture", lambda *_: glued(shift=0.1))
    assert front.main(["--check"]) == 1
