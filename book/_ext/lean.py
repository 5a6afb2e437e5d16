"""The finished site, as it is sent: one style sheet, one script, small pictures and fonts, heads in order.

Nothing here needs to know a page's sources. Each step has a module: :mod:`pictures`,
:mod:`ahead`, :mod:`roles`, :mod:`heads`, :mod:`statements`,
:mod:`thumbnails`, :mod:`bundles`, :mod:`letters`.
"""

import re
import shutil
from pathlib import Path

import ahead
import bundles
import card
import guard
import heads
import letters
import pictures
import roles
import statements
import thumbnails
from sphinx.application import Sphinx
from sphinx.config import Config

COMMENT = re.compile(
    r"(?m)^ *(?:/\*\*(?:.|\n)*?\*/|//.*)?\n|^ +"
)  # of a module, with empty lines and margins
UNUSED = ("scripts", "styles", "vendor", "locales", "images", "css")
ROOTS = ("*.png", "*.svg", "*.html", "basic.css", "copybutton_funcs.js", "page.js", "fonts/*.txt")


def order(app: Sphinx, config: Config) -> None:
    """Jupyter Book lists the style sheets as the file system does, which is another order elsewhere."""
    config.html_css_files.sort()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite every page, and leave nothing in the folder that no page asks for."""
    if exception or app.builder.format != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    static = out / "_static"
    for page in static.glob("*.html"):
        page.unlink()
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    pages = {path: text for path, text in texts.items() if "</head>" in text}  # a redirect has none
    drawings = {}
    for path, text in pages.items():
        root = "../" * (len(path.relative_to(out).parts) - 1)
        filled, drawings[path] = ahead.fill(pictures.lighten(text))
        pages[path] = heads.head(path, roles.give(filled, root), out, base)
    statements.fill(pages, out)
    thumbnails.fill(pages, drawings, out)
    for module in (static / "movable").glob("*.mjs"):
        module.write_text(COMMENT.sub("", module.read_text(encoding="utf-8")), encoding="utf-8")
    pages = bundles.bundle(out, pages)
    kept = {static / name for name in ("icon.svg", "front.svg", "card.png", thumbnails.FILE)}
    for path in [
        *(static / name for name in UNUSED),
        *(each for name in ROOTS for each in static.glob(name)),
    ]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path not in kept:
            path.unlink(missing_ok=True)
    css = (static / "book.css").read_text(encoding="utf-8")
    letters.trim(static, letters.letters(list(pages.values()), css))
    for path, text in pages.items():
        path.write_text(guard.guard(text), encoding="utf-8")
    title = app.config.html_title
    heads.not_found(out, title, base)
    lost = out / "404.html"
    lost.write_text(guard.guard(lost.read_text(encoding="utf-8")), encoding="utf-8")
    if base:
        card.draw(static / "card.png", title)
        heads.sitemap(out, [path.relative_to(out).as_posix() for path in pages], base)


def setup(app: Sphinx) -> dict:
    """Hook into the build."""
    app.connect("config-inited", order)
    app.connect("build-finished", finish, priority=900)  # after the theme has written its colours of code
    return {"parallel_read_safe": True}
