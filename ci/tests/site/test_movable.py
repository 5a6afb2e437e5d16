"""Movable figures driven by the keyboard in a real browser."""

import asyncio
import re
import shutil
import subprocess
from types import SimpleNamespace

import pandas as pd
import pytest

from ci import paths
from ci.site import moves
from ci.site.browser import chromium, served
from lowdim.figures import moving, style
from lowdim.ledger.page_code import node
from lowdim.moments import response_range
from lowdim.systems import impulse_response, teacher

HEAD = """<!doctype html><html lang="en" data-theme="light" class="js"><head><meta charset="utf-8">
<title>Figures</title><link rel="stylesheet" href="_static/css/movable.css">
<style>.lowdim-figure svg.lowdim-phone { display: none }</style>
<script defer src="_static/page.js"></script></head><body><main>"""


@pytest.fixture
def site(tmp_path):
    """Write a site of one page with these figures."""

    def write(*pictures):
        shutil.copytree(paths.BOOK / "_static", tmp_path / "_static", dirs_exist_ok=True)
        body = "".join(picture.html for picture in pictures)
        (tmp_path / "index.html").write_text(f"{HEAD}{body}</main></body></html>", encoding="utf-8")
        return tmp_path

    return write


def still():
    fig, _ = style.axes(height=4.5)
    return style.svg(fig, "A figure.")


def two_futures(shift=1.0):
    """Students whose errors are known: 10^-8 times the number of their start, shifted."""
    lags = moving.LAGS
    rows = [
        {"k": k, "std": std, "differences": [shift * i * 1e-8 * (j >= k) for j in lags]}
        | {"poles": [0.9], "weights": [1.0]}
        for k in (3, 5)
        for i, std in enumerate((1e-4, 1e-2, 0.1), 1)
    ]
    return moving.futures(still(), teacher([0.9], [1.0]), pd.DataFrame(rows), lags)


def open_and(folder, act):
    """What an action finds on the page of a folder, in Chromium."""

    async def run():
        with served(folder) as address:
            async with chromium() as browser:
                page = await browser.new_page(viewport={"width": 900, "height": 900})
                await page.goto(address + "index.html")
                return await act(page)

    return asyncio.run(run())


def test_figures_move_by_the_keyboard(site):
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    folder = site(
        two_futures(),
        moving.persuade(still(), truth, 4, [0.5, 0.2, -0.1]),
        moving.room(still(), truth, 12),
        moving.train(still()),
    )
    assert open_and(folder, moves.moves) == []


def test_a_figure_that_disagrees_is_found(site):
    folder = site(two_futures())
    module = folder / "_static" / "movable" / "systems.mjs"
    code = module.read_text(encoding="utf-8")
    assert "(j) => j >= k)" in code
    module.write_text(code.replace("(j) => j >= k)", "(j) => j < k)"), encoding="utf-8")
    assert [what for what in open_and(folder, moves.moves) if "the data say" in what]


def test_no_line_ends_within_a_number_of_a_sentence():
    code = (
        "const { number } = await import(process.argv.at(-1)); console.log(number(2.1e-16, 1), number(0.5));"
    )
    stage = (paths.MOVABLE / "stage.mjs").as_uri()
    said = subprocess.check_output([node(), "--input-type=module", "--eval", code, "--", stage], text=True)
    assert said == "2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻¹⁶ 0.5\n"


def test_a_figure_that_stays_still_is_found(site):
    folder = site(two_futures())
    (folder / "_static" / "movable" / "futures.mjs").write_text("export function start() {}")
    (found,) = open_and(folder, moves.moves)
    assert found.startswith("movable futures: ")


def test_the_sentence_says_the_number_of_the_library(site):
    truth = teacher([0.9, -0.5], [0.6, 0.4])

    async def look(page):
        await page.locator(".lowdim-wake").click()
        handle = page.locator(".lowdim-handle").first
        await handle.focus()
        await page.keyboard.press("PageDown")  # from 0.9 to 0.8
        await page.wait_for_timeout(600)
        return await page.locator(".lowdim-seen").inner_text(), page.url

    sentence, address = open_and(site(moving.room(still(), truth, 12)), look)
    known = impulse_response(teacher([0.8, -0.5], [0.6, 0.4]), 4)
    low, high = response_range(known, 4)
    assert re.search(rf"from {low:.2g} to {high:.2g}[;,]", sentence), (sentence, low, high)
    assert "#movable-room?" in address
    assert "p1=0.8" in address


def test_training_in_the_page_finds_the_teacher(site):
    async def train(page):
        await page.goto(page.url + "#movable-train?k=3&poles=1&p1=0.5&start=-3")
        await page.reload()
        button = page.locator("button[name=train]")
        await button.wait_for()
        await button.click()
        told = page.get_by_text(re.compile(r"largest error up to lag 100 is [\d.]+\u00a0×\u00a010⁻"))
        await told.first.wait_for(timeout=120_000)
        return await page.locator(".lowdim-seen").inner_text()

    sentence = open_and(site(moving.train(still())), train)
    assert "1 poles have a weight above 0.001" in sentence
    assert "closeness Γ of this teacher and 3 lags is" in sentence


def test_the_caption_is_that_of_the_figure_that_is_seen(site):
    caption = '<figcaption><p><span class="caption-text"><strong>As printed.</strong></span></p></figcaption>'

    def figure(picture):
        return SimpleNamespace(html=f'<figure><div class="output">{picture.html}</div>{caption}</figure>')

    front = SimpleNamespace(
        html=f'<div class="output">{two_futures().html}</div><div class="lowdim-caption">'
        "<p><strong>As printed.</strong> More.</p></div>"
    )
    truth = teacher([0.9, -0.5], [0.6, 0.4])

    async def look(page):
        button, said = page.locator(".lowdim-wake"), page.locator("figcaption")
        seen = []
        for _ in range(3):
            seen.append(await said.inner_text())
            await button.click()
            await page.wait_for_timeout(300)
        return seen, await page.locator(".lowdim-caption").inner_text()

    (before, moving_, after), beside = open_and(site(figure(moving.room(still(), truth, 12)), front), look)
    assert before == after == "As printed."
    assert "(a)" in moving_
    assert beside.endswith(" More.")
    assert "As printed." not in moving_ + beside


def test_a_training_is_drawn_from_its_first_steps(site):
    async def train(page):
        await page.locator(".lowdim-wake").click()
        await page.locator("button[name=train]").click()
        await page.wait_for_timeout(1500)
        return await page.evaluate(
            """() => Math.max(...[...document.querySelectorAll("path.lowdim-small:not(.lowdim-thick)")]
                .map((line) => line.getBBox().width))"""
        )

    width = open_and(site(moving.train(still())), train)
    assert width > 250  # of the 380 pixels of the panel
