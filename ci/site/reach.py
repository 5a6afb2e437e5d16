"""Whether everybody can read a page: axe-core in both themes at three widths, on paper, in high contrast.

What axe takes grows with the elements there are, and of those nine in ten are the insides of formulas and
pictures, which KaTeX and Matplotlib write alike everywhere. The first formula of a page is looked at, the
others are boxes of their size. Of code, which has its colours by classes, the first token of each class is
left in each kind of place where code stands. The shadow at an edge beyond which something goes on is a
gradient, on which axe judges no contrast: without it, code and wide tables are judged as well.

A theme changes colours and nothing else, so the dark one is held against the rule on contrast only. That rule
alone takes three quarters of the time of all, over texts that are styled alike: ``contrast.js`` gives it one
of each kind. All other rules see the whole page at each width.
"""

from collections import defaultdict
from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.async_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
Theme = Literal["light", "dark"]
WIDTHS = (1280, 768, 360)
SETTLED = """async (width) => {
  const frame = () => new Promise(requestAnimationFrame);
  const after = (ms) => new Promise((done) => setTimeout(done, ms));
  while (innerWidth !== width) await frame();
  await frame(); // the window has told the page of its width before it draws
  await after(200); // and the page answers 150 ms later
  const end = performance.now() + 30000;
  while (document.documentElement.dataset.cut === "unknown" && performance.now() < end) await after(20);
  const ends = (motion) => Number.isFinite(motion.effect?.getComputedTiming().endTime);
  const moving = document.getAnimations().filter((motion) => motion.playState === "running" && ends(motion));
  const motions = moving.map((motion) => motion.finished.catch(() => null));
  await Promise.race([Promise.all(motions), after(5000)]);
  await frame();
}"""
BOXES = """() => {
  const formulas = [...document.querySelectorAll(".katex")].slice(1);
  const sizes = formulas.map((e) => e.getBoundingClientRect());
  formulas.forEach((e, i) => {
    e.replaceChildren();
    e.style.cssText = `display: inline-block; width: ${sizes[i].width}px; height: ${sizes[i].height}px`;
  });
  for (const e of document.querySelectorAll(".lowdim-figure svg, svg.lowdim-letters")) e.replaceChildren();
  const seen = new Set();
  for (const code of document.querySelectorAll("pre")) {
    let place = "";
    for (let e = code; e; e = e.parentElement) place += ` ${e.className}`;
    for (const token of code.querySelectorAll("span[class]:not([id])")) {
      const kind = [token.className, token.style.cssText, place].join();
      if (seen.has(kind)) token.replaceWith(...token.childNodes);
      seen.add(kind);
    }
    code.normalize();
  }
}"""
FLAT = "html body :is(pre, .lowdim-cut) { background-image: none !important }"
RULES = """async () => {
  const rules = {"color-contrast": {enabled: false}};
  const found = await axe.run(document, {rules, resultTypes: ["violations"], elementRef: false});
  return found.violations.map((v) => [v.id, v.impact, v.nodes.map((n) => n.target.join(" "))]);
}"""
TEXTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
RUNS: tuple[tuple[Theme, str], ...] = (("light", RULES), ("light", TEXTS), ("dark", TEXTS))
PAPER = """() => {
  const found = [];
  const shown = (e) => e.checkVisibility({checkVisibilityCSS: true, contentVisibilityAuto: true});
  const text = document.querySelector("main p, p");
  const level = (css) => (css.match(/[\\d.]+/g) || []).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3;
  const colour = text ? getComputedStyle(text).color : "rgb(0, 0, 0)";
  if (level(colour) > 110) found.push(`pale text: ${colour}`);
  for (const e of document.querySelectorAll("details:not([open])")) {
    const inside = [...e.children].find((child) => child.tagName !== "SUMMARY");
    if (inside && !e.closest("nav") && !shown(inside))
      found.push(`a folded part is not printed: "${e.textContent.trim().slice(0, 40)}"`);
  }
  return found;
}"""
CONTRAST = """() => {
  const found = [];
  for (const e of document.querySelectorAll("[class*=fa-]")) {
    const style = getComputedStyle(e);
    if (!e.checkVisibility() || style.maskImage === "none") continue;
    if (style.forcedColorAdjust !== "none") found.push(`an icon is erased: ${e.className}`);
  }
  const hat = document.querySelector(".katex .accent");
  if (hat && getComputedStyle(hat).forcedColorAdjust !== "none") found.push("a hat hides its letter");
  return found;
}"""


async def reach(page: Page) -> list[str]:
    """What keeps somebody from reading the page that is open; it is not fit for more afterwards."""
    found = await on_paper(page) + await in_high_contrast(page)
    await page.evaluate(BOXES)
    await page.add_style_tag(content=FLAT)
    await page.evaluate(AXE)
    seen = defaultdict(list)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await settle(page)
        for theme, run in RUNS:
            await page.emulate_media(color_scheme=theme)
            for rule, impact, places in await page.evaluate(run, theme):
                seen[rule, impact, places[0], len(places)].append(f"{theme} {width}")
    for (rule, impact, place, count), states in seen.items():
        more = f" and {count - 1} more" if count > 1 else ""
        found.append(f"axe {rule} ({impact}; {', '.join(states)}): {place}{more}")
    return found


async def settle(page: Page) -> None:
    """Wait until a page has answered to a new width or theme, by its own clock, which may be late."""
    assert page.viewport_size
    await page.evaluate(SETTLED, page.viewport_size["width"])


async def on_paper(page: Page) -> list[str]:
    """Paper is light, whatever the screen is, and nothing on it is folded."""
    await page.emulate_media(media="print", color_scheme="dark")
    found = await page.evaluate(PAPER)
    await page.emulate_media(media="screen", color_scheme="light")
    return [f"paper: {what}" for what in dict.fromkeys(found)]


async def in_high_contrast(page: Page) -> list[str]:
    """With the colours of the system letters and icons are still there."""
    await page.emulate_media(forced_colors="active")
    found = await page.evaluate(CONTRAST)
    await page.emulate_media(forced_colors="none")
    return [f"high contrast: {what}" for what in dict.fromkeys(found)]
