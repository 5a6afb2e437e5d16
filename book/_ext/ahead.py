"""``{ahead} fig-memory-map 1/2``: a figure from further down the page, small, as a link to it.

It is drawn by reference: the page holds the picture once, so the small one is always that of the last run and
has the colours of the theme. What its panels are clipped to stands beside the small one, because a browser
clips to nothing that it has not laid out, and does not lay out what is far down. A fraction after the label
shows one of so many panels side by side, of whatever widths; the last tick of one keeps its label.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

CLIP = re.compile(r"<clipPath .*?</clipPath>", re.DOTALL)
PANEL = re.compile(r"([1-9])/([1-9])")
EMPTY = re.compile(r'<a class="lowdim-ahead-picture" href="#([\w-]+)" data-panel="(\d)/(\d)"></a>')
FRAME = re.compile(r'<rect x="(-?[\d.]+)"[^>]* width="([\d.]+)"')
BEYOND = 7.0  # points beyond a frame: half of the label of its last tick
TICK = 4.0  # points that the ticks of the next frame take
DRAWN = re.compile(
    r'(<svg class="lowdim-wide"[^>]*viewBox="([^"]+)" style="([^"]*)">)(.*?)(</svg>)', re.DOTALL
)


@dataclass(frozen=True)
class Drawing:
    """What a small picture shows: the part in view, as a viewBox, of a group, and what this is clipped to."""

    view: str
    group: str
    clips: str


class Ahead(SphinxDirective):
    """The link, which :func:`fill` fills."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """An empty link, where HTML is written."""
        label, panel = [*self.arguments, "1/1"][:2]
        found = PANEL.fullmatch(panel)
        if not found or found[1] > found[2]:
            raise self.error(f"the directive shows one panel of some, such as 1/2, but not {panel!r}")
        link = f'<a class="lowdim-ahead-picture" href="#{label}" data-panel="{panel}"></a>'
        return [nodes.raw("", link, format="html")]


def fill(page: str) -> tuple[str, Drawing | None]:
    """A page with these pictures drawn, and the first of them.

    Raises:
        ExtensionError: there is no such figure on the page.
    """
    first = None
    for found in list(EMPTY.finditer(page)):
        label, panel, panels = found.groups()
        start = page.find(f'id="{label}"')
        drawn = DRAWN.search(page, start) if start >= 0 else None
        if not drawn:
            raise ExtensionError(f"{{ahead}} {label}: there is no such figure on this page")
        opening, box, style, body, closing = drawn.groups()
        name = f"{label}-drawn"
        group, clips = f'<g id="{name}">{CLIP.sub("", body)}</g>', "".join(CLIP.findall(body))
        left, top, width, height = map(float, box.split())
        edges = [left, *_between(clips, int(panels)), left + width]
        if len(edges) != int(panels) + 1:  # it does not say where its panels are
            edges = [left + i * width / int(panels) for i in range(int(panels) + 1)]
        start, end = edges[int(panel) - 1], edges[int(panel)]
        view = f"{start:g} {top:g} {round(end - start, 2):g} {height:g}"
        inherited = re.sub(r"(width|height|max-width):[^;]*;?", "", style).strip(";")
        small = (
            f'<a class="lowdim-ahead-picture" href="#{label}" aria-label="The figure below">'
            f'<svg viewBox="{view}" aria-hidden="true" style="{inherited}"><use href="#{name}"/></svg></a>'
        )
        if clips:
            small = (
                f'<svg class="lowdim-letters" width="0" height="0" aria-hidden="true">{clips}</svg>{small}'
            )
        if f'<g id="{name}">' not in page:
            page = page[: drawn.start()] + opening + group + closing + page[drawn.end() :]
        page = page.replace(found[0], small, 1)
        first = first or Drawing(view, group, clips)
    return page, first


def _between(clips: str, panels: int) -> list[float]:
    """Where to cut between panels, which are clipped to frames; nothing if these are not side by side."""
    frames = sorted({(float(x), float(x) + float(width)) for x, width in FRAME.findall(clips)})
    gaps = [(end, start) for (_, end), (start, _) in pairwise(frames)]
    if len(frames) != panels or any(start < end for end, start in gaps):
        return []
    return [end + min(BEYOND, max(start - end - TICK, 0)) for end, start in gaps]


def setup(app: Sphinx) -> dict:
    """Add the directive; :mod:`lean` fills its links when the pages are written."""
    app.add_directive("ahead", Ahead)
    return {"parallel_read_safe": True}
