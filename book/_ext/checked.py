"""Which theorems a proof assistant has checked, and what exactly it was told.

``{checked} name other`` under a theorem of a chapter becomes the line "Machine-checked: name, other", whose
names lead to the page on the proofs. There ``{statement} name`` includes the statement of a theorem,
literally, from the file in ``book/proofs`` that states it, and ``{definitions}`` the definitions on which all
of them rest. So what a reader sees is what the prover read, and the page can be built without a prover.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

DEFINITIONS = re.compile(
    r"^\(\* definitions \*\)\n(.*?)^\(\* end of definitions \*\)$", re.DOTALL | re.MULTILINE
)


def statement(folder: Path, name: str) -> tuple[Path, str]:
    """The file that states a theorem, and its statement: all from the word Theorem up to its proof.

    Raises:
        ValueError: if the theorem is not stated in exactly one file.
    """
    pattern = re.compile(rf"^Theorem {re.escape(name)}\b.*?(?=\s*^Proof\.)", re.DOTALL | re.MULTILINE)
    found = [
        (path, match[0])
        for path in sorted(folder.glob("*.v"))
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} files of {folder.name}/ state the theorem {name!r}, not one")
    return found[0]


def definitions(folder: Path) -> str:
    """The definitions, with their comments.

    Raises:
        ValueError: if they are not marked as such in exactly one place.
    """
    found = [
        match
        for path in sorted(folder.glob("*.v"))
        for match in DEFINITIONS.findall(path.read_text(encoding="utf-8"))
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} places of {folder.name}/ are marked as definitions, not one")
    return found[0].strip()


def label(name: str) -> str:
    """The target of a theorem's links."""
    return f"checked-{name}".replace("_", "-").lower()


class Checked(SphinxDirective):
    """The line under a theorem."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Link each name to its statement."""
        line = nodes.paragraph("", "Machine-checked: ", classes=["lowdim-checked"])
        self.set_source_info(line)
        for place, name in enumerate(self.arguments[0].split()):
            link = pending_xref(
                "",
                nodes.literal(name, name),
                refdomain="std",
                reftype="ref",
                reftarget=label(name),
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            )
            self.set_source_info(link)
            line += [nodes.Text(", "), link] if place else [link]
        return [line]


class Included(SphinxDirective):
    """Text of the proofs as a block of code."""

    def block(self, text: str) -> nodes.literal_block:
        """One block, highlighted as far as the highlighter knows the notation."""
        block = nodes.literal_block(text, text, language="coq", force=True)
        self.set_source_info(block)
        return block

    @property
    def folder(self) -> Path:
        """Where the proofs are; the page is out of date when one of them has changed."""
        folder = Path(self.env.srcdir) / "proofs"
        for path in folder.glob("*.v"):
            self.env.note_dependency(str(path))
        return folder


class Statement(Included):
    """The statement of a theorem, under its name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A target for the links, the name with its file, the statement."""
        name = self.arguments[0]
        try:
            path, text = statement(self.folder, name)
        except ValueError as error:
            raise self.error(str(error)) from None
        title = nodes.paragraph(
            "", "", nodes.strong("", "", nodes.literal(name, name)), classes=["lowdim-checked-name"]
        )
        title += [nodes.Text(", "), nodes.inline(path.name, path.name)]
        target = nodes.target("", "", ids=[label(name)], names=[label(name)])
        self.state.document.note_explicit_target(target)
        return [target, title, self.block(text)]


class Definitions(Included):
    """What a reader has to compare with the prose."""

    def run(self) -> list[nodes.Node]:
        """One block."""
        try:
            return [self.block(definitions(self.folder))]
        except ValueError as error:
            raise self.error(str(error)) from None


def setup(app: Sphinx) -> dict:
    """Add the three directives."""
    app.add_directive("checked", Checked)
    app.add_directive("statement", Statement)
    app.add_directive("definitions", Definitions)
    return {"parallel_read_safe": True}
