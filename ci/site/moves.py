"""Whether the figures of a page move: woken, driven by the keyboard alone, held against their own data."""

import json
import re
from collections.abc import Awaitable, Callable

from playwright.async_api import ElementHandle, Locator, Page

PATIENCE = 8000  # milliseconds for a figure to come alive
SOON = 25  # tenths of a second for an answer to a key
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
POWER = re.compile(r"(-?[\d.]+)\s×\s10(-?\d+)")  # the spaces are such that no line ends there
ERRS = re.compile(r"errs by up to (-?[\d.e+-]*\d)")


async def moves(page: Page) -> list[str]:
    """What does not move on the page that is open, or says other than its data."""
    found = []
    for figure in await page.locator("[data-movable]").all():
        name = await figure.get_attribute("data-movable")
        try:
            found += [f"movable {name}: {what}" for what in await one(page, figure)]
        except Exception as error:  # whatever keeps a reader from moving it
            found.append(f"movable {name}: {str(error).splitlines()[0]}")
    return found


async def one(page: Page, figure: Locator) -> list[str]:
    """Wake one figure and press an arrow on each of its sliders and handles."""
    await figure.scroll_into_view_if_needed(timeout=PATIENCE)
    wake = figure.locator(".lowdim-wake")
    if await wake.count():
        await wake.focus()
        await page.keyboard.press("Enter")
    await figure.locator(".lowdim-stage").wait_for(timeout=PATIENCE)
    sentence = figure.locator(".lowdim-seen")
    await figure.locator(".lowdim-seen:not(:empty)").wait_for(timeout=PATIENCE)
    found, changed = [], 0
    for knob in await figure.locator("input[type=range], .lowdim-handle").element_handles():
        if not await knob.is_visible():  # of what another one has taken away
            continue
        before = await sentence.inner_text(), await value(knob)
        await knob.focus()
        for key in ("ArrowLeft", "ArrowRight"):  # one of the two, where it stands at an end
            await page.keyboard.press(key)
            if await comes(page, lambda knob=knob, was=before[1]: differs(knob, was)):
                changed += await comes(page, lambda was=before[0]: reads_otherwise(sentence, was))
                break
        else:
            found.append(f"a key does nothing to {await knob.get_attribute('name') or 'a handle'}")
    if not changed:
        found.append("its sentence never changes")
    if await figure.get_attribute("data-movable") == "futures":
        given, chosen = await data(figure), await settings(figure)

        async def right() -> bool:
            return not told_wrong(await sentence.inner_text(), given, chosen)

        if not await comes(page, right):
            found += told_wrong(await sentence.inner_text(), given, chosen)
    return found


async def comes(page: Page, true: Callable[[], Awaitable[bool]], soon: int = SOON) -> bool:
    """Whether something comes true within ``soon`` tenths of a second of waiting."""
    for _ in range(soon):
        if await true():
            return True
        await page.wait_for_timeout(100)
    return False


async def differs(knob: ElementHandle, was: str) -> bool:
    """Whether a slider or a handle has moved."""
    return await value(knob) != was


async def reads_otherwise(sentence: Locator, was: str) -> bool:
    """Whether the sentence is another one."""
    return await sentence.inner_text() != was


async def value(knob: ElementHandle) -> str:
    """Where a slider or a handle stands."""
    return await knob.evaluate("(e) => e.getAttribute('aria-valuenow') ?? e.value")


async def data(figure: Locator) -> dict:
    """What the chapter has computed for a figure."""
    return json.loads(await figure.locator("script").first.text_content() or "{}")


async def settings(figure: Locator) -> dict:
    """Where its sliders stand."""
    return await figure.locator("form").evaluate("(f) => Object.fromEntries(new FormData(f))")


def told_wrong(sentence: str, given: dict, chosen: dict) -> list[str]:
    """Whether the error that the sentence tells is that of the student in the data."""
    k = given["lengths"][int(chosen["k"])]
    run = given["runs"][int(chosen["k"])][int(chosen["start"])]
    true = max(abs(r) for lag, r in zip(given["lags"], run["r"], strict=True) if lag >= k)
    plain = POWER.sub(r"\1e\2", sentence.translate(RAISED))
    said = ERRS.search(plain)
    if not said or abs(float(said[1]) / true - 1) > 0.06:  # two digits
        return [f"it says {said[1] if said else 'nothing'}, the data say {true:.3g}"]
    return []
