"""``prf:proof`` as readers expect it: an italic "Proof.", any block may come first, a long one can be folded.

``solution`` is always folded.

sphinx-proof pastes the word into the first line of the text, which breaks a proof that begins with a formula
or a list, gives every proof of a page the same id, and its ``dropdown`` has no title to click on.
"""

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_proof.domain import ProofDomain


class fold(nodes.General, nodes.Element):
    """A part of the page that the reader opens; on paper it is open."""


class Proof(SphinxDirective):
    """A proof; the optional argument says of what, ``:class: dropdown`` folds it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        """Parse the text, put the word in front."""
        self.assert_has_content()
        words, messages = self.state.inline_text(" ".join(["Proof", *self.arguments]), self.lineno)
        body = nodes.container(classes=["lowdim-proof"])
        self.set_source_info(body)
        self.state.nested_parse(self.content, self.content_offset, body)
        if "dropdown" in self.options.get("class", []):
            folded = fold()
            folded += nodes.inline("", "", *words)
            folded += body
            return [folded, *messages]
        if not isinstance(body[0], nodes.paragraph):
            body.insert(0, nodes.paragraph())
        body[0].insert(
            0, [nodes.inline("", "", *words, nodes.Text("."), classes=["lowdim-proof-word"]), nodes.Text(" ")]
        )
        return [body, *messages]


class Solution(SphinxDirective):
    """The answer to an exercise, folded."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the text, put the word in front."""
        self.assert_has_content()
        body = nodes.container(classes=["lowdim-proof"])
        self.set_source_info(body)
        self.state.nested_parse(self.content, self.content_offset, body)
        folded = fold()
        folded += nodes.inline("", "", nodes.Text("Solution"))
        folded += body
        return [folded]


def visit_fold(self: HTML5Translator, node: fold) -> None:
    """Open the element and its title line, which is the first child."""
    state = " open" if self.builder.name == "singlehtml" else ""
    self.body.append(f'<details class="lowdim-fold"{state}><summary>')
    node.pop(0).walkabout(self)
    self.body.append("</summary>")


def depart_fold(self: HTML5Translator, node: fold) -> None:
    """Close the element."""
    self.body.append("</details>")


def tell_apart(app: Sphinx, doctree: nodes.document) -> None:
    """sphinx-proof names the body of every statement ``proof-content``; an id must be unique on its page."""
    for section in doctree.findall(nodes.section):
        if section["ids"] == ["proof-content"]:
            section["ids"] = [f"{section.parent['label']}-content"]


def setup(app: Sphinx) -> dict:
    """Replace the directive in sphinx-proof's domain."""
    ProofDomain.directives["proof"] = Proof
    app.add_directive("solution", Solution)
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.connect("doctree-read", tell_apart)
    return {"parallel_read_safe": True}
