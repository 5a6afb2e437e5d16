"""The front page's picture as a file that stands alone, for the README: ``make front`` writes it.

It is cut out of the executed chapter that shows it. ``python -m ci.site.readme_picture --check`` says
whether the file in git is still that picture, up to what another machine's rounding may change.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat

from ci import paths

CHAPTER = paths.EXECUTED / "05_extrapolation.ipynb"
HTML = "application/papermill.record/text/html"  # where MyST-NB keeps what is glued
NAME = "extrapolation-picture"
FILE = paths.BOOK / "_static" / "front.svg"

COLOURS = "color-scheme:light dark;color:#1f2328;color:light-dark(#1f2328,#e6edf3)"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # the digits of a colour are no numbers
POINTS = 0.2  # nobody sees a fifth of a point
LAST_DIGIT = 0.1  # of numbers with two digits, in words


def picture(chapter: Path, name: str) -> str:
    """The HTML that an executed notebook has glued under a name.

    Raises:
        LookupError: if it has not.
    """
    for cell in nbformat.read(chapter, as_version=4).cells:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name") == name:
                return output.data[HTML]
    raise LookupError(f"{paths.shown(chapter)} glues no {name}")


def alone(html: str) -> str:
    """The wide one of the two layouts as an SVG file, in colours that any viewer finds."""
    svg = html[html.index("<svg") : html.index("</svg>") + len("</svg>")]
    root = ElementTree.fromstring(svg)
    _, _, width, height = root.attrib["viewBox"].split()
    root.attrib |= {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}
    root.attrib |= {"width": width, "height": height}
    root.set("style", f"{COLOURS};fill:currentColor;stroke-linejoin:round;stroke-linecap:butt")
    for element in root.iter():
        if href := element.attrib.pop("href", None):
            element.set("xlink:href", href)
        for name, value in element.attrib.items():
            element.set(name, _with_fallback(name, value))
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _with_fallback(name: str, value: str) -> str:
    """Each light-dark(a, b) after the plain a, which is what a viewer shows that does not know the former."""
    if name != "style" or "light-dark" not in value:
        return value
    parts = []
    for part in value.split(";"):
        if match := re.fullmatch(r"([\w-]+):light-dark\((#\w+),.*\)", part):
            parts.append(f"{match[1]}:{match[2]}")
        parts.append(part)
    return ";".join(dict.fromkeys(parts))


def same(one: str, other: str) -> bool:
    """Whether two SVG files show the same: the same elements, with numbers that differ by rounding only."""
    (words, measured, frame, drawn), (words_, measured_, frame_, drawn_) = map(_numbers_apart, (one, other))
    return (words, frame) == (words_, frame_) and all(
        [abs(a - b) <= LAST_DIGIT * abs(a) for a, b in zip(measured, measured_, strict=True)]
        + [abs(a - b) <= POINTS for a, b in zip(drawn, drawn_, strict=True)]
    )


def _numbers_apart(svg: str) -> tuple[str, list[float], str, list[float]]:
    """The description without and with its numbers, then all the rest likewise."""
    label = re.findall('aria-label="(.*?)"', svg)[0]
    rest = re.sub(r"\bf[0-9a-f]{8}-", "", svg.replace(label, ""))  # identities hold a digest
    rest = re.sub(r"#[0-9a-f]{6}\b", lambda colour: colour[0].translate(LETTERS), rest)
    return *_split(label), *_split(rest)


def _split(text: str) -> tuple[str, list[float]]:
    return NUMBER.sub("0", text), [float(x) for x in NUMBER.findall(text)]


def main(arguments: list[str]) -> int:
    """Write the file, or with --check say whether it is the picture of today."""
    today = alone(picture(CHAPTER, NAME))
    if arguments != ["--check"]:
        FILE.write_text(today, encoding="utf-8")
        print(f"{paths.shown(FILE)}: {len(today) / 1024:.0f} KB")
        return 0
    if FILE.is_file() and same(FILE.read_text(encoding="utf-8"), today):
        return 0
    print(f"{paths.shown(FILE)} is not the picture of the front page any more: run make front and commit it.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
