"""Fonts with the letters that the book has, which halves them.

The files in ``_static`` hold a whole alphabet with all its variants; what a page needs before it can be read
should not.
"""

import html
import io
import re
from pathlib import Path

from fontTools import subset

MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
CONTENT = re.compile(r'content:\s*"([^"]*)"')
ALWAYS = "".join(map(chr, range(32, 127))) + "–—‘’“”…×−·✓✗"  # what a script may write
FEATURES = ["kern", "liga", "mark", "mkmk", "locl", "calt", "ccmp"]


def letters(texts: list[str], css: str) -> str:
    """Every letter of these pages and of the signs that the style sheet adds."""
    found = set(ALWAYS)
    for text in texts:
        found |= set(html.unescape(MARKUP.sub("", text)))
    return "".join(sorted(found | set("".join(CONTENT.findall(css)))))


def trim(folder: Path, text: str) -> None:
    """Leave in each font of a folder the letters of the text; a font that has none of them goes."""
    for path in sorted(folder.rglob("*.woff2")):
        options = subset.Options()
        options.flavor = "woff2"
        options.layout_features = FEATURES
        options.hinting = False
        with subset.load_font(str(path), options, lazy=False) as font:
            trimmer = subset.Subsetter(options)
            trimmer.populate(text=text)
            trimmer.subset(font)
            font.recalcTimestamp = False  # the same bytes at every build
            content = io.BytesIO()
            font.flavor = "woff2"
            font.save(content)
        path.write_bytes(content.getvalue())
