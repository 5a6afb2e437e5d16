"""What one takes along from a chapter: the notebook with its outputs, its text, the command to run it again.

Where the repository has an address, each cell has a link to its line, and Binder and Colab open the chapter.
"""

import json
import re
import shutil
from html import escape
from pathlib import Path

from citing import BLOB, home
from sphinx.application import Sphinx

from ci import paths
from ci.pipeline.cells import Cell, read_code
from ci.site import printed

FOLDER = "downloads"
CELL = re.compile(r'<div class="cell(?: [^"]*)?docutils container">')
BUTTON = re.compile(r'href="[^"]*_sources/notebooks/([\w-]+)\.ipynb"[^>]*')
NUMBERS = re.compile(r"^(?:number|parameters)\(", re.MULTILINE)
DRAWN = re.compile(r"^(?:figures|moving)\.\w+\(", re.MULTILINE)
SWITCH = """<p class="lowdim-switch"><label>Code <select name="code"><option value="all">all</option>
<option value="essential">essential</option><option value="none">none</option></select></label></p>"""
HOW = """This notebook is a chapter of *{title}*, with the outputs of one run. Its cells need the library
`lowdim` and the file `book/claims.yml`, both in the book's repository{where}. The cell below fetches
them where they are not yet there; inside of the repository it does nothing."""
FETCH = """import importlib.util

if importlib.util.find_spec("lowdim") is None:
    {command}
"""


def minor(cell: Cell) -> bool:
    """Whether a cell only prepares, draws or hands numbers to the text."""
    lines = [line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")]
    starts = [line for line in lines if not line.startswith((" ", ")", "]", "}"))]
    if not starts or "parameters" in cell.tags:
        return False
    return (
        starts[0].startswith(("import ", "from "))
        or all(NUMBERS.match(line) for line in starts)
        or bool(DRAWN.match(starts[-1]))
    )


def page(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Mark the cells of a chapter, link them to their lines, and add what one takes along."""
    source = paths.ROOT / f"{pagename}.md"
    if not pagename.startswith("notebooks/") or not source.is_file():
        return
    body, cells = context["body"], read_code(source)
    repository = app.config.lowdim_repository.rstrip("/")
    if len(CELL.findall(body)) == len(cells):  # not where one is taken out by a tag
        found = iter(cells)
        body = CELL.sub(lambda start: _marked(start[0], next(found), repository, pagename), body)
    body = body.replace("</h1>", f"</h1>\n{SWITCH}", 1)
    context["body"] = body + taken(pagename, cells, repository, app.config.lowdim_executed.rstrip("/"))


def _marked(start: str, cell: Cell, repository: str, name: str) -> str:
    if minor(cell):
        start = start.replace('class="cell', 'class="lowdim-minor cell', 1)
    if not repository:
        return start
    line = f"{repository}/{name}.md#L{cell.line}"
    return f'{start}<a class="lowdim-line" href="{escape(line)}" title="Source of this cell">source</a>'


def taken(name: str, cells: list[Cell], repository: str, executed: str) -> str:
    """The end of a chapter: how to run it again, and its files.

    Args:
        name: of the page, such as notebooks/01_setting.
        cells: of the chapter.
        repository: where its files can be read, or nothing.
        executed: where executed notebooks can be read on GitHub, or nothing.
    """
    stem = name.rpartition("/")[2]
    values = " ".join(_whole(cells))
    command = f'make notebook NAME={stem} PARAMS="{values}"'
    links = [
        f'<a download href="../{FOLDER}/{stem}.ipynb">Notebook with outputs (.ipynb)</a>',
        f'<a download href="../{FOLDER}/{stem}.md">Text (.md)</a>',
    ]
    links += [f'<a href="{escape(url)}">{word}</a>' for word, url in elsewhere(stem, repository, executed)]
    return (
        '<section id="take-along" class="lowdim-taking"><h2>Run this chapter<a class="headerlink" '
        'href="#take-along" title="Link to this heading">#</a></h2>'
        "<p>In a clone of the repository, with these numbers or with others:</p>"
        '<div class="highlight-console notranslate"><div class="highlight">'
        f"<pre>$ {escape(command)}</pre></div></div>"
        f"<p>{' · '.join(links)}</p></section>"
    )


def elsewhere(stem: str, repository: str, executed: str) -> list[tuple[str, str]]:
    """Where a chapter runs without being installed: names and addresses."""
    found = []
    match = re.match(r"https://github\.com/([^/]+)/([^/]+)/(?:blob|tree)/([^/]+)", repository)
    if match:
        owner, repo, branch = match.groups()
        path = f"lab%2Ftree%2Fnotebooks%2F{stem}.md"
        found.append(("Binder", f"https://mybinder.org/v2/gh/{owner}/{repo}/{branch}?urlpath={path}"))
    if executed.startswith("https://github.com/"):
        path = executed.removeprefix("https://github.com/")
        found.append(("Colab", f"https://colab.research.google.com/github/{path}/{stem}.ipynb"))
    return found


def _whole(cells: list[Cell]) -> list[str]:
    """Up to three parameters of a chapter that are whole numbers, as an example."""
    code = next((cell.source for cell in cells if "parameters" in cell.tags), "")
    found = re.findall(r"(?m)^([a-z]\w*) = (\d+)(?= |$)", code)
    return [f"{name}={value}" for name, value in found[:3]]


def files(app: Sphinx, exception: Exception | None) -> None:
    """Write what one can download, and have the button of the theme lead there."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    folder = out / FOLDER
    for executed in sorted((out / "_sources" / "notebooks").glob("*.ipynb")):
        source = paths.SOURCES / f"{executed.stem}.md"
        if not source.is_file():
            continue
        folder.mkdir(exist_ok=True)
        text = with_library(
            executed.read_text(encoding="utf-8"), app.config.project, app.config.lowdim_repository
        )
        (folder / executed.name).write_text(text, encoding="utf-8")
        (folder / source.name).write_bytes(source.read_bytes())
    if printed.current():
        folder.mkdir(exist_ok=True)
        shutil.copy(paths.PDF, folder)
    for html in (out / "notebooks").glob("*.html"):
        text = html.read_text(encoding="utf-8")
        html.write_text(BUTTON.sub(rf'href="../{FOLDER}/\1.ipynb" download', text), encoding="utf-8")


def with_library(notebook: str, title: str, repository: str) -> str:
    """A notebook that begins by saying, and doing, what it takes to run it."""
    nb = json.loads(notebook)
    where = home(repository) if repository else ""
    clone = f"!git clone --depth 1 {where} lowdim-book && pip install -q './lowdim-book/lib[book]'"
    clone += "\n    %cd lowdim-book"
    command = (
        clone
        if BLOB.match(repository)
        else 'raise ImportError("pip install ./lib[book] in the book\'s repository")'
    )
    cells = [
        {
            "cell_type": "markdown",
            "id": "how",
            "metadata": {},
            "source": HOW.format(title=title, where=f", {where}" if where else ""),
        },
        {
            "cell_type": "code",
            "id": "fetch",
            "metadata": {},
            "source": FETCH.format(command=command),
            "outputs": [],
            "execution_count": None,
        },
    ]
    nb["cells"] = cells + nb["cells"]
    return json.dumps(nb, indent=1, ensure_ascii=False) + "\n"


def setup(app: Sphinx) -> dict:
    """Hook into the build, before the site is finished."""
    app.add_config_value("lowdim_executed", "", "html", str)
    app.connect("html-page-context", page)
    app.connect("build-finished", files, priority=800)
    return {"parallel_read_safe": True}
