"""A figure shown small on the first screen is the one from further down, drawn by reference."""

import re

import ahead
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from ci import paths

FIGURE = """<figure id="fig-{0}"><svg class="lowdim-wide" role="img" aria-label="A line"
 viewBox="0 0 600 200" style="fill:currentColor;width:100%;height:auto;max-width:500px">
<defs><clipPath id="c{0}"><rect/></clipPath></defs>
<path d="M0 0" clip-path="url(#c{0})"/></svg>
<svg class="lowdim-phone" viewBox="0 0 1 1" style="display:none"><path d="M1 1"/></svg></figure>"""
LINK = '<a class="lowdim-ahead-picture" href="#fig-{}" data-panel="{}"></a>'


@pytest.mark.parametrize(
    ("panel", "view"), [("1/1", "0 0 600 200"), ("1/2", "0 0 300 200"), ("3/3", "400 0 200 200")]
)
def test_a_preview_is_the_figure_by_reference(panel, view):
    page = BeautifulSoup(ahead.fill(LINK.format("a", panel) + FIGURE.format("a"))[0], "html.parser")
    link = page.select_one("a.lowdim-ahead-picture")
    assert link["href"] == "#fig-a"
    assert link["aria-label"]
    assert link.svg["viewbox"] == view
    assert link.svg["style"] == "fill:currentColor"
    (drawn,) = page.select(link.use["href"])
    assert drawn.path["d"] == "M0 0"
    assert drawn.parent["class"] == ["lowdim-wide"]
    assert page.select_one("svg.lowdim-phone g") is None


@pytest.mark.parametrize(
    ("frames", "views"),
    [
        ([(40, 200), (270, 330)], ("0 0 247 200", "247 0 353 200")),  # room for half a label
        (
            [(40, 200), (249, 351)],
            ("0 0 245 200", "245 0 355 200"),
        ),  # less, before the ticks of the next panel
        ([(40, 200), (240, 360)], ("0 0 240 200", "240 0 360 200")),
        ([(40, 250), (240, 360)], ("0 0 300 200", "300 0 300 200")),  # one within the other: not side by side
        ([(40, 560)], ("0 0 300 200", "300 0 300 200")),
    ],
)
def test_a_panel_is_cut_beside_its_frame(frames, views):
    clips = "".join(
        f'<clipPath id="c{x}"><rect x="{x}" y="3" width="{width}" height="9"/></clipPath>'
        for x, width in frames
    )
    figure = FIGURE.format("a").replace('<clipPath id="ca"><rect/></clipPath>', clips)
    for panel, view in zip(("1/2", "2/2"), views, strict=True):
        assert ahead.fill(LINK.format("a", panel) + figure)[1].view == view


def test_what_a_picture_is_clipped_to_stands_once_beside_it_and_is_never_hidden():
    page = BeautifulSoup(ahead.fill(LINK.format("a", "1/1") + FIGURE.format("a"))[0], "html.parser")
    (clip,) = page.select("#ca")
    assert clip.parent["class"] == ["lowdim-letters"]
    assert clip.parent.find_next_sibling()["class"] == ["lowdim-ahead-picture"]
    assert page.select_one("#fig-a-drawn path")["clip-path"] == "url(#ca)"


def test_two_previews_of_one_figure_share_its_drawing():
    page, first = ahead.fill(LINK.format("a", "1/2") + LINK.format("a", "2/2") + FIGURE.format("a"))
    assert re.findall(r'<g id="([^"]+)">', page) == ["fig-a-drawn"]
    assert page.count('<use href="#fig-a-drawn"/>') == 2
    assert first.view == "0 0 300 200"


def test_each_figure_has_its_own():
    page, _ = ahead.fill(LINK.format("b", "1/1") + FIGURE.format("a") + FIGURE.format("b"))
    soup = BeautifulSoup(page, "html.parser")
    assert soup.select_one("#fig-b-drawn").find_parent("figure")["id"] == "fig-b"
    assert soup.select_one("#fig-a-drawn") is None


def test_a_preview_of_nothing_stops_the_build():
    with pytest.raises(ExtensionError, match="fig-c"):
        ahead.fill(LINK.format("c", "1/1") + FIGURE.format("a"))


@pytest.mark.parametrize("panel", ["left", "3/2", "0/2", "1"])
def test_a_panel_that_is_none_is_refused_with_its_line(build, tmp_path, panel):
    code, said = build(tmp_path, {"index.md": f"# A page\n\n```{{ahead}} fig-a {panel}\n```\n"})
    assert code == 1
    assert "index.md:3" in said
    assert repr(panel) in said


@pytest.mark.parametrize("source", paths.sources(), ids=lambda path: path.stem)
def test_every_chapter_has_a_picture_before_its_first_cell(source):
    opening, _, rest = source.read_text(encoding="utf-8").partition("```{code-cell}")
    (label,) = re.findall(r"```\{ahead\} (fig-[\w-]+)", opening)
    assert f"name: {label}\n" in rest
