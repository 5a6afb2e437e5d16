"""The book on paper: one page of HTML with everything, printed by Chromium into ``_build/book.pdf``.

``python -m ci.site.pdf``, after the book was built. Tagged for screen readers, with bookmarks; css/print.css
says how it looks, ``paper.js`` makes a title page, contents and running heads. It is printed twice: the first
time says on which page each chapter begins. Through TeX it would take hundreds of megabytes of packages,
without inline SVG.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, DictionaryObject, NameObject, TextStringObject

from ci import paths
from ci.site import printed
from ci.site.browser import chromium, served
from ci.site.build import SiteError, jupyter_book

PAPER = (Path(__file__).parent / "paper.js").read_text(encoding="utf-8")
PATIENCE = 30 * 60 * 1000  # milliseconds; a page of ten megabytes on a busy machine takes minutes


async def print_pdf(folder: Path, file: Path) -> None:
    """Print the ``index.html`` of a folder, its contents with the numbers of the pages."""
    with served(folder) as address:
        async with chromium() as browser:
            page = await browser.new_page(color_scheme="light")
            page.set_default_timeout(PATIENCE)
            await page.goto(address + "index.html", timeout=PATIENCE)
            await page.evaluate("document.fonts.ready.then(() => true)")
            await page.evaluate(PAPER)
            await one(page, file)
            numbers = [number for _, number in begins(file)]
            if await page.evaluate("(numbers) => window.number(numbers)", numbers):
                await one(page, file)
            name(file, await page.evaluate("window.headings"))


async def one(page: Page, file: Path) -> None:
    """Print what is open; the margins and what stands in them are the style sheet's."""
    await page.pdf(path=file, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def begins(file: Path) -> Iterator[tuple[str, int]]:
    """Each bookmark with the number of its page, in the order of the book."""
    reader = PdfReader(file)

    def walk(entries: list) -> Iterator[tuple[str, int]]:
        for entry in entries:
            if isinstance(entry, Destination):
                yield str(entry.title), (reader.get_destination_page_number(entry) or 0) + 1
            else:
                yield from walk(entry)

    yield from walk(reader.outline)


def name(file: Path, headings: list[str]) -> None:
    """Let each bookmark read what its heading reads; with more or fewer of one than the other, leave them."""
    writer = PdfWriter(clone_from=file)
    entries: list[DictionaryObject] = []

    def walk(entry: Any) -> None:
        while entry:
            entries.append(entry)
            if "/First" in entry:
                walk(entry["/First"].get_object())
            entry = entry["/Next"].get_object() if "/Next" in entry else DictionaryObject()

    outline = writer.get_outline_root()
    if "/First" in outline:
        walk(outline["/First"].get_object())
    if len(entries) == len(headings):
        for entry, heading in zip(entries, headings, strict=True):
            entry[NameObject("/Title")] = TextStringObject(heading)
        writer.write(file)


def main() -> int:
    """Build and print; 0 if there is a PDF."""
    single, pdf = paths.BUILD / "single", paths.PDF
    paths.PDF_OF.unlink(missing_ok=True)
    try:
        jupyter_book(paths.BOOK, single, "-W", "-n", "--keep-going", builder="singlehtml")
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    asyncio.run(print_pdf(single, pdf))
    printed.note()
    pages = len(PdfReader(pdf).pages)
    print(f"The book on paper: {paths.shown(pdf)}, {pages} pages", file=sys.stderr)
    print("The next `make book` puts it into the site, with a link at the foot of each page", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
