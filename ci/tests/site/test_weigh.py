"""A first visit is weighed under the policy of the pages too, when the first paint is late or never comes."""

import asyncio

from ci.site import weigh
from ci.site.browser import chromium, served

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; img-src data:">
{script}</head><body></body></html>"""
LATE = "setTimeout(() => { document.body.append(document.createElement('h1'), 'Late.') }, 1500)"


def weighed(folder, script):
    (folder / "late.js").write_text(LATE, encoding="utf-8")
    (folder / "page.html").write_text(PAGE.format(script=script), encoding="utf-8")

    async def look():
        with served(folder) as address:
            async with chromium() as browser:
                return await weigh.weigh(asyncio.Semaphore(1), browser, address, "page.html")

    return asyncio.run(look())


def test_a_first_paint_that_is_late_is_waited_for(tmp_path):
    weight = weighed(tmp_path, '<script defer src="late.js"></script>')
    assert weight.paint > 1.5
    assert weight.findings() == []


def test_a_page_that_paints_nothing_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(weigh, "FIRST_SOON", 5)
    assert weighed(tmp_path, "").findings() == ["first paint: nothing is painted"]
