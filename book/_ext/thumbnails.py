"""The list of chapters on the front page: the picture of each one's first screen, and its minutes of reading.

All pictures are one file, in the colours of the light theme, without their letters, which nobody could read.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ahead import Drawing

LIST = re.compile(r'<section id="chapters">.*?</section>', re.DOTALL)
ENTRY = re.compile(
    r'<li><p>(<a class="reference internal" href="(notebooks/([\w-]+)\.html)">.*?)</p></li>', re.DOTALL
)
LETTER = re.compile(r'<use href="#g\d+"[^>]*/>')
IDENTITY = re.compile(r'(\bid="|href="#|url\(#)')
THEMED = re.compile(r"light-dark\((#\w+),(?:[^()]|\([^()]*\))*\)")
SILENT = re.compile(r"<(pre|svg|math|script|nav|footer)\b.*?</\1>", re.DOTALL)
WIDTH, HEIGHT = 150, 100
PACE = 130  # words a minute, of a text with formulas
STEP = 5  # minutes
FILE = "chapters.svg"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><style>svg {{ color: #1f2328; '
    "fill: currentColor; stroke-linejoin: round }} [style*=stroke] {{ vector-effect: non-scaling-stroke; "
    "stroke-width: 0.9px !important }}</style>"
)


def fill(pages: dict[Path, str], ahead: Mapping[Path, Drawing | None], out: Path) -> None:
    """Give each chapter in the list of the front page its picture and its minutes.

    Args:
        pages: every page of the site, whose front page is changed.
        ahead: what each page shows on its first screen.
        out: the folder of the site, into which the file of the pictures is written.
    """
    front, pictures = out / "index.html", []
    if front not in pages:  # one chapter alone, run again
        return

    def entry(found: re.Match) -> str:
        page = out / found[2]
        drawing = ahead.get(page)
        if not drawing:
            return found[0]
        pictures.append(picture(drawing, found[3], len(pictures)))
        source = f"_static/{FILE}#{found[3]}"
        seen = f'<img src="{source}" alt="" width="{WIDTH}" height="{HEIGHT}" loading="lazy">'
        time = f'<span class="lowdim-minutes">{minutes(pages[page])} minutes</span>'
        return f"<li>{seen}<p>{found[1]} {time}</p></li>"

    pages[front] = LIST.sub(lambda found: ENTRY.sub(entry, found[0]), pages[front])
    if pictures:
        head = HEAD.format(width=WIDTH, height=HEIGHT * len(pictures))
        (out / "_static" / FILE).write_text(head + "".join(pictures) + "</svg>\n", encoding="utf-8")


def picture(drawing: Drawing, name: str, index: int) -> str:
    """What the first screen of a page shows, as one of the pictures of the file."""
    body = drawing.clips + LETTER.sub("", drawing.group)
    body = THEMED.sub(r"\1", IDENTITY.sub(rf"\g<1>{name}-", body))
    *_, wide, high = map(float, drawing.view.split())
    scale, top = min(WIDTH / wide, HEIGHT / high), index * HEIGHT
    left, below = (WIDTH - scale * wide) / 2, top + (HEIGHT - scale * high) / 2
    place = f'x="{left:g}" y="{below:g}" width="{scale * wide:g}" height="{scale * high:g}"'
    view = f'<view id="{name}" viewBox="0 {top} {WIDTH} {HEIGHT}"/>'
    return f'{view}<svg {place} viewBox="{drawing.view}">{body}</svg>'


def minutes(page: str) -> int:
    """About how long it takes to read the text of a page, code and figures left out."""
    article = page.partition('<article class="bd-article"')[2].partition("</article>")[0]
    words = len(re.sub(r"<[^>]*>", "", SILENT.sub("", article)).split())
    return max(STEP, STEP * round(words / PACE / STEP))
