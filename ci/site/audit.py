"""Open every built page in a real browser and look: ``python -m ci.site.audit [folder]``.

Each page is seen as readers see it, in light, in dark and on a phone of 360 px, from a local address with
nothing else to be reached. ``page_probe.js`` looks inside the page; requests, the console, the links and the
search are watched from outside. :mod:`ci.site.moves` moves the figures, :mod:`ci.site.reach` asks
whether everybody can read it, :mod:`ci.site.weigh` what a first visit costs.
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from ci import paths
from ci.site.arrives import arrives
from ci.site.browser import chromium, served
from ci.site.moves import moves
from ci.site.reach import reach, settle
from ci.site.weigh import AT_ONCE, Weight, weigh_all

PROBE = (Path(__file__).parent / "page_probe.js").read_text(encoding="utf-8")
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
# What is far from the window is not laid out until a reader comes there; the check reads all of it.
READ = ".bd-article * { content-visibility: visible !important }"
HEAD = (
    ("a viewport", '<meta name="viewport"', 1),
    ("a description", '<meta name="description"', 1),
    ("an icon", '<link rel="icon"', 1),
    (
        "a policy",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'",
        1,
    ),
)


@dataclass
class Look:
    """What one page showed: its findings, its anchors and where its links go."""

    page: str
    findings: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    weight: Weight | None = None


async def check(folder: Path) -> list[Look]:
    """Look at every page of the site in this folder."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    if not names:
        return [Look(".", [f"no pages: {folder} has no .html file"])]
    with served(folder) as address:
        async with chromium() as browser:
            context = await browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
            looks = [Look(name) for name in names]
            largest_first = sorted(looks, key=lambda seen: -(folder / seen.page).stat().st_size)
            waiting = iter(largest_first)
            await asyncio.gather(*(tab(context, address, waiting) for _ in range(AT_ONCE)))
            looks.append(await search(browser, address, looks))
            weights = await weigh_all(browser, address, [seen.page for seen in largest_first])
    for seen in looks[:-1]:  # the last look is at the search
        seen.weight = weights[seen.page]
        seen.findings += seen.weight.findings()
        seen.findings += head((folder / seen.page).read_text(encoding="utf-8"))
    dead_links(looks, folder, address)
    return looks


async def tab(context: BrowserContext, address: str, waiting: Iterator[Look]) -> None:
    """Look at one page after the other, as long as there are any, in one process.

    A tab of its own for each page would cost a process for each, which compiles axe once more.
    """
    page, now = await context.new_page(), Look("")
    watch(page, address, lambda finding: now.findings.append(finding))
    for seen in waiting:
        now = seen
        await look(page, address, seen)
        now = Look("")  # what a page has begun and not ended is held against no other
        await page.goto("about:blank")
    await page.close()


async def look(page: Page, address: str, seen: Look) -> None:
    """Open one page and look at it three times."""
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(DESK)
    await page.goto(address + seen.page)
    await page.evaluate("document.fonts.ready")
    seen.findings += await arrives(page)
    await page.add_style_tag(content=READ)
    for view in ("light", "dark", "phone"):
        await page.emulate_media(color_scheme="dark" if view == "dark" else "light")
        await page.set_viewport_size(PHONE if view == "phone" else DESK)
        await settle(page)
        result = await page.evaluate(PROBE, view)
        seen.findings += [f"{kind} ({view}): {what}, in {where}" for kind, where, what in result["findings"]]
        if view == "light":
            seen.ids, seen.links = set(result["ids"]), result["links"]
    seen.findings += await moves(page)
    seen.findings += await reach(page)


def head(text: str) -> list[str]:
    """What is missing in the head of a page, or there twice; what is there before any script has run."""
    found = []
    if 'data-theme="auto"' in text:
        found.append("head: a theme that no style sheet knows, until a script has run")
    for what, mark, count in HEAD:
        if (number := text.count(mark)) != count:
            found.append(f"head: {number} times {what}, expected {count}")
    return found


def watch(page: Page, address: str, note: Callable[[str], None]) -> None:
    """Note what the page asks for, what fails and what it complains about."""

    def request(asked):
        if not asked.url.startswith((address, "data:", "blob:")):
            note(f"external request: {asked.url}")

    def response(answer):
        if answer.status >= 400:
            note(f"failed request: {answer.status} {answer.url.removeprefix(address)}")

    def failed(asked):
        if asked.url.startswith(address):
            note(f"failed request: {asked.failure} {asked.url.removeprefix(address)}")

    def console(message):
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            note(f"console {message.type}: {message.text}")

    page.on("request", request)
    page.on("response", response)
    page.on("requestfailed", failed)
    page.on("console", console)
    page.on("pageerror", lambda error: note(f"page error: {error}"))


async def search(browser: Browser, address: str, looks: list[Look]) -> Look:
    """Type a word of the book into the search field; a page must be found."""
    seen = Look("search")
    page = await browser.new_page(viewport=DESK)
    watch(page, address, seen.findings.append)
    try:
        names = [look.page for look in looks]
        await page.goto(address + ("index.html" if "index.html" in names else names[0]))
        titles = await page.evaluate(
            "[...document.querySelectorAll('h1, h2, nav a')].map((e) => e.innerText)"
        )
        word = max(re.findall(r"[a-z]{4,}", " ".join(titles).lower()), key=len)
        field = page.locator("input[name=q]:visible").first
        if not await field.is_visible():
            await page.keyboard.press("Control+k")
        await field.fill(word, timeout=5000)
        await field.press("Enter")
        await page.locator("#search-results a").first.wait_for(timeout=5000)
    except Exception as error:  # whatever keeps a reader from finding something
        seen.findings.append(f"search: {str(error).splitlines()[0]}")
    await page.close()
    return seen


def dead_links(looks: list[Look], folder: Path, address: str) -> None:
    """Add a finding for each link into the site whose page or anchor is not there."""
    anchors = {seen.page: seen.ids for seen in looks}
    for seen in looks:
        for link, where in sorted(set(map(tuple, seen.links))):
            url, anchor = urldefrag(link)
            if not url.startswith(address):
                continue
            target = unquote(url.removeprefix(address).partition("?")[0]) or "index.html"
            if not (folder / target).is_file():
                seen.findings.append(f"dead link: {target}, in {where}")
            elif anchor and target in anchors and unquote(anchor) not in anchors[target]:
                seen.findings.append(f"dead link: {target}#{anchor}, in {where}")


def main(folder: Path) -> int:
    """Print what was found, page by page; 0 if nothing was."""
    started = time.monotonic()
    looks = asyncio.run(check(folder))
    for seen in looks:
        for finding in dict.fromkeys(seen.findings):
            print(f"{seen.page}: {finding}")
    count = sum(len(dict.fromkeys(seen.findings)) for seen in looks)
    pages = sum(seen.page.endswith(".html") for seen in looks)
    seconds = time.monotonic() - started
    print(f"{pages} pages in light, dark and at 360 px: {count or 'no'} findings, {seconds:.1f} s")
    weights = [seen.weight for seen in looks if seen.weight]
    if weights:
        most = {
            name: max(getattr(w, name) for w in weights)
            for name in ("size", "requests", "shift", "load", "drawn")
        }
        paint = max(weight.paint for weight in weights)
        print(
            f"at most {most['size'] / 1000:.0f} KB, {most['requests']} requests, "
            f"shift {most['shift']:.3f}, {most['drawn']} elements at first;"
        )
        print(f"on slow 4G, at a quarter of the speed: painted {paint:.1f} s, loaded {most['load']:.1f} s")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else paths.HTML))
