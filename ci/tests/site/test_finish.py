"""What the finished pages say of themselves: heads, roles, statements, ways out."""

import re
import subprocess
from types import SimpleNamespace

import card
import citing
import heads
import pytest
import roles
import statements

from ci import paths

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
        ("notebooks/a.html#thm-a", "Theorem\N{NO-BREAK SPACE}1.1", "proved"),
        ("notebooks/a.html#lem-b", "Lemma\N{NO-BREAK SPACE}1.2", "proved, folded"),
        ("notebooks/a.html#def-c", "Definition\N{NO-BREAK SPACE}1.3", "needs none"),
        ("notebooks/a.html#thm-d", "Theorem\N{NO-BREAK SPACE}1.4", "no proof here"),
    ]


def test_a_title_that_ends_in_a_formula_loses_the_bracket_within_it():
    assert statements.bare(" (The sign of <i>r<b>)</b></i>) ") == "The sign of <i>r<b>)</b></i>"
    assert statements.bare(" (The sign of <i>r<b>)</b></i> ") == "The sign of <i>r<b></b></i>"
    assert statements.bare("") == ""


def test_a_reference_and_its_number_stay_on_one_line_and_a_search_reads_words_apart():
    given = roles.give("<p><a>Theorem 2.1</a> and Theorem 2.2.</p><dl><dt>In</dt><dd>setting</dd></dl>")
    assert given == (
        "<p><a>Theorem\N{NO-BREAK SPACE}2.1</a> and Theorem 2.2.</p><dl><dt>In</dt> <dd>setting</dd> </dl>"
    )


def test_what_is_downloaded_is_an_item_of_the_menu():
    item = '<li><a href="../downloads/a.ipynb" download>\n<span class="btn__icon-container"></span></a></li>'
    assert '<li><a class="dropdown-item" href=' in roles.give(item)
    assert roles.give('<li><a href="x.html">x</a></li>') == '<li><a href="x.html">x</a></li>'


@pytest.mark.parametrize("repository", ["", "https://example.org/owner/book/blob/main"])
def test_the_foot_of_a_page_leads_to_the_repository_where_it_has_an_address(repository, monkeypatch):
    monkeypatch.setattr(citing.printed, "current", lambda: False)  # whether or not a PDF lies here
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
