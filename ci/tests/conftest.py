"""Small notebooks, and a small repository around them, for the tests of the pipeline."""

import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ci import paths
from ci.pipeline.chapter import HEAD
from ci.progress import Progress

# A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start with them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and nohup does the same with this one

HEADER = HEAD + "# A small chapter\n\n"


@pytest.fixture
def notebook(tmp_path):
    """Write a text notebook of these code cells into a folder; its path."""

    def write(*cells: str, name: str = "01_small", folder: Path = tmp_path) -> Path:
        fences = "\n\nSome prose.\n\n".join(f"```{{code-cell}} ipython3\n{cell}\n```" for cell in cells)
        path = folder / f"{name}.md"
        path.write_text(HEADER + fences + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def progress():
    """A progress that writes into a string, as into a log file."""
    return Progress(io.StringIO())


class Repository:
    """A copy of the pipeline and the library around other notebooks."""

    def __init__(self, root: Path):
        self.root = root
        for folder in ("notebooks", "book"):
            (root / folder).mkdir(parents=True)
        ignored = shutil.ignore_patterns("__pycache__", "tests")
        for folder in ("ci", "lib"):
            shutil.copytree(paths.ROOT / folder, root / folder, ignore=ignored)
        shutil.copy(paths.REQUIREMENTS, root)
        self.write(
            "_config.yml",
            'title: Small\nexecute: {execute_notebooks: "off"}\nexclude_patterns: [_generated]\n',
        )
        self.write(
            "book/_toc.yml", "format: jb-book\nroot: index\nchapters: [{glob: notebooks/*}, {file: claims}]\n"
        )
        self.write("book/index.md", "# Small\n\n```{include} _generated/ledger_state.md\n```\n")

    def write(self, path: str, text: str) -> Path:
        """Write one file."""
        (self.root / path).write_text(text, encoding="utf-8")
        return self.root / path

    def edit(self, path: str, old: str = "", new: str = "# edited\n") -> None:
        """Replace the first occurrence in one file; by default, put a comment at its beginning."""
        self.write(path, (self.root / path).read_text(encoding="utf-8").replace(old, new, 1))

    def book(self, *tasks: str) -> subprocess.CompletedProcess:
        """What ``make book`` runs, after everything is installed."""
        command = [sys.executable, "-m", "ci.pipeline.book", *tasks]
        outside = {key: value for key, value in os.environ.items() if key != "LOWDIM_CLAIMS"}
        return subprocess.run(command, cwd=self.root, env=outside, capture_output=True, text=True)

    def site(self) -> dict[str, bytes]:
        """Every file of the built site."""
        html = self.root / "_build" / "html"
        return {str(path.relative_to(html)): path.read_bytes() for path in html.rglob("*") if path.is_file()}


@pytest.fixture
def repository(tmp_path):
    """A small repository of its own."""
    return Repository(tmp_path / "repository")
