"""The script of every page: a copied formula is there once, a search among files says what is missing."""

import asyncio

import pytest

from ci import paths
from ci.site.browser import chromium, served

FORMULA = (
    '<span class="katex"><span class="katex-mathml"><math><mi>y</mi><mo>=</mo><mi>C</mi></math></span>'
    '<span class="katex-html" aria-hidden="true"><span>y</span><span>=</span><span>C</span></span></span>'
)
PAGE = f"""<!doctype html><html lang="en"><head><title>x</title><script defer src="page.js"></script></head>
<body><p id="one">Here {FORMULA} holds.</p><p id="two">No formula.</p>
<ul id="search-results"></ul></body></html>"""
MARKED = """<!doctype html><html lang="en"><head><title>x</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'self'">
<script defer src="highlight.js"></script><script defer src="page.js"></script></head><body>
<p class="highlight-link"><a href="javascript:SphinxHighlight.hideSearchWords()">Hide</a></p></body></html>"""
HIGHLIGHT = (
    "const SphinxHighlight = {hideSearchWords: () => document.querySelector('.highlight-link').remove()};"
)
SUMMARY = """(text) => {
  document.querySelector("#search-results").innerHTML = `<p class="search-summary">${text}</p>`;
  const read = () => document.querySelector(".search-summary").textContent;
  return new Promise((done) => setTimeout(() => done(read()), 50));
}"""
COPY = """(id) => {
  getSelection().selectAllChildren(document.getElementById(id));
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent("copy", {clipboardData, bubbles: true, cancelable: true});
  document.dispatchEvent(event);
  return ["text/plain", "text/html"].map((kind) => event.clipboardData.getData(kind));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page with the script."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "marked.html").write_text(MARKED, encoding="utf-8")
    (folder / "highlight.js").write_text(HIGHLIGHT, encoding="utf-8")
    (folder / "statements.html").write_text(
        '<table class="lowdim-statements"><tbody><tr><td><a href="a.html#x">Theorem 1</a></td>'
        "<td>A word</td></tr></tbody></table>",
        encoding="utf-8",
    )
    (folder / "page.js").write_bytes((paths.BOOK / "_static" / "page.js").read_bytes())
    return folder


@pytest.fixture(scope="module")
def seen(site):
    """The clipboard after each paragraph, as text and HTML; the page by a server, and the page as a file."""

    async def run():
        with served(site) as address:
            async with chromium() as browser:
                page = await browser.new_page()
                await page.goto(address + "index.html")
                copied = {name: await page.evaluate(COPY, name) for name in ("one", "two")}
                by_server = await page.inner_text("body")
                await page.goto(f"file://{site}/index.html")
                return copied, by_server, await page.inner_text("body")

    return asyncio.run(run())


def test_as_text_a_formula_is_what_is_drawn_and_as_html_it_is_mathml(seen):
    text, html = seen[0]["one"]
    assert text == "Here y=C holds."
    assert "<math><mi>y</mi><mo>=</mo><mi>C</mi></math>" in html
    assert "katex-html" not in html


def test_a_sentence_without_formulas_is_the_browsers(seen):
    assert seen[0]["two"] == ["", ""]


def test_a_search_among_files_says_what_is_missing(seen):
    _, by_server, as_file = seen
    assert "make serve" not in by_server
    assert "make serve" in as_file


def on(site, name, act):
    """What an action finds on a page of the site."""

    async def run():
        with served(site) as address:
            async with chromium() as browser:
                page = await browser.new_page()
                await page.goto(address + name)
                return await act(page)

    return asyncio.run(run())


def test_the_marks_of_a_search_go_under_the_policy_of_the_pages(site):
    async def hide(page):
        await page.locator(".highlight-link a").click()
        return await page.locator(".highlight-link").count()

    assert on(site, "marked.html", hide) == 0


@pytest.mark.parametrize(("query", "said"), [("word", "Nothing else was found."), ("other", "did not match")])
def test_that_nothing_is_found_is_not_said_below_something_that_is(site, query, said):
    async def search(page):
        await page.wait_for_timeout(300)
        return await page.evaluate(SUMMARY, "Your search did not match any documents.")

    assert said in on(site, f"index.html?q={query}", search)
