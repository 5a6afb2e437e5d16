"""One style sheet and one script for all pages, instead of seventeen and thirteen.

Neither holds up the first paint (:mod:`opening`). The theme's Bootstrap, 80 KB for a menu and for tooltips,
is left out: ``_static/page.js`` opens the menu, and a ``title`` is a tooltip. The search loads its scripts on
its own page only.
"""

import hashlib
import re
from pathlib import Path

from opening import WAIT, critical, cut, faces, later
from stylesheets import lean

LINK = re.compile(r'[ \t]*<link [^>]*?href="([^"]+\.css[^"]*)"[^>]*>\n?')
SCRIPT = re.compile(r'[ \t]*<script (?:[^>]*? )?src="([^"]+)"[^>]*></script>\n?')
AHEAD = re.compile(r'[ \t]*<link rel="preload" as="script"[^>]*>\n?')
OPTIONS = re.compile(r"[ \t]*<script>DOCUMENTATION_OPTIONS\.[^<]*</script>\n?")
URL = re.compile(r"url\((['\"]?)(?!data:|#)([^'\")]+)\1\)")
IMPORT = re.compile(r"""@import (?:url\()?["']?([^"')]+)["']?\)?;""")
ICONS = re.compile(r'@font-face\s*\{[^}]*"?Font ?Awesome[^}]*\}')
CLASSES = re.compile(r'class="([^"]*)"')
IDS = re.compile(r'\bid="([^"]*)"')
REMARK = re.compile(r"(?m)^[ \t]*(?:/\*(?:.|\n)*?\*/|//.*)?\n|^[ \t]+")  # lines of their own, and margins
WORD = re.compile(r"[\w-]+")
SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
LEFT_OUT = (  # the last is for tabs, which the book has none of
    "bootstrap.js",
    "fontawesome.js",
    "design-tabs.js",
)
# What a result of the search does not quote: a formula's second and third text, code, buttons.
QUOTED = (
    '".headerlink", ".katex-mathml", ".cell_input", ".lowdim-letters", ".lowdim-claim", ".lowdim-switch", '
    '"button", "nav", '
)
# Words of the scripts that are classes elsewhere, for parts that the book does not have.
ABSENT = {"card", "tooltip", "collapse", "row", "nboutput", "jp-RenderedHTMLCommon", "dropdown-menu-dark"}
ABSENT |= {"list-group-item", "list-group-item-action", "bd-header-announcement", "thebe-launch-button"}
ABSENT |= {"version-switcher__button", "version-switcher__menu", "marginnote", "sidenote", "margin-caption"}
ADDED = {"show", "js"}  # classes that page.js sets


def bundle(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Write ``_static/book.css`` and ``_static/book.js``, and the pages that use them.

    Args:
        out: the site.
        pages: the text of each page.
    """
    static = out / "_static"
    sheets, scripts = {}, {}
    for path, text in pages.items():
        for found, pattern in ((sheets, LINK), (scripts, SCRIPT)):
            for href in pattern.findall(text):
                file = (path.parent / href.partition("?")[0]).resolve()
                if file.is_file():
                    found[file] = None
    unused = [file for file in scripts if file.name in LEFT_OUT]
    taken = [file for file in scripts if file.name not in SEARCH + LEFT_OUT]
    scripts = list(dict.fromkeys([*taken, static / "page.js"]))  # once, if the theme has linked it too
    code = "\n;".join(_script(file) for file in scripts if file.is_file())
    styles = "\n".join(_sheet(file, static) for file in sheets)
    used = _used(pages.values(), code)
    markup = "".join(re.findall(r'style="[^"]*var\([^"]*"', "".join(pages.values())))
    kept = lean(
        styles, lambda name: name in used or name.startswith("lowdim-"), markup + code
    )  # ours are few
    letters, sheet = faces(kept)
    (static / "book.css").write_text(sheet, encoding="utf-8")
    (static / "book.js").write_text(code, encoding="utf-8")
    for file in [*sheets, *scripts, *unused]:
        file.unlink(missing_ok=True)
    found = static / "searchtools.js"
    if found.is_file():
        text = found.read_text(encoding="utf-8")
        found.write_text(text.replace('".headerlink", ', QUOTED), encoding="utf-8")
    version = {name: _digest(static / name) for name in ("book.css", "book.js")}
    return {path: _page(path, text, out, version, letters, sheet) for path, text in pages.items()}


def _sheet(file: Path, static: Path) -> str:
    """A sheet whose files are found from ``_static``, without the fonts of the theme's icons."""

    def moved(url: re.Match) -> str:
        target = (file.parent / url[2]).resolve()
        return f"url({target.relative_to(static)})" if target.is_relative_to(static) else url[0]

    def taken_in(line: re.Match) -> str:
        other = (file.parent / line[1].partition("?")[0]).resolve()
        return _sheet(other, static) if other.is_file() else ""

    return URL.sub(moved, ICONS.sub("", IMPORT.sub(taken_in, file.read_text(encoding="utf-8"))))


def _script(file: Path) -> str:
    """A script in a scope that shares its names, without remarks and margins."""
    text = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", file.read_text(encoding="utf-8"))
    return REMARK.sub("", text).replace("console.log(", "void (")  # the theme tells what it does


def _used(texts, code: str) -> set[str]:
    """Every class and id on a page, and every word of the scripts."""
    used = set(WORD.findall(code)) - ABSENT | ADDED
    for text in texts:
        for names in set(CLASSES.findall(text)):
            used.update(names.split())
        used.update(IDS.findall(text))
    return used


def _page(path: Path, text: str, out: Path, version: dict[str, str], letters: str, sheet: str) -> str:
    """A page that is painted from its own top; one sheet and one script come behind that.

    The page of the search has three scripts of its own after it.
    """
    root = "../" * (len(path.relative_to(out).parts) - 1)
    own = [src for src in SCRIPT.findall(text) if src.partition("?")[0].endswith(SEARCH)]
    own = own if path.stem == "search" else []
    head, body = text.split("</head>", 1)
    for pattern in (LINK, AHEAD, SCRIPT, OPTIONS):
        head = pattern.sub("", head)
    top, rest = cut(later(SCRIPT.sub("", body)))
    address = f"{root}_static/book.css?v={version['book.css']}"
    loads = [WAIT] if 'class="katex-html"' in rest else []
    loads.append(f'<link rel="stylesheet" data-cut href="{address}">')
    sources = [f"{root}_static/book.js?v={version['book.js']}", *own]
    loads += [f'<script defer src="{src}"></script>' for src in sources]
    ahead = f'<link rel="preload" as="style" href="{address}">'
    style = critical(letters, sheet, head + top, root)
    if not rest:  # no paragraph to cut behind
        head, top, rest, loads = "\n".join([head.rstrip(), *loads]), "", top, []
    return f"{head.rstrip()}\n{ahead}\n<style>{style}</style>\n</head>{top}" + "\n".join(loads) + rest


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
