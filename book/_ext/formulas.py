"""Formulas, set by KaTeX at build time: no script on the page, nothing moves while it loads.

One that KaTeX cannot read is a warning with file and line, so that the build stops. A comma stays with the
formula before it, an opening bracket with the one after it: browsers may break a line between a formula and
anything.

A page whose front matter says ``formulas: mathml`` is for looking up and has formulas by the hundred: there
the browser sets them, from MathML, in a fifth of the bytes.

sphinxcontrib-katex lends its copy of KaTeX. Its own renderer prints a bad formula in red, and talks to Node
through a socket whose first connection is refused now and then on a busy machine.
"""

import functools
import json
import re
import subprocess
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

AFTER = re.compile(r"^[.,;:!?)\]’”]+")
BEFORE = re.compile(r"[(\[‘“]+$")
START = '<span class="katex-html" aria-hidden="true"><span class="base">'
BOTH = "htmlAndMathml"  # KaTeX's letters to be seen, MathML to be heard
END = "</span></span></span>"  # of the last part, of what is seen, and of the whole


class FormulaError(ValueError):
    """KaTeX's own message."""


@functools.cache
def node() -> subprocess.Popen:
    """KaTeX behind a pipe; it ends when this process does."""
    program = Path(__file__).with_name("katex_lines.js")
    command = ["node", program, Path(katex.SRC_DIR) / "katex.min.js"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


@functools.cache
def render(latex: str, display: bool, output: str) -> str:
    """The HTML of a formula, for a line or for a display; output is one of KaTeX's."""
    print(json.dumps({"latex": latex, "display": display, "output": output}), file=node().stdin, flush=True)
    answer = json.loads(node().stdout.readline())
    if "error" in answer:
        raise FormulaError(answer["error"])
    return answer["html"]


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Set every formula of a page once, in the way that the page asks for."""
    output = app.env.metadata[app.env.docname].get("formulas", BOTH)
    for formula in doctree.findall(lambda n: isinstance(n, (nodes.math, nodes.math_block))):
        formula["output"] = output
        try:
            render(formula.astext(), isinstance(formula, nodes.math_block), output)
        except FormulaError as error:
            logger.warning("%s", error, location=formula, type="formula")


def attach_marks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move the punctuation around each formula of a paragraph into it."""
    for formula in list(doctree.findall(nodes.math)):
        place = formula.parent.index(formula)
        for side, pattern, neighbour in (("before", BEFORE, place - 1), ("after", AFTER, place + 1)):
            text = formula.parent[neighbour] if 0 <= neighbour < len(formula.parent) else None
            mark = pattern.search(text) if isinstance(text, nodes.Text) else None
            if mark:
                formula[side] = mark[0]
                formula.parent[neighbour] = nodes.Text(pattern.sub("", text))  # texts are equal by value


def visit_math(self: HTML5Translator, formula: nodes.math) -> None:
    """A formula within a line, with its punctuation inside its first and last unbreakable parts."""
    html = _html(formula, display=False)
    before, after = (escape(formula.get(side, "")) for side in ("before", "after"))
    if _output(formula) == "mathml":
        html = f'<span class="formula-whole">{before}{html}{after}</span>' if before or after else html
    else:
        html = html.replace(START, START + _mark(before), 1) if before else html
        html = html.removesuffix(END) + _mark(after) + END if after else html
    self.body += [self.starttag(formula, "span", "", CLASS="math"), html, "</span>"]
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, formula: nodes.math_block) -> None:
    """A display, after its number."""
    self.body.append(self.starttag(formula, "div", CLASS="math"))
    if formula["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, formula)})')
        self.add_permalink_ref(formula, "Link to this equation")
        self.body.append("</span>")
    html = _html(formula, display=True)
    if _output(formula) == "mathml":
        html = f'<span class="katex-display">{html}</span>'
    self.body += [html, "</div>\n"]
    raise nodes.SkipNode


def _html(formula: nodes.math | nodes.math_block, display: bool) -> str:
    try:
        return render(formula.astext(), display, _output(formula))
    except FormulaError:  # there was a warning already
        return f'<code class="katex-error">{escape(formula.astext())}</code>'


def _output(formula: nodes.math | nodes.math_block) -> str:
    """As its page asks; the copy of a title in a table of contents was made before the page was asked."""
    return formula.get("output", BOTH)


def _mark(text: str) -> str:
    return f'<span class="formula-mark">{text}</span>'


def setup(app: Sphinx) -> dict:
    """Check each page once it is read, and set the formulas when it is written."""
    app.add_html_math_renderer("formulas", (visit_math, None), (visit_math_block, None))
    app.connect("doctree-read", check)
    app.connect("doctree-resolved", attach_marks)
    return {"parallel_read_safe": False, "parallel_write_safe": False}  # one pipe
