"""Whether a link into a long page leads to its place: what is laid out late must not push it away."""

from playwright.async_api import Page

from ci.site.reach import settle

GO = """() => {
  const far = [...document.querySelectorAll("section[data-later] :is(.proof, section, div.math)[id]")].at(-1);
  if (far) location.hash = far.id;
  return far?.id;
}"""
PLACE = """(id) => {
  const {top} = document.getElementById(id).getBoundingClientRect();
  scrollTo(0, 0);
  return [Math.round(top), innerHeight];
}"""


async def arrives(page: Page) -> list[str]:
    """Follow a link to the last place of the page that is open; where it is, if not on the screen."""
    target = await page.evaluate(GO)
    if not target:
        return []
    await settle(page)
    top, height = await page.evaluate(PLACE, target)
    return [] if 0 <= top < height / 2 else [f"anchor: #{target} is {top} px below the top of the window"]
