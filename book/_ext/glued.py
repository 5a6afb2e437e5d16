"""``{glue:md}`name` `` reads a glued number as MyST; CommonMark knows no dollar signs."""

from docutils import nodes
from myst_nb.ext.glue.domain import NbGlueDomain
from myst_nb.ext.glue.roles import PasteMarkdownRole
from sphinx.application import Sphinx


class PasteMyst(PasteMarkdownRole):
    """MyST-NB's role with the other default."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Say the format where the text does not."""
        if ":" not in self.text:
            self.text += ":myst"
        return super().run()


def setup(app: Sphinx) -> dict:
    """Replace the role in MyST-NB's domain."""
    NbGlueDomain.roles["md"] = PasteMyst()
    return {"parallel_read_safe": True}
