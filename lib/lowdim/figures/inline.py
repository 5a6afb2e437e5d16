"""A Matplotlib figure as SVG inside the page: compact, the same bytes every time, in the page's own colours.

Drawn twice, once for a wide column and once for a phone, where panels side by side are stacked: a picture
that is merely scaled down to a phone has letters of six pixels. The page's style sheet shows one of the two.
"""

import hashlib
import io
import re
from html import escape
from xml.etree import ElementTree

from matplotlib.figure import Figure

from lowdim.figures.palette import INK, PAPER, dark

_NUMBER = re.compile(r"-?\d+\.\d+")
_SEPARATOR = re.compile(r" ?([MLQCz]) ?")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_INHERITED = "fill:currentColor;stroke-linejoin:round;stroke-linecap:butt;width:100%;height:auto"


def draw(fig: Figure, alt: str, kind: str) -> str:
    """One ``<svg>`` element for the figure as it is laid out now.

    Args:
        fig: the figure.
        alt: what the picture shows, in words.
        kind: "wide" or "phone", the class that the style sheet chooses by.

    Returns:
        SVG for inlining in HTML.
    """
    buffer = io.BytesIO()
    fig.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
        element.attrib = {name.rpartition("}")[2]: _page(value) for name, value in element.attrib.items()}
    _prune(root)
    _compact(root)
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    body = re.sub(r"\s*\n\s*", "", body).replace(" />", "/>")
    prefix = "f" + hashlib.sha256((alt + body).encode()).hexdigest()[:8]
    body = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{prefix}-", body)
    width = 1.4 * fig.get_figwidth() * 72
    hidden = ";display:none" if kind == "phone" else ""  # where there is no style sheet, as in a notebook
    return (
        f'<svg class="lowdim-{kind}" role="img" aria-label="{escape(alt)}" viewBox="{root.get("viewBox")}" '
        f'style="{_INHERITED};max-width:{width:.0f}px{hidden}">{body}</svg>'
    )


def _page(value: str) -> str:
    """Matplotlib's colours as the page's: black is its ink, white its paper, the others have a dark twin."""

    def replace(match: re.Match) -> str:
        colour = match[0]
        if colour == INK:
            return "currentColor"
        return f"light-dark({colour},{'var(--pst-color-background)' if colour == PAPER else dark(colour)})"

    return _COLOUR.sub(replace, value)


def _prune(element: ElementTree.Element) -> None:
    """Drop what a page has no use for: metadata, the style sheet, names of groups, groups of nothing."""
    kept = []
    for child in element:
        _prune(child)
        if child.tag in ("metadata", "style") or (child.tag in ("g", "defs") and not len(child)):
            continue
        if child.tag == "g":
            child.attrib.pop("id", None)
        kept += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = kept


def _compact(root: ElementTree.Element) -> None:
    for element in root.iter():
        element.text = element.tail = None
        for name, value in element.attrib.items():
            if name == "style":
                value = re.sub(r"([:;]) ", r"\1", value)
            elif name == "d":
                value = _SEPARATOR.sub(r"\1", _round(value.replace("\n", " "))).strip()
            elif name in ("x", "y", "width", "height"):
                value = _round(value)
            elif name == "transform":  # a scale keeps its digits
                value = re.sub(r"translate\([^)]*\)", lambda m: _round(m[0]), value)
            element.set(name, value)


def _round(text: str) -> str:
    """To a hundredth of a point, which nobody sees."""
    return _NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text)
