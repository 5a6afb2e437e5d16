"""What is done to the finished pages: pictures, style sheets, fonts, heads, roles, statements, ways out."""

import re
import subprocess
import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont

from ci import paths
from ci.site import audit

sys.path.insert(0, str(paths.BOOK / "_ext"))

import bundles
import card
import citing
import guard
import heads
import letters
import pictures
import roles
import statements
import stylesheets

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
        (static / name).write_text(f"// {name}", "utf-8")
    scripts = "".join(
        f'<script src="_static/{n}.js?v=1"></script>' for n in ("a", "bootstrap", "searchtools")
    )
    page = (
        f'<html><head><link href="_static/css/a.css?v=2" rel="stylesheet">{scripts}</head>'
        '<body class="here there"></body></html>'
    )
    files = {tmp_path / "index.html": page, tmp_path / "search.html": page}
    index, search = bundles.bundle(tmp_path, files).values()
    assert re.findall(r'(?:src|href)="([^"?]+)', index) == ["_static/book.css", "_static/book.js"]
    assert "_static/searchtools.js" in search
    assert (static / "book.css").read_text("utf-8") == ".there{top: 0}.here{background: url(x.png)}"
    assert (static / "book.js").read_text("utf-8").split() == ["//", "a.js", ";//", "page.js"]
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


HEAD = """<html data-theme="auto"><head><title>A &#8212; B</title><meta name="viewport" content="x">
<meta name="viewport" content="y"></head><body><article class="bd-article"><h1>A</h1>
<p>Short.</p>
<p>A sentence with <b>marks</b> that is long enough to be worth a &lt;description&gt;.</p></article>"""


@pytest.mark.parametrize("base", ["", "https://example.org/book/"])
def test_a_head_knows_its_theme_and_a_card_needs_an_address(tmp_path, base):
    page = heads.head(tmp_path / "notebooks" / "a.html", HEAD, tmp_path, base)
    assert 'data-theme="auto"' not in page
    assert page.index("prefers-color-scheme") < page.index("<body")
    assert page.count('name="viewport"') == 1
    assert 'content="A sentence with marks that is long enough to be worth a &lt;description&gt;."' in page
    assert 'href="../_static/fonts/source-serif-4-latin-400-normal.woff2"' in page
    assert ('content="https://example.org/book/notebooks/a.html"' in page) == bool(base)


def test_a_statement_is_a_group_with_a_link_and_a_claim_leads_to_the_ledger():
    page = (
        '<div class="proof theorem admonition" id="thm-x">\n<p class="admonition-title">Theorem 1</p></div>'
        '<code class="lowdim-claim-id">loss-x</code>'
    )
    given = roles.give(page, "../")
    assert 'id="thm-x" role="group" aria-labelledby="thm-x-title"' in given
    assert '<a class="headerlink" href="#thm-x" title="Link to this statement">#</a></p>' in given
    assert 'href="../claims.html#ledger-loss-x"' in given
    assert 'href="#claim-loss-x"' in given


def test_the_table_of_statements_says_what_stands_behind_each(tmp_path):
    box = (
        '<div class="proof {0} admonition" id="{1}" role="group">'
        '<p class="admonition-title" id="{1}-title">'
        '<span class="caption-number">{2} </span> (A title)</p></div>'
    )
    text = (
        "<h1>1. One</h1>"
        + box.format("theorem", "thm-a", "Theorem 1.1")
        + '<div class="lowdim-proof">x</div>'
    )
    text += box.format("lemma", "lem-b", "Lemma 1.2") + box.format("definition", "def-c", "Definition 1.3")
    text += (
        box.format("theorem", "thm-d", "Theorem 1.4") + '<summary>Proof of <a href="#lem-b">b</a></summary>'
    )
    pages = {tmp_path / "notebooks" / "a.html": text, tmp_path / "s.html": f"<p>{statements.PLACE}</p>"}
    statements.fill(pages, tmp_path)
    cells = re.findall(
        r'<a href="([^"]+)">([^<]+)</a></td><td>A title</td><td>([^<]+)', pages[tmp_path / "s.html"]
    )
    assert cells == [
        ("notebooks/a.html#thm-a", "Theorem 1.1", "proved below it"),
        ("notebooks/a.html#lem-b", "Lemma 1.2", "proved, folded"),
        ("notebooks/a.html#def-c", "Definition 1.3", "needs none"),
        ("notebooks/a.html#thm-d", "Theorem 1.4", "no proof here"),
    ]


@pytest.mark.parametrize("repository", ["", "https://example.org/owner/book/blob/main"])
def test_the_foot_of_a_page_leads_to_the_repository_where_it_has_an_address(repository):
    app = SimpleNamespace(srcdir=paths.BOOK, config=SimpleNamespace(lowdim_repository=repository))
    context = {"pathto": lambda name, _: f"../{name}.html"}
    citing.footer(app, "notebooks/01_setting", "page.html", context, None)
    links = re.findall(r'href="([^"]+)"', context["theme_extra_footer"])
    assert links[:2] == ["https://arxiv.org/abs/2210.14064", "../index.html#cite-this"]
    home = "https://example.org/owner/book"
    more = [home, f"{home}/issues/new", f"{home}/blob/main/notebooks/01_setting.md"]
    assert links[2:] == (more if repository else [])
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h"], cwd=paths.ROOT, capture_output=True, text=True
    ).stdout.strip()
    assert commit in context["theme_extra_footer"]
    assert (f"url = {{{home}}}" in citing.book_entry(paths.ROOT, repository)) == bool(repository)


def test_a_site_with_an_address_has_a_card_a_map_and_a_page_for_what_is_not_there(tmp_path):
    base = "https://example.org/book/"
    for name in ("a.png", "b.png"):
        card.draw(tmp_path / name, "Learning Low Dimensional State Spaces")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    heads.sitemap(tmp_path, ["index.html", "notebooks/a.html"], base)
    assert f"<loc>{base}notebooks/a.html</loc>" in (tmp_path / "sitemap.xml").read_text("utf-8")
    heads.not_found(tmp_path, "A & B", base)
    page = (tmp_path / "404.html").read_text("utf-8")
    assert "A &amp; B" in page
    assert set(re.findall(r'href="([^"]+)"', page)) == {base, f"{base}_static/icon.svg", f"{base}search.html"}


GUARDED = """<html><head><meta charset="utf-8" /><title>A</title><script>one()</script>
<script defer src="a.js"></script></head><body><button onclick="window.print()">P</button><script>
two()
</script><script>one()</script></body></html>"""


def test_a_page_says_what_it_may_load():
    page = guard.guard(GUARDED)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    expected = sorted(guard.digest(script) for script in ("one()", "\ntwo()\n"))
    assert rules["script-src"].split() == ["'self'", *expected]
    assert "unsafe" not in rules["script-src"]
    assert page.index("Content-Security-Policy") < page.index("<script>")
    assert "onclick" not in page


def test_a_page_without_scripts_of_its_own_needs_no_hash():
    assert "script-src 'self'; style-src" in guard.guard('<meta charset="utf-8"><script src="a.js"></script>')


def test_the_hash_is_the_one_that_browsers_compute():
    # of the example in the standard: alert('Hello, world.');
    assert guard.digest("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"


def test_a_page_without_a_policy_is_found():
    with_policy = guard.guard(GUARDED)
    assert any("a policy" in finding for finding in audit.head(GUARDED))
    assert not any("a policy" in finding for finding in audit.head(with_policy))
