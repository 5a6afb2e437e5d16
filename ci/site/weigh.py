"""What a first visit costs, page by page: requests, bytes on the wire, how far the page moves while it loads.

A phone of 360 px without a cache, on slow 4G; what a server would compress is counted compressed. Bytes and
requests are the same on every machine, and what moves is so nearly. Times are told, and nothing hangs on
them: what they are made of has limits, the requests and the bytes that come before the first paint, and the
elements that are laid out before anybody scrolls.

What comes late moves a page that is painted, and it is the network that makes it late: a fast processor
paints sooner, and shows it. A processor four times slower, which Chromium makes by keeping it busy for three
quarters of the time, changes what a page of these takes; so the times are those of the three pages that take
longest, which are visited once more, and there what moves is looked at both times.
"""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Browser, ViewportSize

from ci.site.moves import comes

PHONE: ViewportSize = {"width": 360, "height": 740}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
SLOWER = 4  # times
SLOWED = 3  # pages
AT_ONCE = 3
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
FIRST_SOON = 100  # tenths of a second after the document for something to be painted
LATER = 800  # milliseconds after the first paint, in which nothing may move
MOST_BYTES = 300_000
MOST_REQUESTS = 20
MOST_SHIFT = 0.02
MOST_BEFORE = 25_000  # bytes, up to the title of the text and with what holds it up
MOST_DRAWN = 8_000  # elements
WATCH = """
window.seen = {shift: 0, from: {}, paint: 0};
const place = (e) => e ? (e.nodeType === 1 ? e : e.parentElement) : null;
const name = (e) => e ? [e.tagName.toLowerCase(), ...[...e.classList].slice(0, 2)].join(".") : "?";
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    seen.shift += entry.value;
    for (const source of entry.sources) {
      const where = name(place(source.node));
      seen.from[where] = (seen.from[where] || 0) + entry.value;
    }
  }
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.name === "first-contentful-paint") seen.paint = entry.startTime;
  }
}).observe({type: "paint", buffered: true});
"""

FIRST = """() => {
  const asked = performance.getEntriesByType("resource").filter((e) => e.renderBlockingStatus === "blocking");
  const drawn = (e) => e.checkVisibility({contentVisibilityAuto: true});
  return {
    blocking: asked.map((entry) => [entry.name.replace(/.*\\//, ""), entry.encodedBodySize]),
    drawn: [...document.querySelectorAll("*")].filter(drawn).length,
  };
}"""
TITLE = "</h1>"


@dataclass
class Weight:
    """A first load: requests, bytes, layout shift, what moved most, first paint and load in seconds.

    ``blocking`` names the requests that hold up the first paint, ``first`` counts the bytes before it,
    ``drawn`` the elements that are laid out.
    """

    page: str
    requests: int = 0
    size: int = 0
    shift: float = 0.0
    moved: str = ""
    paint: float = 0.0
    load: float = 0.0
    blocking: str = ""
    first: int = 0
    drawn: int = 0

    def findings(self) -> list[str]:
        """What is above the limits."""
        found = []
        if self.requests > MOST_REQUESTS:
            found.append(f"requests: {self.requests}, at most {MOST_REQUESTS}")
        if self.size > MOST_BYTES:
            found.append(f"weight: {self.size / 1000:.0f} KB on the wire, at most {MOST_BYTES // 1000}")
        if not self.paint:
            found.append("first paint: nothing is painted")
        if self.shift > MOST_SHIFT:
            found.append(f"layout shift: {self.shift:.3f}, at most {MOST_SHIFT}, most of it {self.moved}")
        if self.blocking:
            found.append(f"first paint: it waits for {self.blocking}")
        if self.first > MOST_BEFORE:
            found.append(f"first paint: after {self.first / 1000:.0f} KB, at most {MOST_BEFORE // 1000}")
        if self.drawn > MOST_DRAWN:
            found.append(f"first paint: {self.drawn} elements are laid out, at most {MOST_DRAWN}")
        return found


async def weigh_all(browser: Browser, address: str, names: Sequence[str]) -> dict[str, Weight]:
    """Open each page as on a first visit, and those that take longest once more on a slow processor.

    What moves on these counts from the visit where more does, all else from the last one.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(weigh(gate, browser, address, name) for name in names))
    weights = {weight.page: weight for weight in found}
    longest = sorted(names, key=lambda name: -weights[name].load)[:SLOWED]
    for name in longest:  # one by one: a reader's phone does not load three
        slow, fast = await weigh(gate, browser, address, name, SLOWER), weights[name]
        if fast.shift > slow.shift:
            slow.shift, slow.moved = fast.shift, fast.moved
        weights[name] = slow
    return weights


async def weigh(
    gate: asyncio.Semaphore, browser: Browser, address: str, name: str, slower: int = 1
) -> Weight:
    """Open one page as on a first visit."""
    weight, answers = Weight(name), []
    async with gate:
        # No emulated phone: Chromium counts no shift there for a while after the first paint.
        context = await browser.new_context(viewport=PHONE, device_scale_factor=2)
        page = await context.new_page()
        await page.add_init_script(WATCH)
        page.on("response", lambda answer: answers.append(answer))
        devtools = await context.new_cdp_session(page)
        await devtools.send("Network.enable")
        await devtools.send("Network.emulateNetworkConditions", SLOW_4G)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        document = await page.goto(address + name, timeout=120_000)
        await page.evaluate("document.fonts.ready")
        # Not playwright's own way of waiting: where it must wait, it needs what the pages' policy forbids.
        await comes(page, lambda: page.evaluate("seen.paint > 0"), FIRST_SOON)
        await page.wait_for_timeout(LATER)
        seen = await page.evaluate("seen")
        first = await page.evaluate(FIRST)
        timing = await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        for answer in answers:
            if answer.url.startswith("data:"):
                continue
            weight.requests += 1
            weight.size += await wire(answer)
        weight.shift, weight.paint, weight.load = seen["shift"], seen["paint"] / 1000, timing / 1000
        weight.blocking, weight.drawn = ", ".join(name for name, _ in first["blocking"]), first["drawn"]
        opening = (await document.text()).partition(TITLE)[0] if document else ""
        weight.first = len(gzip.compress(opening.encode(), 6)) + sum(size for _, size in first["blocking"])
        weight.moved = max(seen["from"], key=seen["from"].get, default="")
        await context.close()
    return weight


async def wire(answer) -> int:
    """The bytes of an answer as a server that compresses sends them."""
    try:
        body = await answer.body()
    except Exception:  # an answer without a body, such as a redirect
        return 0
    kind = (await answer.all_headers()).get("content-type", "")
    return len(gzip.compress(body, 6) if kind.startswith(COMPRESSED) or "javascript" in kind else body)
