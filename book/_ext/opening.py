"""How a page opens: what is painted first has its style in the page, all else comes after it.

A browser paints nothing before it has the style sheets of the head, and whatever else the head asks for takes
its share of a slow line. So a page is cut behind the first paragraph of its text, or behind its title if that
paragraph has formulas. The rules that the part before the cut can match stand in its head; the letters and
the script are asked for at the cut, and what follows waits for the sheet of all pages. The sheet has the
rules of the head too, in the same order, so that nothing moves when it comes.
"""

import functools
import re
from collections.abc import Iterator

from stylesheets import asked, blocks, lean, names, rules, split

FACE = re.compile(r'@font-face\s*\{[^}]*(?:"Source |KaTeX_Main-Regular|KaTeX_Math-Italic)[^}]*\}')
# What stands behind the cut is shown when the letters of its formulas are there, or after two seconds.
WAIT = """<script>
(function (d) {
  d.classList.add("lowdim-waits");
  var show = function () { d.classList.remove("lowdim-waits"); };
  var load = function (font) { return document.fonts.load(font); };
  var letters = ["1em KaTeX_Main", "italic 1em KaTeX_Math"].map(load);
  Promise.all(letters).then(show, show);
  setTimeout(show, 2000);
})(document.documentElement);
</script>"""
URL = re.compile(r"url\((['\"]?)(?!data:|#|/)([^'\")]+)\1\)")
TEXT = '<article class="bd-article"'
SECTION = re.compile(r"<section (?=[^>]*>\s*(?:<span[^>]*></span>\s*)*<h2)")
UNSEEN = re.compile(
    r'<span class="katex-mathml">.*?</math></span>|<svg.*?</svg>|<script.*?</script>|<[^>]*>', re.DOTALL
)
FAR = 5000  # letters; a tall window shows 4,000 of them when a page opens
LATER = ("@media print", "@keyframes", "@font-face", "@page")  # no rule for the first paint, nor are these:
STATES = re.compile(
    r":(?:hover|focus|active|disabled|checked|invalid|valid|target|:?-webkit|:?-moz|:file|:placeholder)|data-bs-theme=.?dark"
)
TYPE = re.compile(r"(?:^|[\s>+~])([a-z][a-z0-9]*)")
TAG = re.compile(r"<([a-z][a-z0-9]*)")
USES = re.compile(r'\b(?:class|id)="([^"]*)"')
STYLES = re.compile(r'style="[^"]*"')


def faces(css: str) -> tuple[str, str]:
    """The letters of the text and of formulas, which every page declares itself, and the sheet without them.

    A second declaration would start anew, and exchange the letters of a page that is being read.
    """
    return "".join(FACE.findall(css)), FACE.sub("", css)


def cut(text: str) -> tuple[str, str]:
    """A page in two, behind the first paragraph of its text; without one behind its title, if it has that."""
    article = text.find(TEXT)
    start = text.find("<h1", max(article, 0))
    title = text.find("</h1>", start)
    if start < 0 or title < 0:
        return text, ""
    begin = text.find("<p", title)
    while text.startswith('<p class="lowdim-switch', begin):
        begin = text.find("<p", begin + 1)
    end = text.find("</p>", begin)
    plain = 0 <= article < begin < end and '<span class="math' not in text[begin:end]
    place = end if plain else title
    return text[:place], text[place:]


def later(text: str) -> str:
    """A page with a mark on each section that no window shows at first: it is laid out when it comes near.

    What is laid out when it is already seen would move what stands below it.
    """
    begin = text.find(TEXT)
    if begin < 0:
        return text
    for section in SECTION.finditer(text, begin):
        if len(UNSEEN.sub("", text[begin : section.start()])) > FAR:
            rest = SECTION.sub("<section data-later ", text[section.start() :])
            return text[: section.start()] + rest
    return text


def critical(letters: str, css: str, top: str, root: str) -> str:
    """The rules that the top of a page can match, with the files they name seen from the page.

    Args:
        letters: the declarations of the fonts of the text.
        css: the sheet of all pages.
        top: the page up to the cut.
        root: the way from the page to the folder of the site, such as ``../``.
    """
    used = {name for found in USES.findall(top) for name in found.split()} | {"js"}
    tags = frozenset(TAG.findall(top)) | {"html"}
    kept = _kept(css, frozenset(used & names(css)), tags, "".join(STYLES.findall(top)))
    return URL.sub(lambda url: f"url({url[1]}{root}_static/{url[2]}{url[1]})", letters + kept)


@functools.cache
def _kept(css: str, used: frozenset[str], tags: frozenset[str], markup: str) -> str:
    def matched(head: str, body: str) -> Iterator[str]:
        selectors = [
            selector
            for selector in split(head, ",")
            if not STATES.search(selector) and tags.issuperset(TYPE.findall(asked(selector)))
        ]
        if selectors:
            yield f"{','.join(selectors)}{{{body}}}"

    now = "".join(
        f"{head};" if body is None else f"{head}{{{body}}}"
        for head, body in blocks(css)
        if not head.startswith(LATER)
    )
    return lean("".join(rules(now, matched)), used.__contains__, markup)
