"""What makes the finished pages light: shared letters, short paths, one sheet, one script, small fonts."""

import re
from decimal import Decimal

import bundles
import letters
import numpy as np
import pictures
import pytest
import stylesheets
from fontTools.ttLib import TTFont

from ci import paths

GLYPH = '<path id="{0}-Sans-41" d="M1594 -77 Q979 -77 630 476 L 10 20 z" transform="scale(0.015625)"/>'
PICTURE = (
    '<svg class="lowdim-wide" role="img" aria-label="x"><defs>{glyph}</defs>'
    '<g><use href="#{0}-Sans-41"/><use href="#{0}-Sans-41" transform="translate(49.7 -0.59)"/></g>'
    '<path d="M 0.5 1.25 L 10.05 1.25 L 10 -3" clip-path="url(#{0}-p1)"/>'
    '<defs><clipPath id="{0}-p1"><rect width="9"/></clipPath></defs></svg>'
)


def points(path):
    """The absolute points of a path that is written in steps."""
    x = y = Decimal(0)
    start, found = (x, y), []
    for command, text in re.findall(r"([mlqcz])([^mlqcz]*)", path):
        if command == "z":
            x, y = start
            continue
        numbers = [Decimal(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        size = {"m": 2, "l": 2, "q": 4, "c": 6}[command]
        for i in range(0, len(numbers), size):
            part = numbers[i : i + size]
            found += [(x + part[j], y + part[j + 1]) for j in range(0, size, 2)]
            x, y = found[-1]
            if command == "m":
                start = (x, y)
    return found


@pytest.mark.parametrize(
    "path",
    ["M 0.5 1.25 L 10.05 1.25 L 10 -3 L 0 0 z", "M1 2 Q3 4 5 6 Q.5 -.25 7 8 zM-1 -1 C1 1 2 2 .3 .3"],
)
def test_a_path_in_steps_has_the_same_points(path):
    expected = [
        tuple(map(Decimal, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", re.sub("[A-Z]", " ", path))
    ]
    assert points(pictures.steps(path)) == expected
    assert len(pictures.steps(path)) <= len(path)


def test_a_path_with_arcs_is_left_alone():
    assert pictures.steps("M0 0 A1 1 0 0 0 2 2") == "M0 0 A1 1 0 0 0 2 2"


def test_pictures_share_their_letters_and_keep_their_clips_apart():
    page = "".join(PICTURE.format(name, glyph=GLYPH.format(name)) for name in ("fa1", "fb2"))
    light = pictures.lighten(f"<p>before</p>{page}")
    assert light.count('id="g0"') == 1
    assert light.count('href="#g0"') == 4
    assert light.count('<use href="#g0" x="49.7" y="-.59"/>') == 2
    clips = re.findall(r"url\(#(\w+)\)", light)
    assert len(set(clips)) == 2
    assert all(f'<clipPath id="{clip}">' in light for clip in clips)
    assert pictures.lighten("<p>none</p>") == "<p>none</p>"


def test_a_letter_keeps_its_outline_to_an_eightieth_of_a_point():
    light = pictures.lighten(PICTURE.format("fa1", glyph=GLYPH.format("fa1")))
    (drawn,) = re.findall(r'<path id="g0" d="([^"]*)" transform="scale\(\.125\)"/>', light)
    found = [(8 * x, 8 * y) for x, y in points(drawn)]
    expected = [(1594, -77), (979, -77), (630, 476), (10, 20)]
    assert np.abs(np.array(found, dtype=float) - expected).max() <= 4


def test_ticks_that_look_alike_and_the_lines_of_a_grid_are_one_path_each():
    grid = '<path d="M{0} 9 L{0} 3" clip-path="url(#fa1-c{1})" style="fill:none;stroke-opacity:0.13;x:y"/>'
    tick = '<use href="#fa1-m{2}" x="{0}" y="{1}" style="stroke:red"/>'
    marks = (
        '<defs><path id="fa1-m1" d="M0 0 L0 3.5" style="stroke:red"/></defs>'
        '<defs><path id="fa1-m2" d="M-1 0 L1 0" style="stroke:red"/></defs>'
    )
    body = grid.format(1, 1) + marks + tick.format(1, 9, 1) + grid.format(2, 1) + tick.format(2.5, 9, 1)
    body += grid.format(4, 2) + tick.format(5, 5, 2) + tick.format(6, 5, 2)
    light = pictures.lighten(f'<svg class="lowdim-wide">{body}</svg>')
    assert re.findall(r'<path d="([^"]*)"', light) == [
        "m1 9l0-6m1 6l0-6",
        "m1 9l0 3.5m1.5-3.5l0 3.5",
        "m4 9l0-6",
    ]
    assert light.count("<use") == 2  # a mark that goes to both sides of its place is no tick
    assert light.count("<defs>") == 2  # of the letters, and of this mark


def test_a_style_sheet_keeps_what_is_used():
    css = """/* c */ :root { --read: 1px; --deaf: 2px; --chain: var(--read) }
    .used, .unused > p { margin: var(--read) } .unused { color: red } p:not(.unused) { color: blue }
    @media (width > 3px) { .unused { x: y } } @media print { .used { content: "}{" } }
    #here { background: url("data:image/svg+xml,<svg viewBox='0 0 1 1'/>"); }"""
    lean = stylesheets.lean(css, {"used", "here"}.__contains__)
    assert lean == (
        ":root{--read: 1px}.used{margin: var(--read)}p:not(.unused){color: blue}"
        '@media print{.used{content: "}{"}}'
        "#here{background: url(\"data:image/svg+xml,<svg viewBox='0 0 1 1'/>\")}"
    )


def test_paper_is_light_whatever_the_screen_is():
    css = 'html[data-theme="dark"] p { color: white } html[data-theme="light"] p { color: black }'
    assert stylesheets.lean(css, lambda _: True) == (
        '@media screen{html[data-theme="dark"] p{color: white}}'
        'html[data-theme="light"] p{color: black}@media print{html p{color: black}}'
    )


def test_a_page_has_one_sheet_and_one_script_and_the_search_its_own(tmp_path):
    static = tmp_path / "_static"
    (static / "css").mkdir(parents=True)
    (static / "css" / "a.css").write_text("@import 'b.css'; .here { background: url(../x.png) }", "utf-8")
    (static / "css" / "b.css").write_text(".gone { top: 0 } .there { top: 0 }", "utf-8")
    for name in ("a.js", "bootstrap.js", "searchtools.js", "page.js"):
        (static / name).write_text(f"// A remark.\n  go('{name}');", "utf-8")
    scripts = "".join(
        f'<script src="_static/{n}.js?v=1"></script>' for n in ("a", "bootstrap", "searchtools")
    )
    page = (
        f'<html><head><link href="_static/css/a.css?v=2" rel="stylesheet">{scripts}</head>'
        '<body class="here there"><article class="bd-article"><h1>A</h1><p>B</p></article></body></html>'
    )
    files = {tmp_path / "index.html": page, tmp_path / "search.html": page}
    index, search = bundles.bundle(tmp_path, files).values()
    sheet = "_static/book.css"
    assert re.findall(r'(?:src|href)="([^"?]+)', index) == [sheet, sheet, "_static/book.js"]
    assert index.index("</h1>") < index.index('rel="stylesheet"') < index.index("</p>")
    assert "<style>.there{top: 0}.here{background: url(_static/x.png)}</style>" in index
    assert "_static/searchtools.js" in search
    assert (static / "book.css").read_text("utf-8") == ".there{top: 0}.here{background: url(x.png)}"
    assert (static / "book.js").read_text("utf-8") == "go('a.js');\n;go('page.js');"
    assert not (static / "bootstrap.js").exists()


def test_fonts_have_the_letters_of_the_book_and_the_same_bytes_each_time(tmp_path):
    source = paths.BOOK / "_static" / "fonts" / "source-serif-4-latin-400-normal.woff2"
    built = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "font.woff2").write_bytes(source.read_bytes())
        letters.trim(tmp_path / name, letters.letters(["<p>R&eacute;sum&eacute;</p>"], ""))
        built.append((tmp_path / name / "font.woff2").read_bytes())
    assert built[0] == built[1]
    assert len(built[0]) < 0.7 * source.stat().st_size
    with TTFont(tmp_path / "a" / "font.woff2") as font:
        known = font.getBestCmap()
    assert ord("é") in known
    assert ord("ü") not in known
