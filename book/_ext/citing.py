"""The ways out of the book: its paper, its source, how to cite it, and who wrote it and when.

Names come from CITATION.cff, the paper from references.bib, the address of the repository from
``lowdim_repository`` in _config.yml and from nowhere else: where it is empty there are no such links.
"""

import re
import subprocess
import textwrap
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ci.site import printed

PAPER = "cohenkarlik2023"
PDF = "downloads/book.pdf"
LICENCES = "Text and figures CC BY 4.0, code MIT."
BLOB = re.compile(r"^(https?://.+?)/(?:blob|tree|-/blob)/[^/]+/?$")
ENTRY = r"(?ms)^@\w+\{{{key},.*?^\}}"


class CiteThis(SphinxDirective):
    """The paper and the book, to be copied into a bibliography."""

    def run(self) -> list[nodes.Node]:
        """One block for each."""
        book = Path(self.env.srcdir)
        paper = re.search(ENTRY.format(key=PAPER), (book / "references.bib").read_text(encoding="utf-8"))
        entries = [paper[0], book_entry(book.parent, self.config.lowdim_repository)]
        return [nodes.literal_block(entry, entry, language="bibtex") for entry in map(_narrow, entries)]


def book_entry(top: Path, repository: str) -> str:
    """The book as an entry of BibTeX, with the year of its last change."""
    about = yaml.safe_load((top / "CITATION.cff").read_text(encoding="utf-8"))
    authors = " and ".join(map(_name, about["authors"]))
    fields = {"author": f"{{{authors}}}", "title": about["title"], "year": changed(top)[1][:4]}
    if repository:
        fields["url"] = home(repository)
    lines = "\n".join(f"  {key} = {{{value}}}," for key, value in fields.items() if value)
    return f"@misc{{lowdimbook,\n{lines}\n}}"


def home(repository: str) -> str:
    """The repository's own page, from the address at which its files are read."""
    found = BLOB.match(repository)
    return found[1] if found else repository.rstrip("/")


def changed(top: Path) -> tuple[str, str]:
    """The last change in the repository and its day; empty where there is no repository."""
    command = ["git", "-C", str(top), "log", "-1", "--format=%h %cs"]
    done = subprocess.run(command, capture_output=True, text=True)
    commit, _, day = done.stdout.strip().partition(" ")
    return commit, day


def _narrow(entry: str) -> str:
    """An entry in lines that a page shows whole."""
    lines = (
        textwrap.wrap(line, 84, subsequent_indent="    ", break_on_hyphens=False)
        for line in entry.splitlines()
    )
    return "\n".join(part for line in lines for part in line)


def _name(person: dict) -> str:
    return person.get("name") or f"{person['given-names']} {person['family-names']}"


def footer(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Who, when, under which licences, and where to go from here."""
    top = Path(app.srcdir).parent
    if not (top / "CITATION.cff").is_file():  # one chapter alone, run again
        return
    about = yaml.safe_load((top / "CITATION.cff").read_text(encoding="utf-8"))
    reference = about["references"][0]
    arxiv = reference["identifiers"][0]["value"].removeprefix("arXiv:")
    commit, day = changed(top)
    root = context["pathto"]("index", 0)
    links = [
        f'<a href="https://arxiv.org/abs/{escape(arxiv)}">The paper</a>',
        f'<a href="{root if root != "#" else ""}#cite-this">Cite this</a>',
    ]
    if printed.current():
        links.append(f'<a download href="{context["pathto"](PDF, 1)}">The book as PDF</a>')
    if repository := app.config.lowdim_repository:
        page = home(repository)
        links += [
            f'<a href="{escape(page)}">Repository</a>',
            f'<a href="{escape(page)}/issues/new">Report an issue</a>',
        ]
        if pagename.startswith("notebooks/"):
            source = f"{repository.rstrip('/')}/{pagename}.md"
            links.append(f'<a href="{escape(source)}">Source of this chapter</a>')
    stamp = f" State of {day}, commit <code>{commit}</code>." if commit else ""
    who = escape(", ".join(map(_name, about["authors"])))
    context["theme_extra_footer"] = f"<p>{' · '.join(links)}</p><p>By {who}. {LICENCES}{stamp}</p>"


def setup(app: Sphinx) -> dict:
    """A directive, and the foot of each page."""
    app.add_directive("cite-this", CiteThis)
    app.connect("html-page-context", footer)
    return {"parallel_read_safe": True}
