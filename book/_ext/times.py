"""Put the execution times into the finished page, past the search index.

Times differ from one execution to the next; so the page that shows them is the only file that does.
"""

from pathlib import Path

from sphinx.application import Sphinx

PLACE = "<!-- execution times -->"


def insert(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Replace the comment that keeps the place by the table that the pipeline wrote."""
    if PLACE in (body := context.get("body", "")):
        table = Path(app.srcdir) / "_generated" / "times.html"
        context["body"] = body.replace(PLACE, table.read_text(encoding="utf-8"))


def setup(app: Sphinx) -> dict:
    """Hook into the build."""
    app.connect("html-page-context", insert)
    return {"parallel_read_safe": True}
