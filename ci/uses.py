"""Which files of the library a notebook uses: what it imports, and what those modules import in turn.

So an edit to the figures of one chapter reruns that chapter, and an edit to the core reruns every one.
Imports are read off the text, wherever they stand; a file that is not Python counts for every notebook.
"""

import re
from pathlib import Path

from ci import tree

IMPORT = re.compile(
    r"^\s*(?:from\s+(lowdim[\w.]*)\s+import\s+(\([^)]*\)|[^\n#]*)|import\s+(lowdim[\w.]*))", re.M
)


def library_files(source: Path) -> list[Path]:
    """The files of the library on which this text notebook depends."""
    found = {
        path for path in tree.LIBRARY.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    waiting = [source]
    while waiting:
        for path in _imported(waiting.pop()) - found:
            found.add(path)
            waiting.append(path)
    return sorted(found)


def _imported(path: Path) -> set[Path]:
    files: set[Path] = set()
    for package, names, module in IMPORT.findall(path.read_text(encoding="utf-8")):
        inside = [f"{package}.{name}" for name in re.findall(r"\w+", names)] if package else []
        for dotted in [package or module, *inside]:
            files |= _files(dotted)
    return files


def _files(dotted: str) -> set[Path]:
    """The file of a module and those of the packages around it; none for a name that is no module."""
    folders = dotted.split(".")[1:]
    files = {tree.LIBRARY / "__init__.py"}
    for depth in range(1, len(folders) + 1):
        stem = tree.LIBRARY.joinpath(*folders[:depth])
        files |= {path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file()}
    return files
