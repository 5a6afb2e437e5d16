"""A clean site passes the check, and each fault, planted on a page of its own, is found."""

import asyncio
import random
import re
import string

import pytest

from ci.site import audit

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<meta name="description" content="A page."><link rel="icon" href="data:,">
<!-- a policy would keep the faults below from happening:
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'"> -->
<style>@media print {{ body {{ color: black !important }} }}
@media print {{ details::details-content {{ content-visibility: visible }} }}
html {{ color-scheme: light dark; background: light-dark(white, #111) }}
body {{ color: light-dark(black, #ddd) }}
path {{ fill: none }}
a {{ color: light-dark(#00e, #9cf) }}</style>
{head}</head><body><main><h1>Extrapolation</h1>
<form action="search.html"><input name="q" aria-label="Search"></form>
{body}</main></body></html>"""
NOISE = "".join(random.Random(0).choices(string.ascii_letters + string.digits, k=420_000))
LONG = "Words that go on and on without an end are hard to read, as everybody knows. " * 12

CLEAN = """<p id="there">Prices are $5, and <code>$x^2$</code> is code. <a href="#there">Here</a>,
<a href="index.html?again#there">again</a>, <a href="https://example.org/">elsewhere</a>.</p>
<div style="overflow-x: auto"><div style="width: 900px">a wide formula scrolls</div></div>
<span aria-hidden="true"><svg viewBox="0 0 1 1" width="9"></svg></span>
<button aria-label="menu"><svg viewBox="0 0 1 1" width="9"></svg></button>
<svg role="img" aria-label="A falling line" viewBox="0 0 9 9" width="90">
<path d="M0 0L9 9" stroke="currentColor"/>
<path d="M0 9L9 9" stroke="#ccc" stroke-opacity="0.3"/></svg>"""

SEARCH = """<ul id="search-results"></ul><script>
const results = document.getElementById("search-results");
const query = new URLSearchParams(location.search).get("q");
if (query === "extrapolation") results.innerHTML = '<li><a href="index.html">1</a></li>';
</script>"""

# What is planted in the head of a page rather than in its text.
HEADS = {"late": f"<!-- {NOISE[:60_000]} -->", "held-up": '<link rel="stylesheet" href="plain.css">'}

# Page by page: what is planted there, and the one finding that must come of it.
FAULTS = {
    "asks-elsewhere": (
        '<img alt="x" src="http://example.org/x.png">',
        r"external request: http://example.org/x.png",
    ),
    "file-missing": ('<img alt="x" src="nowhere.png">', r"failed request: 404 nowhere.png"),
    "console-error": ("<script>console.error('boom')</script>", r"console error: boom"),
    "console-warning": ("<script>console.warn('careful')</script>", r"console warning: careful"),
    "script-throws": ("<script>missing()</script>", r"page error: .*missing is not defined"),
    "formula-error": (
        '<span class="katex-error" title="ParseError: x">\\frac</span>',
        r"formula \(light\): ParseError: x, in main > span.katex-error",
    ),
    "formula-red": (
        '<span class="katex-html" style="background: white"><span style="color: #cc0000">\\foo</span></span>',
        r"formula \(light\): red: \\foo, in main > span.katex-html > span",
    ),
    "raw-dollars": ("<p>where $x^2$ is</p>", r"raw markup \(light\): \$x\^2\$, in main > p"),
    "raw-role": ("<p>see {glue:md}`slope`</p>", r"raw markup \(light\): \{glue:md\}`, in main > p"),
    "page-missing": ('<a href="nowhere.html">x</a>', r"dead link: nowhere.html, in main > a"),
    "anchor-missing": ('<a href="index.html#nowhere">x</a>', r"dead link: index.html#nowhere, in main > a"),
    "own-anchor-missing": (
        '<a href="#nowhere">x</a>',
        r"dead link: own-anchor-missing.html#nowhere, in main > a",
    ),
    "image-undescribed": (
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        r"axe image-alt \(critical; light 1280, light 768, light 360\): img",
    ),
    "drawing-undescribed": (
        '<svg viewBox="0 0 1 1" width="9"></svg>',
        r"no description \(light\): .*, in main > svg",
    ),
    "too-wide": (
        '<div id="wide" style="width: 500px">x</div>',
        r"overflow \(phone\): 1\d\d px wider than the window: \"x\", in #wide",
    ),
    "code-too-wide": (
        '<pre id="long" tabindex="0" style="overflow: auto; width: 50px">a line of code</pre>',
        r"cut code \(light\): \d+ px too wide: \"a line of code\", in #long",
    ),
    "pale-text": (
        '<p style="color: light-dark(#999, #ddd)">pale</p>'
        "<style>@media print { p { color: black !important } }</style>",
        r"axe color-contrast \(serious; light 1280, light 768, light 360\): p",
    ),
    "dark-text": (
        '<p style="color: #444">dim</p>',
        r"axe color-contrast \(serious; dark 1280, dark 768, dark 360\): p",
    ),
    "pale-again": (
        '<p class="pale">pale</p><p>black</p><p class="pale">as pale</p>'
        "<style>@media screen { .pale { color: light-dark(#999, #ddd) } }</style>",
        r"axe color-contrast \(serious; light 1280, light 768, light 360\): .* and 1 more",
    ),
    "pale-behind-one-in-doubt": (
        '<div class="veil"><p class="pale">pale</p></div><div><p class="pale" id="as-pale">as pale</p></div>'
        '<style>.veil::before { content: ""; position: absolute; width: 300px; height: 900px;'
        "background: light-dark(white, #111); z-index: -1 }"
        "@media screen { .pale { color: light-dark(#999, #ddd) } }</style>",
        r"axe color-contrast \(serious; light 1280, light 768, light 360\): #as-pale",
    ),
    "dark-text-on-phones": (
        '<p class="dim">dim</p><style>@media (max-width: 400px) { .dim { color: light-dark(black, #444) } }'
        "</style>",
        r"axe color-contrast \(serious; dark 360\): p",
    ),
    "dark-text-that-appears": (
        '<p class="dim">dim</p><style>.dim { color: light-dark(black, #444) }'
        "@media (min-width: 800px) { .dim { display: none } }</style>",
        r"axe color-contrast \(serious; dark 768, dark 360\): p",
    ),
    "band-in-the-dark": (
        '<div class="band"><p>words</p></div>'
        "<style>@media (max-width: 800px) { .band { background: light-dark(white, #eee) } }</style>",
        r"axe color-contrast \(serious; dark 768, dark 360\): p",
    ),
    "band-behind-on-phones": (
        '<div style="background: #111; height: 60px"></div><p class="moved">words</p>'
        "<style>@media (max-width: 400px) { .moved { margin: -60px 0 60px } }</style>",
        r"axe color-contrast \(serious; light 360\): p",
    ),
    "pale-code": (
        "".join(f'<pre><span class="k">def</span> <span class="c{i}">a name</span></pre>' for i in range(6))
        + "<style>pre { background: linear-gradient(to right, #777, transparent) 0 0 / 9px 9px no-repeat }"
        ".c5 { color: light-dark(#999, #ddd) }</style>",
        r"axe color-contrast \(serious; light 1280, light 768, light 360\): \.c5",
    ),
    "pale-code-elsewhere": (
        '<pre><span class="k">def</span></pre><div class="note"><pre><span class="k">def</span></pre></div>'
        "<style>.note { background: light-dark(white, #eee) }</style>",
        r"axe color-contrast \(serious; dark 1280, dark 768, dark 360\): div > pre > span",
    ),
    "button-on-phones": (
        '<button class="menu"></button><style>@media (min-width: 400px) { .menu { display: none } }</style>',
        r"axe button-name \(critical; light 360\): button",
    ),
    "formula-cut": (
        '<div class="katex-display" style="overflow-x: auto"><a href="#">x</a>'
        '<div style="width: 900px">wide</div></div>',
        r"cut formula \(phone\): it goes on without a cue, in main > div.katex-display",
    ),
    "formula-beyond": (
        '<div style="overflow: hidden; white-space: nowrap">'
        '<span class="katex" style="display: inline-block; width: 500px">a + b</span></div>',
        r"cut formula \(phone\): 1\d\d px beyond the edge, in main > div > span.katex",
    ),
    "lines-long": (
        f'<p style="line-height: 20px; font-size: 12px">{LONG}</p>',
        r"long lines \(light\): \d+ letters, in main > p",
    ),
    "theme-unresolved": (
        '<!-- data-theme="auto" -->',
        r"head: a theme that no style sheet knows, until a script has run",
    ),
    "two-viewports": (
        '<meta name="viewport" content="width=device-width">',
        r"head: 2 times a viewport, expected 1",
    ),
    "folded-on-paper": (
        "<details><summary>Proof</summary><p>It is long.</p></details>"
        "<style>details::details-content { content-visibility: hidden !important }</style>",
        r'paper: a folded part is not printed: "ProofIt is long."',
    ),
    "pale-on-paper": (
        "<p>Words.</p><style>@media print { p { color: #ddd } }</style>",
        r"paper: pale text: rgb\(221, 221, 221\)",
    ),
    "icon-erased": (
        '<i class="fa-star" style="mask-image: linear-gradient(black, black); display: block">x</i>',
        r"high contrast: an icon is erased: fa-star",
    ),
    "heavy": (f"<script>const noise = '{NOISE}'</script>", r"weight: 3\d\d KB on the wire, at most 300"),
    "chatty": (
        "".join(f'<img alt="x" width="9" height="9" src="icon.svg?{i}">' for i in range(21)),
        r"requests: 22, at most 20",
    ),
    "late": ("", r"first paint: after 4\d KB, at most 25"),
    "held-up": ("", r"first paint: it waits for plain.css"),
    "crowded": (
        f'<div class="lowdim-figure"><svg role="img" aria-label="x" width="9">{"<g></g>" * 8000}</svg></div>',
        r"first paint: 80\d\d elements are laid out, at most 8000",
    ),
    "shifting": (
        "<div id='late'></div><div style='height: 300px'>Below.</div><script>"
        "const late = () => { document.getElementById('late').style.height = '300px' };"
        "const watch = new PerformanceObserver(() => setTimeout(late, 250));"
        "watch.observe({type: 'paint', buffered: true})</script>",
        r"layout shift: 0\.\d+, at most 0.02, most of it div",
    ),
    "pushed-away": (
        '<style>html { overflow-anchor: none }</style><div id="above"></div><section data-later>'
        '<div style="height: 3000px">Far.</div><div class="proof" id="theorem">It holds.</div></section>'
        '<div style="height: 2000px"></div><script>addEventListener("scroll", () => '
        '{ document.getElementById("above").style.height = "1000px" })</script>',
        r"anchor: #theorem is 1\d\d\d px below the top of the window",
    ),
    "pale-line": (
        '<svg id="fig" role="img" aria-label="x" viewBox="0 0 9 9"><path d="M0 0L9 9" stroke="#ddd"/></svg>',
        r"contrast \(light\): 1.4:1 for stroke rgb\(221, 221, 221\), in #fig",
    ),
    "movable-dead": (
        '<div data-movable="room"><form></form><p class="lowdim-seen"></p></div>',
        r"movable room: Locator.wait_for: Timeout 8000ms exceeded.",
    ),
    "double-id": ('<p id="twin">a</p><p id="twin">b</p>', r"double id \(light\): twin, in #twin"),
}


def write(folder, pages):
    icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    (folder / "icon.svg").write_text(icon, encoding="utf-8")
    (folder / "plain.css").write_text("h1 { margin: 1rem }", encoding="utf-8")
    for name, body in pages.items():
        page = PAGE.format(head=HEADS.get(name, ""), body=body)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What is found on a site with one fault on each page, page by page."""
    bodies = {name: body for name, (body, _) in FAULTS.items()}
    site = write(tmp_path_factory.mktemp("faulty"), {"index": CLEAN, "search": SEARCH, **bodies})
    return {look.page: look.findings for look in asyncio.run(audit.check(site))}


@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_found_once(findings, name):
    found = findings[f"{name}.html"]
    assert [bool(re.fullmatch(FAULTS[name][1], finding)) for finding in found] == [True], found


@pytest.mark.parametrize("page", ["index.html", "search.html", "search"])
def test_the_pages_without_a_fault_have_no_findings(findings, page):
    assert findings[page] == []


def test_a_clean_site_passes(tmp_path, capsys):
    assert audit.main(write(tmp_path, {"index": CLEAN, "search": SEARCH})) == 0
    assert re.match(r"2 pages in light, dark and at 360 px: no findings", capsys.readouterr().out)


def test_a_search_that_finds_nothing_fails(tmp_path, capsys):
    assert audit.main(write(tmp_path, {"index": CLEAN, "search": "<p>Nothing.</p>"})) == 1
    assert "search: search: " in capsys.readouterr().out


def test_a_folder_without_pages_fails(tmp_path, capsys):
    assert audit.main(tmp_path) == 1
    assert "no pages" in capsys.readouterr().out
