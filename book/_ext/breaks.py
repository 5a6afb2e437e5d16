"""Where the path of a file may be broken in a table: after a slash, or an underscore between two words."""

import re

from sphinx.application import Sphinx

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
PATH = re.compile(r'(?<=<span class="pre">)[^<]*/[^<]*(?=</span>)')
PLACE = re.compile(r"(?<=/)(?=\w)|(?<=[^\W_]_)(?=\w)")


def breakable(body: str) -> str:
    """The body of a page with places to break in the paths of its tables."""
    return TABLE.sub(lambda table: PATH.sub(lambda path: PLACE.sub("<wbr>", path[0]), table[0]), body)


def insert(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Mark the places in the finished page, past the search index."""
    if "body" in context:
        context["body"] = breakable(context["body"])


def setup(app: Sphinx) -> dict:
    """Hook into the build."""
    app.connect("html-page-context", insert)
    return {"parallel_read_safe": True}
