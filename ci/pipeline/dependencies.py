"""Which files of the library a notebook uses: those of the names its cells take, and what these import.

A room's face re-exports names from many modules; a chapter that takes one name depends on the module of that
name and not on the room. Imports are read off the syntax, wherever they stand. A file that is not Python, a
font say, counts for every notebook.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from ci import paths
from ci.pipeline.cells import read_code

PACKAGE = "lowdim"
MODULE = re.compile(r"[\"'](\w+\.mjs)[\"']")
IMPORTED = re.compile(r"[\"']\./(\w+\.mjs)[\"']")
UNUSED = (".py", ".pyi", ".pyc", ".typed")  # followed by name, or no part of any result


def page_modules(source: Path) -> list[Path]:
    """The modules of movable figures that this text notebook runs, and what they import."""
    found: set[Path] = set()
    waiting = [name for cell in read_code(source) for name in MODULE.findall(cell.source)]
    while waiting:
        path = paths.MOVABLE / waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting += IMPORTED.findall(path.read_text(encoding="utf-8"))
    return sorted(found)


def library_files(source: Path) -> list[Path]:
    """The files of the library on which this text notebook depends."""
    found = {path for path in paths.LIBRARY.rglob("*") if path.is_file() and path.suffix not in UNUSED}
    notebook = ast.Module([node for cell in read_code(source) for node in _parsed(cell.source).body], [])
    waiting = list(_taken(notebook))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_taken_by(path, path.stat().st_mtime_ns))
    return sorted(found)


@functools.cache
def _taken_by(path: Path, _version: int) -> list[Path]:
    return list(_taken(ast.parse(path.read_text(encoding="utf-8"))))


def _parsed(cell: str) -> ast.Module:
    """The syntax of a cell without IPython's own lines; empty where there is none, as execution tells."""
    code = "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in cell.splitlines())
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def _taken(tree: ast.Module) -> Iterator[Path]:
    """The files behind every name that this code takes from the library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.split(".")[0] == PACKAGE:
                    yield from _attributes(tree, each.asname or each.name, each.name)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                if each.name != "*" and _package(inner):
                    yield from _attributes(tree, each.asname or each.name, inner)
                else:
                    yield from _name(node.module, each.name)


def _attributes(tree: ast.Module, local: str, module: str) -> Iterator[Path]:
    """What is taken from a module as `room.name`; all of it where the module itself is handed on."""
    if not _package(module):
        yield from _name(module, "*")
        return
    dotted = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == local:
            yield from _name(module, dotted.get(id(node), "*"))


def _name(module: str, name: str) -> Iterator[Path]:
    """The file of one name of a module, or of each with *."""
    if not _package(module):
        yield from _file(module)
        return
    face = _face(module)
    for taken in face if name == "*" else [name]:
        if taken in face:
            yield from _file(face[taken])
        else:
            yield from _name(f"{module}.{taken}", "*")


def _face(package: str) -> dict[str, str]:
    """The names of a room and the module of each, from its stub; the modules themselves where it has none."""
    folder = _path(package)
    stub = folder / "__init__.pyi"
    if not stub.is_file():
        return {path.stem: f"{package}.{path.stem}" for path in folder.glob("[!_]*.py")}
    return {
        each.asname or each.name: f"{package}.{node.module}"
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }


def _path(module: str) -> Path:
    return paths.LIBRARY.joinpath(*module.split(".")[1:])


def _package(module: str) -> bool:
    return (_path(module) / "__init__.py").is_file()


def _file(module: str) -> Iterator[Path]:
    """The file of a module; none for what is no module."""
    path = _path(module).with_suffix(".py")
    if path.is_file():
        yield path
