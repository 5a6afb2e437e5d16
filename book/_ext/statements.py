"""The page of all statements: number, title and what stands behind each, read off the finished pages.

sphinx-proof has an index of labels, in which nobody finds anything.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

PLACE = "<!-- statements -->"
BOX = re.compile(
    r'<div class="proof (\w+) admonition" id="([^"]+)"[^>]*>\s*<p class="admonition-title"[^>]*>'
    r'<span class="caption-number">(.*?)</span>(.*?)(?:<a class="headerlink"[^>]*>#</a>)?</p>',
    re.DOTALL,
)
TITLE = re.compile(r"<h1>(.*?)(?:<a class=\"headerlink\".*?)?</h1>", re.DOTALL)
FOLDED = re.compile(r"<summary>.*?</summary>", re.DOTALL)
CLOSING = re.compile(r"\)((?:\s*</\w+>)*)$")
NO_BREAK = "\N{NO-BREAK SPACE}"
PROVED = 'class="lowdim-proof'
NOT_PROVED = ("definition", "assumption", "notation", "example", "remark", "conjecture")


def fill(pages: dict[Path, str], out: Path) -> None:
    """Put the table into the page that keeps a place for it.

    Args:
        pages: the text of each page, in the order of the book; changed in place.
        out: the folder of the site.
    """
    for path, text in pages.items():
        if PLACE in text:
            pages[path] = text.replace(PLACE, "\n".join(tables(pages, out)), 1)


def tables(pages: dict[Path, str], out: Path) -> Iterator[str]:
    """For each chapter with statements its title and a table of them."""
    for path, text in pages.items():
        href = path.relative_to(out).as_posix()
        boxes = list(BOX.finditer(text)) if href.startswith("notebooks/") else []
        if not boxes:
            continue
        folded = "".join(FOLDED.findall(text))
        title = TITLE.search(text)[1]
        yield f'<h2 id="statements-of-{path.stem}">{title}</h2>'
        yield '<div class="pst-scrollable-table-container"><table class="table lowdim-statements"><thead><tr>'
        yield "".join(f'<th scope="col">{word}</th>' for word in ("Number", "Statement", "Proof"))
        yield "</tr></thead><tbody>"
        for i, box in enumerate(boxes):
            end = boxes[i + 1].start() if i + 1 < len(boxes) else len(text)
            kind, label, number, name = box.groups()
            number = number.strip().replace(" ", NO_BREAK)
            status = stands(kind, label, text[box.end() : end], folded)
            name = bare(name) or "without a title"
            yield (
                f'<tr><td><a href="{href}#{label}">{number}</a></td><td>{name}</td>'
                f"<td>{escape(status)}</td></tr>"
            )
        yield "</tbody></table></div>"


def bare(name: str) -> str:
    """A title without its brackets, the second of which stands within a formula that it follows."""
    name = name.strip()
    return CLOSING.sub(r"\1", name.removeprefix("(")) if name.startswith("(") else name


def stands(kind: str, label: str, after: str, folded: str) -> str:
    """What the book has behind a statement: a proof on its page, a source, or its own words only."""
    if kind in NOT_PROVED:
        return "needs none"
    if f'href="#{label}"' in folded:
        return "proved, folded"
    if PROVED in after:
        return "proved"
    return "from a source" if "bibliography.html#" in after.partition("</section>")[0] else "no proof here"
