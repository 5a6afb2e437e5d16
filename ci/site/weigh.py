"""What a first visit costs, page by page: requests, bytes on the wire, how far the page moves while it loads.

A phone of 360 px without a cache, on slow 4G and a processor four times slower; what a server would compress
is counted compressed. Bytes and requests are the same on every machine, and what moves is so nearly. Times
are told, and nothing hangs on them.
"""

import asyncio
import gzip
from dataclasses import dataclass

from playwright.async_api import Browser, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
SLOWER = 4  # times
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
LATER = 800  # milliseconds after the first paint, in which nothing may move
MOST_BYTES = 300_000
MOST_REQUESTS = 20
MOST_SHIFT = 0.02
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


@dataclass
class Weight:
    """A first load: requests, bytes, layout shift, what moved most, first paint and load in seconds."""

    page: str
    requests: int = 0
    size: int = 0
    shift: float = 0.0
    moved: str = ""
    paint: float = 0.0
    load: float = 0.0

    def findings(self) -> list[str]:
        """What is above the limits."""
        found = []
        if self.requests > MOST_REQUESTS:
            found.append(f"requests: {self.requests}, at most {MOST_REQUESTS}")
        if self.size > MOST_BYTES:
            found.append(f"weight: {self.size / 1000:.0f} KB on the wire, at most {MOST_BYTES // 1000}")
        if self.shift > MOST_SHIFT:
            found.append(f"layout shift: {self.shift:.3f}, at most {MOST_SHIFT}, most of it {self.moved}")
        return found


async def weigh(gate: asyncio.Semaphore, browser: Browser, address: str, name: str) -> Weight:
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
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.goto(address + name, timeout=120_000)
        await page.evaluate("document.fonts.ready")
        await page.wait_for_function("seen.paint > 0")
        await page.wait_for_timeout(LATER)
        seen = await page.evaluate("seen")
        timing = await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        for answer in answers:
            if answer.url.startswith("data:"):
                continue
            weight.requests += 1
            weight.size += await wire(answer)
        weight.shift, weight.paint, weight.load = seen["shift"], seen["paint"] / 1000, timing / 1000
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
