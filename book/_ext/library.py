"""The page on the library, written from the docstrings, which are Markdown with formulas.

A line ``{library} systems`` of the page becomes the public names of that room. The source is read, not
imported: building the page does not wait for PyTorch.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

PAGE = "api"


def add_modules(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put each module in the place of its line."""
    if docname == PAGE:
        folder = Path(app.srcdir).parent / "lib" / "lowdim"
        source[0] = re.sub(
            r"(?m)^\{library\} (\w+)$",
            lambda line: "\n".join(module(folder, line[1])),
            source[0],
        )


def module(folder: Path, name: str) -> Iterator[str]:
    """One module or package in Markdown: what it is about, then its public names."""
    package = folder / name / "__init__.py"
    tree = parse(package if package.exists() else folder / f"{name}.py")
    yield f"## lowdim.{name}\n"
    yield markdown(tree)
    for node in offered(folder / name) if package.exists() else defined(tree):
        yield f"### `{node.name}`\n"
        yield f"```python\n{laid_out(node.name, call(node))}\n```\n"
        yield markdown(node)
        if isinstance(node, ast.ClassDef):
            yield members(node)


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes of a file."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node


def offered(room: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """What the face of a room takes from its modules."""
    for node in parse(room / "__init__.pyi").body:
        if isinstance(node, ast.ImportFrom):
            names = {each.name for each in node.names}
            yield from (part for part in defined(parse(room / f"{node.module}.py")) if part.name in names)


def call(node: ast.FunctionDef | ast.ClassDef) -> str:
    """Names and defaults of the arguments, without annotations: the docstring says what they are."""
    if isinstance(node, ast.FunctionDef):
        given = node.args
        for part in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if part:
                part.annotation = None
        return ast.unparse(given).removeprefix("self, ")
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return call(part)
    fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
    return ", ".join(
        ast.unparse(part.target) + (f"={ast.unparse(part.value)}" if part.value else "") for part in fields
    )


def laid_out(name: str, arguments: str) -> str:
    """A call whose lines are as short as a page shows them."""
    lines = textwrap.wrap(arguments, 84, break_long_words=False, break_on_hyphens=False)
    if len(f"{name}({arguments})") <= 88:
        return f"{name}({arguments})"
    return "\n".join([f"{name}(", *(f"    {line}" for line in lines), ")"])


def members(node: ast.ClassDef) -> str:
    """The public methods and properties of a class, a line each."""
    lines = []
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
            meaning, _, _ = markdown(part).partition("\n\n")
            lines.append(f"- `.{part.name}`: {meaning}")
    return "\n".join(["**Members**\n", *lines, ""]) if lines else ""


def markdown(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    """A docstring, with its Google sections as a page shows them and its examples as code."""
    docstring = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", ast.get_docstring(node) or "")
    docstring = re.sub(r"(?m)^(>>> .*\n?(?:.+\n?)*)", r"```pycon\n\1\n```\n", docstring)
    docstring = re.sub(r"(?m)^Args:$", "**Arguments**\n", docstring)
    docstring = re.sub(r"(?m)^Returns:\n {4}(?=\S)", "**Returns** ", docstring)
    docstring = re.sub(r"(?m)^Raises:$", "**Raises**\n", docstring)
    return re.sub(r"(?m)^ {4}([*]*\w[\w, *]*): (?=\S)", r"- `\1`: ", docstring) + "\n"


def setup(app: Sphinx) -> dict:
    """Write the page when it is read."""
    app.connect("source-read", add_modules)
    return {"parallel_read_safe": True}
