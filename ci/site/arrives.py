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
  return [Math.round(top), innerHeight];
}"""
LOOKS = 3


async def arrives(page: Page) -> list[str]:
    """Follow a link to the last place of the page that is open; where it is, if not on the screen."""
    target = await page.evaluate(GO)
    if not target:
        return []
    for _ in range(LOOKS):  # on a busy machine a page that is laid out late may still be moving
        await settle(page)
        top, height = await page.evaluate(PLACE, target)
        if there := 0 <= top < height / 2:
            break
    await page.evaluate("scrollTo(0, 0)")
    return [] if there else [f"anchor: #{target} is {top} px below the top of the window"]
