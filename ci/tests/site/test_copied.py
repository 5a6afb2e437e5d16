"""What a reader copies has each formula once."""

import asyncio

import pytest

from ci import paths
from ci.site.browser import chromium, served

FORMULA = (
    '<span class="katex"><span class="katex-mathml"><math><mi>y</mi><mo>=</mo><mi>C</mi></math></span>'
    '<span class="katex-html" aria-hidden="true"><span>y</span><span>=</span><span>C</span></span></span>'
)
PAGE = f"""<!doctype html><html lang="en"><head><title>x</title><script defer src="page.js"></script></head>
<body><p id="one">Here {FORMULA} holds.</p><p id="two">No formula.</p></body></html>"""
COPY = """(id) => {
  getSelection().selectAllChildren(document.getElementById(id));
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent("copy", {clipboardData, bubbles: true, cancelable: true});
  document.dispatchEvent(event);
  return ["text/plain", "text/html"].map((kind) => event.clipboardData.getData(kind));
}"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """What is put on the clipboard for each paragraph, as text and as HTML; nothing: the browser does it."""
    site = tmp_path_factory.mktemp("site")
    (site / "index.html").write_text(PAGE, encoding="utf-8")
    (site / "page.js").write_bytes((paths.BOOK / "_static" / "page.js").read_bytes())

    async def run():
        with served(site) as address:
            async with chromium() as browser:
                page = await browser.new_page()
                await page.goto(address + "index.html")
                return {name: await page.evaluate(COPY, name) for name in ("one", "two")}

    return asyncio.run(run())


def test_as_text_a_formula_is_what_is_drawn_and_as_html_it_is_mathml(copied):
    text, html = copied["one"]
    assert text == "Here y=C holds."
    assert "<math><mi>y</mi><mo>=</mo><mi>C</mi></math>" in html
    assert "katex-html" not in html


def test_a_sentence_without_formulas_is_the_browsers(copied):
    assert copied["two"] == ["", ""]
