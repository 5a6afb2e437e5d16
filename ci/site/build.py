"""Build the site with Jupyter Book, warnings as errors; a new site replaces the old one when it is whole."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ci import paths
from ci.family import die_with_parent
from ci.progress import Progress
from lowdim.ledger.page_code import node


class SiteError(Exception):
    """The site could not be built; the message is Sphinx's own."""


def build(book: Path, html: Path, progress: Progress) -> None:
    """Build ``book`` into ``html``: always all pages, for one page may show a number that another computed.

    Raises:
        SiteError: if Sphinx fails or warns.
    """
    started = time.monotonic()
    jupyter_book(book, html, "-W", "-n", "--keep-going")
    progress.say(f"    site  {len(list(html.rglob('*.html')))} pages  {time.monotonic() - started:.1f} s")


def build_page(notebook: Path, html: Path) -> Path:
    """Build one executed notebook as a book of one page, which looks like the book; the page's path.

    Its references to other chapters lead nowhere, so what Sphinx warns about is not held against it.
    """
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder)
        shutil.copy(notebook, book)
        for name in ("_static", "references.bib"):
            (book / name).symlink_to(paths.BOOK / name)
        (book / "_toc.yml").write_text(f"format: jb-book\nroot: {notebook.stem}\n", encoding="utf-8")
        jupyter_book(book, html)
    return html / f"{notebook.stem}.html"


def jupyter_book(book: Path, html: Path, *flags: str, builder: str = "html") -> None:
    """Run one of Sphinx's builders, and put what it made in the place of ``html`` when it is whole.

    Raises:
        SiteError: if Sphinx fails, or warns and the flags say that it must not.
    """
    paths.BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.BUILD, prefix="fresh-") as folder:
        _build_into(book, Path(folder), builder, *flags)
        html.parent.mkdir(parents=True, exist_ok=True)
        with (html.parent / f".{html.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if html.exists():
                html.rename(
                    Path(folder) / "old"
                )  # aside, so that there is a whole site at every moment but one
            (Path(folder) / "_build" / builder).rename(html)


def _build_into(book: Path, fresh: Path, builder: str, *flags: str) -> None:
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(book)]
    command += [
        "--path-output",
        str(fresh),
        "--config",
        str(paths.ROOT / "_config.yml"),
        "--builder",
        builder,
        "--all",
        "-q",
        *flags,
    ]
    done = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=os.environ | {"PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}"},  # KaTeX runs in node
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent,  # else Sphinx goes on when the pipeline is killed
    )
    if done.returncode:
        raise SiteError(f"the site does not build:\n{_told(done.stdout + done.stderr)}")


def _told(output: str) -> str:
    """What Sphinx said, with paths as a person types them, without Jupyter Book's banners and traceback."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output).replace(f"{paths.ROOT}{os.sep}", "")
    noise = re.compile(r"(Running Jupyter-Book|Source Folder|Config Path|Output Path|=+$|Building your book)")
    said, _, traceback = plain.partition("Traceback (most recent call last)")
    lines = [line for line in said.splitlines() if line.strip() and not noise.match(line)]
    return "\n".join(f"  {line}" for line in lines or traceback.splitlines())
