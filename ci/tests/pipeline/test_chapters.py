"""What every chapter keeps to: short cells, parameters glued once, numbers that exist, fences that close."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from ci import paths
from ci.pipeline.cells import Cell, code_cells, read_code, stray_fence

LINES, COLUMNS = 25, 88
CHAPTERS = pytest.mark.parametrize("source", paths.sources(), ids=lambda source: source.stem)
GLUED = re.compile(r"\{glue[a-z:]*\}`([^`]+)`")


def too_long(cells: list[Cell]) -> list[str]:
    """What is too long in these cells, by the line of the file."""
    found = []
    for cell in cells:
        lines = cell.source.splitlines()
        if len(lines) > LINES:
            found.append(f"{cell.line}: a cell of {len(lines)} lines")
        found += [
            f"{at}: {len(line)} columns" for at, line in enumerate(lines, cell.line) if len(line) > COLUMNS
        ]
    return found


def tree(cells: list[Cell]) -> ast.Module:
    """The syntax of several cells."""
    return ast.parse("\n".join(cell.source for cell in cells))


def split(source: Path) -> tuple[list[Cell], list[Cell]]:
    """The cells of a chapter's parameters, and all others."""
    cells = read_code(source)
    return [c for c in cells if "parameters" in c.tags], [c for c in cells if "parameters" not in c.tags]


def calls(module: ast.Module, name: str) -> list[ast.Call]:
    """Every call of a function by its bare name."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def assigned(module: ast.Module) -> dict[str, ast.expr]:
    """The names that a parameters cell assigns, and what to."""
    return {node.targets[0].id: node.value for node in module.body if isinstance(node, ast.Assign)}


def restated(module: ast.Module, parameters: set[str]) -> list[str]:
    """The numbers glued by hand that are parameters as they stand."""
    return [
        ast.unparse(call)
        for call in calls(module, "number")
        if isinstance(call.args[1], ast.Name) and call.args[1].id in parameters
    ]


def keys(source: Path) -> list[re.Pattern]:
    """Patterns of the names that a chapter glues; what an f-string fills in may be anything."""
    first, rest = split(source)
    module = tree(rest)
    (call,) = calls(module, "parameters")
    found = [re.escape(f"{call.args[0].value}-{name.replace('_', '-')}") for name in assigned(tree(first))]
    for call in [*calls(module, "number"), *calls(module, "glue")]:
        parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else [call.args[0]]
        texts = (re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in parts)
        found.append("".join(texts))
    return [re.compile(pattern) for pattern in found]


def unresolved(text: str, here: list[re.Pattern], there: dict[str, list[re.Pattern]]) -> list[str]:
    """The glued names in prose that no chapter makes."""
    lost = []
    for reference in GLUED.findall(text):
        page, _, name = reference.rpartition("::")
        patterns = there.get(Path(page).stem, []) if page else here
        if not any(pattern.fullmatch(name) for pattern in patterns):
            lost.append(reference)
    return lost


def alike(chapters: dict[str, ast.Module]) -> list[str]:
    """Functions that more than one chapter defines under one name with one body, docstrings aside."""
    places = defaultdict(set)
    for chapter, module in chapters.items():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                places[node.name, ast.dump(node.args), *map(ast.dump, body)].add(chapter)
    return [f"{name}: {sorted(found)}" for (name, *_), found in places.items() if len(found) > 1]


@CHAPTERS
def test_cells_are_short_enough_to_read(source):
    assert too_long(read_code(source)) == []


def test_a_long_cell_and_a_wide_line_are_found():
    text = "# A\n\n```{code-cell} ipython3\n:tags: [hide-input]\n\n" + "x = 1\n" * 26 + "```\n"
    assert too_long(code_cells(text)) == ["6: a cell of 26 lines"]
    assert too_long(code_cells(text.replace("x = 1\n", "", 1))) == []
    wide = text.replace("x = 1\n" * 26, f"y = 0\nx = '{'-' * 84}'\n")
    assert too_long(code_cells(wide)) == ["7: 90 columns"]


@pytest.mark.parametrize("page", [*paths.sources(), *sorted(paths.BOOK.glob("*.md"))], ids=lambda p: p.stem)
def test_every_fence_of_colons_has_a_line_of_its_own(page):
    assert stray_fence(page.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (":::{prf:proof}\nAs claimed. :::\n", 2),
        ("a\n\n$x$ ::::  \n", 3),
        ("by part 1.:::\n", 1),
        (":::{note}\nAs claimed.\n:::\n::::\n  :::\nlet x:\na ::: b\n", None),
    ],
)
def test_a_fence_behind_text_is_found(text, line):
    assert stray_fence(text) == line


@CHAPTERS
def test_a_chapter_glues_its_parameters_right_after_the_imports(source):
    _, rest = split(source)
    after = [node for node in tree(rest).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    (call,) = calls(tree(rest), "parameters")
    assert ast.unparse(after[0]) == ast.unparse(call)
    assert ast.unparse(call.args[1]) == "globals()"
    prefix = call.args[0].value
    assert [
        ast.unparse(number)
        for number in calls(tree(rest), "number")
        if not ast.unparse(number.args[0]).removeprefix("f").startswith(f"'{prefix}-")
    ] == []


@CHAPTERS
def test_no_parameter_is_glued_by_hand(source):
    first, rest = split(source)
    names = set(assigned(tree(first)))
    assert restated(tree(rest), names) == []
    planted = ast.parse(f"number('x-again', {min(names)}, digits=1)")
    assert len(restated(planted, names)) == 1


@pytest.mark.parametrize(
    "page", [*paths.sources(), *sorted(paths.BOOK.glob("*.md"))], ids=lambda page: page.stem
)
def test_every_number_in_the_prose_comes_from_a_chapter(page):
    known = {source.stem: keys(source) for source in paths.sources()}
    assert unresolved(page.read_text(encoding="utf-8"), known.get(page.stem, []), known) == []


def test_a_number_that_nobody_glues_is_found():
    here, there = [re.compile("balance-.*-low")], {"05_far": [re.compile("far-k")]}
    text = "{glue:md}`balance-k` {glue:md}`balance-a-low` {glue}`a/05_far.ipynb::far-k` {glue}`x::far-k`"
    assert unresolved(text, here, there) == ["balance-k", "x::far-k"]


def test_no_two_chapters_define_the_same_function():
    assert alike({source.stem: tree(read_code(source)) for source in paths.sources()}) == []


def test_a_function_written_twice_is_found():
    one = ast.parse("def over(x, f):\n    return [f(v) for v in x]")
    two = ast.parse("def over(x, f):\n    '''Says more.'''\n    return [f(v) for v in x]")
    other = ast.parse("def over(x, f):\n    return [f(v) for v in f(x)]")
    assert alike({"one": one, "two": two, "other": other}) == ["over: ['one', 'two']"]


@CHAPTERS
def test_captions_name_panels_by_their_letters(source):
    text = source.read_text(encoding="utf-8")
    captions = re.findall(r"(?m)^    caption: \|\n((?:      .*\n)+)", text)
    named = [word for caption in captions for word in re.findall(r"\b(?:Left|Right|Top|Bottom)\b:?", caption)]
    assert named == []
