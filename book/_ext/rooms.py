"""The rooms of the library: their public names and where each comes from, and which chapters take it.

griffe reads source and stubs and imports nothing, so a page does not wait for PyTorch.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import griffe

PACKAGE = "lowdim"
PICTURES = "figures"  # the room whose face is its modules, one a chapter
IMPORT = re.compile(rf"(?m)^from ({PACKAGE}(?:\.\w+)*) import (\([^)]*\)|.*)$")
STARS = {"variadic positional": "*", "variadic keyword": "**"}


@functools.cache
def package(library: Path) -> griffe.Module:
    """The package in this folder, its docstrings taken apart by Google's rules."""
    options = {"returns_named_value": False, "returns_multiple_items": False, "warnings": False}
    return griffe.load(
        PACKAGE,
        search_paths=[library],
        allow_inspection=False,
        docstring_parser="google",
        docstring_options=options,
    )


def rooms(library: Path) -> dict[str, griffe.Module]:
    """The rooms by name, in the order of the table in the package's docstring."""
    return dict(sorted(package(library).modules.items(), key=_place(package(library))))


def _place(home: griffe.Module) -> Callable[[tuple[str, Any]], tuple[int, str]]:
    """The line of a module in the table of a docstring; what is not in the table comes last, by name."""
    listed = re.findall(r"(?m)^(\w+) +\S", home.docstring.value)
    return lambda item: (listed.index(item[0]) if item[0] in listed else len(listed), item[0])


@functools.cache
def public(library: Path) -> dict[str, griffe.Object]:
    """Every public function, class and constant under its full name: what each face takes from its modules.

    A room without a face, which is one of pictures or a single file, offers what its files define.
    """
    found = {}
    for room in rooms(library).values():
        faced = {each.path: each.final_target for each in room.members.values() if _taken_from_inside(each)}
        files = [room, *room.modules.values()]
        found |= faced or {each.path: each for file in files for each in _defined(file)}
    return found


def _taken_from_inside(thing: griffe.Object | griffe.Alias) -> bool:
    return thing.is_alias and thing.target_path.startswith(f"{PACKAGE}.")


def _defined(module: griffe.Module) -> Iterator[griffe.Object]:
    for name, thing in module.members.items():
        if not thing.is_alias and not name.startswith("_") and (thing.is_function or thing.is_class):
            yield thing


def modules(library: Path, room: str) -> Iterator[tuple[griffe.Module, dict[str, griffe.Object]]]:
    """The modules of a room and the public names of each, in the order of the table in its docstring."""
    home = rooms(library)[room]
    groups = defaultdict(dict)
    for name, thing in public(library).items():
        if name.startswith(f"{home.path}."):
            groups[thing.module.name][name] = thing
    for module, things in sorted(groups.items(), key=_place(home)):
        yield home if module == room else home[module], things


def target(library: Path, room: str, name: str) -> str | None:
    """The full name of what a docstring of a room calls so, where that is clear."""
    known = public(library)
    if f"{PACKAGE}.{room}.{name}" in known:
        return f"{PACKAGE}.{room}.{name}"
    if name.startswith(f"{PACKAGE}."):
        return name
    found = [full for full in known if full.split(".")[2:] == [name]]
    return found[0] if len(found) == 1 else None


@functools.cache
def chapters(library: Path) -> dict[str, list[str]]:
    """For each full name the chapters that take it, read off their imports."""
    known, found = public(library), defaultdict(list)
    for chapter in sorted((library.parent / "notebooks").glob("*.md")):
        for name in sorted(set(_taken(chapter.read_text(encoding="utf-8"))) & set(known)):
            found[name].append(chapter.stem)
    return found


def _taken(text: str) -> Iterator[str]:
    """The full name of everything that is imported, and of the attributes that are used of it."""
    for origin, names in IMPORT.findall(text):
        for each in names.strip("()").split(","):
            name, _, alias = each.strip().partition(" as ")
            yield f"{origin}.{name}"
            for attribute in re.findall(rf"\b{alias or name}\.(\w+)", text) if name else ():
                yield f"{origin}.{name}.{attribute}"


def signature(thing: griffe.Function | griffe.Class) -> str:
    """Names and defaults of the arguments, without annotations: the docstring says what they are."""
    shown, marked = [], False
    for each in thing.parameters:
        if each.name == "self":
            continue
        marked = marked or each.kind.value == "variadic positional"
        if each.kind.value == "keyword-only" and not marked:
            shown.append("*")
            marked = True
        default = f"={each.default}" if each.default is not None and each.kind.value not in STARS else ""
        shown.append(STARS.get(each.kind.value, "") + each.name + default)
    return f"({', '.join(shown)})"
