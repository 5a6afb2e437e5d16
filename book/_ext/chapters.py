"""A link to ``04_moment_problem.md`` leads to that chapter, though the book holds it executed, as a notebook.

So the same link works where the text itself is read.
"""

import posixpath

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx


def resolve(app: Sphinx, doctree: nodes.document) -> None:
    """Say of each such link that it means a document."""
    for link in doctree.findall(pending_xref):
        path, _, anchor = link["reftarget"].partition("#")
        name, extension = posixpath.splitext(path)
        document = posixpath.normpath(posixpath.join(posixpath.dirname(app.env.docname), name))
        if link["reftype"] == "myst" and extension == ".md" and document in app.env.found_docs:
            link["refdomain"], link["reftarget"], link["reftargetid"] = "doc", document, anchor or None


def setup(app: Sphinx) -> dict:
    """Look at each page once it is read."""
    app.connect("doctree-read", resolve)
    return {"parallel_read_safe": True}
