"""How a page opens: what stands in its head for the first paint, and what comes behind the cut."""

import opening
import pytest

ARTICLE = '<body class="here"><article class="bd-article"><section><h1>A</h1>{}</section></article></body>'
SWITCH = '<p class="lowdim-switch"><label>Code</label></p>'
FORMULA = '<p>By <span class="math">x</span> it is.</p>'


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("<p>One.</p><p>Two.</p>", "<p>One."),
        (f"{SWITCH}<p>One.</p>", f"{SWITCH}<p>One."),
        (f"{FORMULA}<p>Two.</p>", "<h1>A"),
        ("<ul></ul>", "<h1>A"),
    ],
)
def test_a_page_is_cut_behind_its_first_paragraph_without_formulas(body, end):
    top, rest = opening.cut(ARTICLE.format(body))
    assert top.endswith(end)
    assert top + rest == ARTICLE.format(body)


def test_a_page_without_text_is_cut_behind_its_title_and_never_in_what_scripts_hide():
    search = "<h1>Search</h1><noscript><p>Scripts are off.</p></noscript>"
    assert opening.cut(search) == ("<h1>Search", search.removeprefix("<h1>Search"))
    assert opening.cut("<p>No title.</p>") == ("<p>No title.</p>", "")


def test_the_head_has_the_rules_that_the_top_can_match_in_their_order():
    css = """h1{margin: 0}.here h1{top: 0}.there{top: 1px}table{top: 0}h1:hover{top: 2px}
    .here:not(.there) > h1{background: url(x.png)}@media print{h1{top: 3px}}
    @media (width > 3px){.here{top: 4px}}.here,table{left: var(--a)}html{--a: 0;--b: 1}"""
    assert opening.critical("@font-face{src: url(f.woff2)}", css, '<body class="here"><h1>', "../") == (
        "@font-face{src: url(../_static/f.woff2)}h1{margin: 0}.here h1{top: 0}"
        ".here:not(.there) > h1{background: url(../_static/x.png)}"
        "@media (width > 3px){.here{top: 4px}}.here{left: var(--a)}html{--a: 0}"
    )


def test_letters_are_declared_once():
    face = "@font-face{{font-family:{0};src:url({0}-Regular.woff2)}}"
    css = face.format("KaTeX_Main") + "p{top: 0}" + face.format("KaTeX_Size1")
    assert opening.faces(css) == (
        face.format("KaTeX_Main"),
        "p{top: 0}" + face.format("KaTeX_Size1"),
    )


def test_sections_beyond_what_a_window_shows_are_laid_out_later():
    def page(letters):
        far = f"<section id='a'><h2>A</h2><p>{'x' * letters}</p></section>"
        inner = "<section id='c'><h3>C</h3></section>"
        return ARTICLE.format(f"{far}<section id='b'><h2>B</h2>{inner}</section>")

    assert "data-later" not in opening.later(page(opening.FAR - 10))
    marked = opening.later(page(opening.FAR + 10))
    assert marked.replace("data-later ", "") == page(opening.FAR + 10)
    assert "<section data-later id='b'>" in marked
    assert marked.count("data-later") == 1  # a style sheet finds the sections within it
