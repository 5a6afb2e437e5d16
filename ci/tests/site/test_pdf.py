"""The book on paper has pages, bookmarks and the tags that a screen reader needs."""

import asyncio
import re

from pypdf import PdfReader

from ci import paths
from ci.site import printed
from ci.site.pdf import begins, print_pdf

PAGE = """<!doctype html><html lang="en"><head><title>A book</title>
<style>.lowdim-title-page, .lowdim-contents-page, section[id] {{ break-after: page }}</style>
</head><body><article class="bd-article">
<h1>A book<a class="headerlink" href="#x" title="Link to this heading">#</a></h1><p>Text.</p>
<div class="toctree-wrapper">{}</div></article>
<div class="extra_footer"><p>links</p><p>By us. 2026.</p></div></body></html>"""
CHAPTER = """<span id="document-c{0}"></span><section id="c{0}"><h2>
<span class="section-number">{0}. </span>Chapter<a class="headerlink"
href="#c{0}" title="Link to this heading">#</a></h2>
<details><summary>Proof</summary><p>hidden{0}</p></details>
</section>"""


def test_a_book_on_paper_has_a_title_contents_with_numbers_and_bookmarks_once(tmp_path):
    body = "".join(CHAPTER.format(i) for i in (1, 2))
    (tmp_path / "index.html").write_text(PAGE.format(body), encoding="utf-8")
    asyncio.run(print_pdf(tmp_path, tmp_path / "book.pdf"))
    pdf = (tmp_path / "book.pdf").read_bytes()
    assert b"/StructTreeRoot" in pdf
    texts = [page.extract_text() for page in PdfReader(tmp_path / "book.pdf").pages]
    marks = list(begins(tmp_path / "book.pdf"))
    assert [title for title, _ in marks] == ["A book", "1. Chapter", "2. Chapter"]
    assert "By us. 2026." in texts[0]
    numbers = dict(marks)
    for title in ("1. Chapter", "2. Chapter"):
        assert re.search(rf"{re.escape(title)}\s*{numbers[title]}\b", texts[1])
        assert title in texts[numbers[title] - 1].splitlines()[0]  # the head of its page
    assert any("hidden2" in text for text in texts)
    assert all(len(text.split()) > 2 for text in texts), "a page with nothing but its number and its head"


SHARED = """<section id="c{0}"><h2>Chapter {0}</h2>
<p><span class="bibtex-citation" id="id1">[<a href="index.html#id1">K{0}</a>]</span></p>
<p><a href="#exercises">own{0}</a></p><section id="exercises"><h3>Exercises</h3></section></section>"""
WORKS = '<section id="works"><h2>Works</h2><div class="citation" id="id1">By them.</div></section>'


def test_a_link_leads_to_the_place_it_means_where_chapters_share_a_name(tmp_path):
    body = "".join(SHARED.format(i) for i in (1, 2)) + WORKS
    (tmp_path / "index.html").write_text(PAGE.format(body), encoding="utf-8")
    asyncio.run(print_pdf(tmp_path, tmp_path / "book.pdf"))
    reader = PdfReader(tmp_path / "book.pdf")
    pages = {name: reader.get_destination_page_number(at) for name, at in reader.named_destinations.items()}
    leads = {}
    for number, page in enumerate(reader.pages):
        to = [pages[link.get_object()["/Dest"]] for link in page.get("/Annots", [])]
        if match := re.search(r"own(\d)", page.extract_text()):
            leads[match[1]] = (number, to)
    works = dict(begins(tmp_path / "book.pdf"))["Works"] - 1
    assert len({number for number, _ in leads.values()} | {works}) == 3
    assert leads == {at: (number, [works, number]) for at, (number, _) in leads.items()}
    contents = [pages[link.get_object()["/Dest"]] for link in reader.pages[1]["/Annots"]]
    assert contents == [*(number for number, _ in leads.values()), works]


def test_a_page_without_chapters_is_printed_once(tmp_path):
    (tmp_path / "index.html").write_text("<title>x</title><h1>One</h1><p>Text.</p>", encoding="utf-8")
    asyncio.run(print_pdf(tmp_path, tmp_path / "book.pdf"))
    assert len(PdfReader(tmp_path / "book.pdf").pages) == 1


def test_a_site_offers_the_pdf_as_long_as_it_says_what_the_book_says(tmp_path, monkeypatch):
    for name in ("BOOK", "EXECUTED", "PDF", "PDF_OF"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    paths.BOOK.mkdir()
    paths.EXECUTED.mkdir()
    page, chapter = paths.BOOK / "index.md", paths.EXECUTED / "01.ipynb"
    for path in (page, chapter):
        path.write_text("as printed", encoding="utf-8")
    assert not printed.current()
    paths.PDF.write_bytes(b"%PDF")
    assert not printed.current(), "nobody knows what this one is of"
    printed.note()
    assert printed.current()
    for path in (page, chapter):
        path.write_text("another word", encoding="utf-8")
        assert not printed.current()
        path.write_text("as printed", encoding="utf-8")
    assert printed.current()
