"""The front page's list of chapters has the picture of each chapter and its minutes."""

import re
from xml.etree import ElementTree

import ahead
import pytest
import thumbnails

SPACE = {"svg": "http://www.w3.org/2000/svg"}
FIGURE = (
    '<a class="lowdim-ahead-picture" href="#fig-a" data-panel="1/2"></a><figure id="fig-a">'
    '<svg class="lowdim-wide" viewBox="0 0 400 200" style="fill:currentColor;width:100%">'
    '<defs><clipPath id="p0"><path d="M0 0"/></clipPath></defs><use href="#g7" x="3"/>'
    '<path d="M1 1" clip-path="url(#p0)" style="stroke:light-dark(#2b55c4,#92b4ff)"/>'
    '<path d="M2 2" style="fill:light-dark(#ffffff,var(--pst-color-background))"/></svg></figure>'
)
FRONT = (
    '<section id="chapters"><ol>'
    '<li><p><a class="reference internal" href="notebooks/01_a.html">A</a>: one.</p></li>'
    '<li><p><a class="reference internal" href="notebooks/02_b.html">B</a>: two.</p></li></ol></section>'
    '<ul><li><p><a class="reference internal" href="notebooks/01_a.html">elsewhere</a></p></li></ul>'
)


def chapter(words):
    return ahead.fill(f'<article class="bd-article">{"word " * words}{FIGURE}</article>')


@pytest.fixture
def site(tmp_path):
    """The front page and the file of the pictures, of two chapters, the second without a picture."""
    (tmp_path / "_static").mkdir()
    page, drawing = chapter(1300)
    shown = {tmp_path / "notebooks" / "01_a.html": drawing, tmp_path / "notebooks" / "02_b.html": None}
    pages = {
        tmp_path / "index.html": FRONT,
        tmp_path / "notebooks" / "01_a.html": page,
        tmp_path / "notebooks" / "02_b.html": "<article>Nothing.</article>",
    }
    thumbnails.fill(pages, shown, tmp_path)
    return pages[tmp_path / "index.html"], (tmp_path / "_static" / thumbnails.FILE).read_text(
        encoding="utf-8"
    )


def test_a_chapter_in_the_list_has_its_picture_and_its_minutes(site):
    front, _ = site
    assert re.findall(r'<img src="([^"]+)" alt=""', front) == ["_static/chapters.svg#01_a"]
    assert re.findall(r"(\d+) minutes", front) == ["10"]
    assert '<li><p><a class="reference internal" href="notebooks/02_b.html">B</a>: two.</p></li>' in front


def test_the_picture_is_the_panel_in_the_colours_of_the_light_theme_without_letters(site):
    _, file = site
    root = ElementTree.fromstring(file)
    assert root.find("svg:view", SPACE).get("viewBox") == "0 0 150 100"
    drawn = root.find("svg:svg", SPACE)
    assert drawn.get("viewBox") == "0 0 200 200"
    assert (drawn.get("x"), drawn.get("width"), drawn.get("height")) == ("25", "100", "100")
    paths = drawn.findall("svg:g/svg:path", SPACE)
    assert [path.get("style") for path in paths] == ["stroke:#2b55c4", "fill:#ffffff"]
    clip = re.fullmatch(r"url\(#(.*)\)", paths[0].get("clip-path"))[1]
    assert drawn.find(f".//svg:clipPath[@id='{clip}']", SPACE) is not None
    assert "#g7" not in file


def test_a_chapter_alone_has_no_list(tmp_path):
    page, drawing = chapter(10)
    pages = {tmp_path / "01_a.html": page}
    thumbnails.fill(pages, {tmp_path / "01_a.html": drawing}, tmp_path)
    assert list(pages) == [tmp_path / "01_a.html"]


@pytest.mark.parametrize(("words", "expected"), [(10, 5), (1300, 10), (2600, 20)])
def test_minutes_count_words_and_not_code_or_formulas(words, expected):
    silent = "<pre>a b c</pre><math><mi>x y</mi></math>" * 2000
    page = f'<article class="bd-article">{"word " * words}{silent}</article>'
    assert thumbnails.minutes(page) == expected
