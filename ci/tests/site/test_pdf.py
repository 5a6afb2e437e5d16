"""The book on paper has pages, bookmarks and the tags that a screen reader needs."""

import asyncio
import re

from ci.site.pdf import print_pdf

PAGE = """<!doctype html><html lang="en"><head><title>A book</title></head><body>
<h1>One</h1><p>Text.</p><h1 style="break-before: page">Two</h1><p>Text.</p></body></html>"""


def test_printed_pages_are_tagged_and_bookmarked(tmp_path):
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    asyncio.run(print_pdf(tmp_path, tmp_path / "book.pdf"))
    pdf = (tmp_path / "book.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    assert b"/StructTreeRoot" in pdf
    assert b"/Outlines" in pdf
