"""The book on paper: one page of HTML with everything, printed by Chromium into ``_build/book.pdf``.

``python -m ci.site.pdf``, after the book was built. Tagged for screen readers, with bookmarks; css/print.css
says how it looks. Through TeX it would take hundreds of megabytes of packages, without inline SVG.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import PdfMargins

from ci import paths
from ci.site.browser import chromium, served
from ci.site.build import SiteError, jupyter_book

MARGIN: PdfMargins = {"top": "20mm", "bottom": "22mm", "left": "22mm", "right": "22mm"}
NUMBER = '<p style="width: 100%; text-align: center; font: 8pt serif"><span class="pageNumber"></span></p>'


async def print_pdf(folder: Path, file: Path) -> None:
    """Print the ``index.html`` of a folder."""
    with served(folder) as address:
        async with chromium() as browser:
            page = await browser.new_page(color_scheme="light")
            await page.goto(address + "index.html")
            await page.evaluate("document.fonts.ready")
            await page.pdf(
                path=file,
                format="A4",
                margin=MARGIN,
                display_header_footer=True,
                header_template="<p></p>",
                footer_template=NUMBER,
                print_background=True,
                tagged=True,
                outline=True,
            )


def main() -> int:
    """Build and print; 0 if there is a PDF."""
    single, pdf = paths.BUILD / "single", paths.BUILD / "book.pdf"
    try:
        jupyter_book(paths.BOOK, single, "-W", "-n", "--keep-going", builder="singlehtml")
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    asyncio.run(print_pdf(single, pdf))
    print(f"The book on paper: {paths.shown(pdf)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
