"""The head of a page: its theme before anything is painted, its fonts, what others say of the page."""

import html
import re
from pathlib import Path

FIRST = """<script>
(function (d) {
  var mode = "auto";
  try { mode = localStorage.getItem("mode") || mode; } catch (e) {}
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  d.dataset.mode = mode;
  d.dataset.theme = mode === "light" || mode === "dark" ? mode : dark ? "dark" : "light";
  d.dataset.code = "essential";
  try { d.dataset.code = localStorage.getItem("code") || "essential"; } catch (e) {}
  d.classList.add("js");
})(document.documentElement);
</script>"""
THEME = re.compile(r'[ \t]*<script data-cfasync="false">.*?</script>\n?', re.DOTALL)
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
SCRAPS = re.compile(r'\s*<meta name="docsearch:[^>]*>|\s*<!--.*?-->', re.DOTALL)
HEARD = re.compile(r'<span class="katex-mathml">.*?</math></span>', re.DOTALL)
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
FONTS = (
    "fonts/source-serif-4-latin-400-normal",
    "fonts/source-serif-4-latin-600-normal",
    "fonts/source-sans-3-latin-400-normal",
    "fonts/source-sans-3-latin-600-normal",
)
ITALIC = "fonts/source-serif-4-latin-400-italic"
LONGEST = 160


def head(path: Path, text: str, out: Path, base: str) -> str:
    """A page with its head in order.

    Args:
        path: of the page.
        text: of the page.
        out: the folder of the site.
        base: the address of the site, which a card and a canonical link need; or nothing.
    """
    name = path.relative_to(out).as_posix()
    root = "../" * name.count("/")
    top, rest = text.split("</head>", 1)
    top = top.replace('data-theme="auto"', 'data-theme="light" data-mode="auto"', 1)
    title = html.unescape(TITLE.search(top)[1]).partition(" — ")[0].strip() if TITLE.search(top) else name
    for pattern in (THEME, VIEWPORT, SCRAPS):
        top = pattern.sub("", top)
    about = describe(rest)
    begins = rest.partition('<article class="bd-article"')[2].partition("</p>")[0]
    fonts = [*FONTS, ITALIC] if "<em>" in begins else FONTS
    tags = ['<meta name="viewport" content="width=device-width, initial-scale=1">', FIRST]
    tags += [
        f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{root}_static/{font}.woff2">'
        for font in fonts
    ]
    tags += [
        f'<meta name="description" content="{html.escape(about)}">',
        f'<meta property="og:title" content="{html.escape(title)}">',
        f'<meta property="og:description" content="{html.escape(about)}">',
        '<meta property="og:type" content="article">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    if base:
        address = f"{base.rstrip('/')}/"
        tags += [
            f'<meta property="og:url" content="{address}{name}">',
            f'<meta property="og:image" content="{address}_static/card.png">',
        ]
    place = top.index("</title>") + len("</title>")
    return "\n".join([top[:place], *tags]) + top[place:] + "</head>" + rest


def describe(body: str) -> str:
    """The first sentences of a page, as a search engine shows them."""
    article = body.partition('<article class="bd-article"')[2]
    for paragraph in PARAGRAPH.findall(article):
        text = html.unescape(re.sub(r"<[^>]*>", "", HEARD.sub("", paragraph)))
        text = " ".join(text.split())
        if len(text) > 40:
            return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return "Learning Low Dimensional State Spaces, an executable book."


def not_found(out: Path, title: str, base: str) -> None:
    """The page that a server shows in the place of one that is not there; it stands on its own.

    Args:
        out: the folder of the site.
        title: of the book.
        base: the address of the site, or nothing.
    """
    home = f"{base.rstrip('/')}/" if base else "/"
    name = html.escape(title)
    (out / "404.html").write_text(
        f'''<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Not found: {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="This page of {name} is not there."><meta name="robots" content="noindex">
<link rel="icon" href="{home}_static/icon.svg">
<style>:root {{ color-scheme: light dark }} a {{ color: light-dark(#2b55c4, #92b4ff) }}
@media print {{ :root {{ color-scheme: light }} }}
body {{ font: 1.1rem/1.6 Charter, Georgia, serif; background: light-dark(#fff, #14181e);
color: light-dark(#1f2328, #d6dce3); max-width: 32rem; margin: 15vh auto; padding: 0 1rem }}</style></head>
<body><main><h1>There is no such page</h1>
<p>It may have moved with a new edition. <a href="{home}">The first page</a> has all chapters, and
<a href="{home}search.html">the search</a> finds words, statements and claims.</p></main></body></html>
''',
        encoding="utf-8",
    )


def sitemap(out: Path, names: list[str], base: str) -> None:
    """Where the site has an address: the list of its pages, and the way to the list."""
    address = f"{base.rstrip('/')}/"
    pages = "\n".join(f"<url><loc>{address}{name}</loc></url>" for name in sorted(names))
    (out / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}\n</urlset>\n',
        encoding="utf-8",
    )
    (out / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n", encoding="utf-8"
    )
