"""Formulas, set by KaTeX at build time.

One that KaTeX cannot read is a warning with file and line, so that the build stops; sphinxcontrib-katex would
only print it in red. And a comma stays with the formula before it, an opening bracket with the one after it:
browsers may break a line between a formula and anything.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

AFTER = re.compile(r"^[.,;:!?)\]’”]+")
BEFORE = re.compile(r"[(\[‘“]+$")
START = '<span class="katex-html" aria-hidden="true"><span class="base">'
END = "</span></span></span>"  # of the last part, of what is seen, and of the whole


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Render every formula of a page strictly."""
    for node in doctree.findall(lambda n: isinstance(n, (nodes.math, nodes.math_block))):
        display = isinstance(node, nodes.math_block)
        try:
            katex.render_latex(node.astext(), {"displayMode": display, "throwOnError": True})
        except katex.KaTeXError as error:
            logger.warning("KaTeX: %s", error, location=node, type="katex")


def attach_marks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move the punctuation around each formula of a paragraph into it."""
    for node in list(doctree.findall(nodes.math)):
        place = node.parent.index(node)
        for side, pattern, neighbour in (("before", BEFORE, place - 1), ("after", AFTER, place + 1)):
            text = node.parent[neighbour] if 0 <= neighbour < len(node.parent) else None
            mark = pattern.search(text) if isinstance(text, nodes.Text) else None
            if mark:
                node[side] = mark[0]
                node.parent.replace(text, nodes.Text(pattern.sub("", text)))


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """A formula within a line, with its punctuation inside its first and last unbreakable parts."""
    html = katex.render_latex(node.astext())
    if "before" in node:
        html = html.replace(START, START + _mark(node["before"]), 1)
    if "after" in node:
        html = html.removesuffix(END) + _mark(node["after"]) + END
    self.body += [self.starttag(node, "span", "", CLASS="math"), html, "</span>"]
    raise nodes.SkipNode


def _mark(text: str) -> str:
    return f'<span class="formula-mark">{text}</span>'


def setup(app: Sphinx) -> dict:
    """Check each page once it is read, and take the place of the renderer of formulas within lines."""
    app.add_html_math_renderer("formulas", (visit_math, None), (katex.html_visit_displaymath, None))
    app.connect("doctree-read", check)
    app.connect("doctree-resolved", attach_marks)
    return {"parallel_read_safe": True}
