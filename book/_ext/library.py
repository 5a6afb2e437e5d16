"""The pages on the library, written from its docstrings.

The line ``{library} systems`` of a page becomes the public names of that room, each of which a chapter can
link to, as in {py:func}`lowdim.systems.teacher`; the line ``{library}`` becomes tables of all names.
"""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import griffe
from docstrings import blocks, linked, summary
from docutils import nodes
from proofs import fold
from rooms import PICTURES, chapters, modules, rooms, signature, target
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyModule
from sphinx.util.docutils import SphinxDirective

LINE = re.compile(r"(?m)^\{library\}(?: (\w+))?$")
SHORT = 60  # letters of a value, up to which a page shows it
TABLE = re.compile(r"(?m)^=+ =+\n(?:.+\n)+?=+ =+\n?")  # of modules, in the docstring of a room


class Fold(SphinxDirective):
    """A text under a title that the reader opens."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The title first, as the element wants it."""
        folded = fold("", nodes.inline("", self.arguments[0]))
        self.state.nested_parse(self.content, self.content_offset, folded)
        return [folded]


class Module(PyModule):
    """The target of links to a module, in no index: the search stumbles over its dots."""

    def run(self) -> list[nodes.Node]:
        """Sphinx's own, less its entry in the index."""
        return [node for node in super().run() if not isinstance(node, addnodes.index)]


def add_names(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the names in the place of the line."""
    library = Path(app.srcdir).parent / "lib"

    def written(line: re.Match) -> str:
        parts = page(library, line[1], app.config.lowdim_repository) if line[1] else index(library)
        return "\n\n".join(parts)

    source[0] = LINE.sub(written, source[0])


def index(library: Path) -> Iterator[str]:
    """For each room what it is about, and a table of its names; for the pictures a table of their modules."""
    for room, home in rooms(library).items():
        say = functools.partial(linked, target=functools.partial(target, library, room))
        things = {name: thing for _, group in modules(library, room) for name, thing in group.items()}
        if room == PICTURES:
            things = {module.path: module for module, _ in modules(library, room)}
        yield f"## [{home.path}]({room}.md)\n\n{say(summary(home.docstring))}"
        lines = {name: say(summary(thing.docstring)).replace("|", r"\|") for name, thing in things.items()}
        rows = [f"| {{py:obj}}`{name.split('.')[-1]} <{name}>` | {line} |" for name, line in lines.items()]
        yield "\n".join(["| name | what it is |", "|---|---|", *rows])


def page(library: Path, room: str, repository: str) -> Iterator[str]:
    """A room: what it is about, and its names, module by module."""
    home = rooms(library)[room]
    say = functools.partial(linked, target=functools.partial(target, library, room))
    yield f":::{{py:module}} {home.path}\n:::"
    yield say(TABLE.sub("", home.docstring.value))
    for module, things in modules(library, room):
        if module is not home:
            yield f"## `{module.name.strip('_')}`\n\n:::{{py:module}} {module.path}\n:::"
            yield from map(say, blocks(module.docstring, {}))
        for name, thing in things.items():
            rows = {"Used in": users(library, name), "Source": origin(library, thing, repository)}
            text = [summary(thing.docstring)] if room == PICTURES else blocks(thing.docstring, rows)
            inside = [] if room == PICTURES else members(thing)
            yield described(library, name, thing, [*text, *inside])


def described(library: Path, full: str, thing: griffe.Object, parts: list[str]) -> str:
    """A name as an object of Sphinx's Python domain; in its docstring it and its arguments are no links."""
    home, _, name = full.rpartition(".")
    calls = [part for part in (thing, *thing.members.values()) if part.is_function or part.is_class]
    own = {name, *(each.name for part in calls for each in part.parameters)}
    room = home.split(".")[1]
    text = linked("\n\n".join(parts), lambda word: None if word in own else target(library, room, word))
    if thing.is_attribute:
        value = str(thing.value)
        row = f":value: {value}\n" if len(value) <= SHORT and "\n" not in value else ""
        return f"::::::{{py:data}} {name}\n:module: {home}\n{row}\n{text}\n::::::"
    call = f"{name}{signature(thing)}"
    return f"::::::{{py:{thing.kind.value}}} {call}\n:module: {home}\n\n{text}\n::::::"


def members(thing: griffe.Object) -> Iterator[str]:
    """The public methods and properties of a class; its fields are among its arguments."""
    for name, part in thing.members.items() if thing.is_class else ():
        if part.docstring and not name.startswith("_"):
            kind, call = ("method", signature(part)) if part.is_function else ("property", "")
            text = "\n\n".join(blocks(part.docstring, {}))
            yield f":::::{{py:{kind}}} {name}{call}\n\n{text}\n:::::"


def users(library: Path, name: str) -> str:
    """The chapters that take a name, as links that say what each is about."""
    used = chapters(library).get(name, ())
    return ", ".join(f"{{doc}}`{stem[3:].replace('_', ' ')} </notebooks/{stem}>`" for stem in used)


def origin(library: Path, thing: griffe.Object, repository: str) -> str:
    """The place of a name in the repository, a link if the repository has an address."""
    path = thing.filepath.relative_to(library.parent).as_posix()
    place = f"{path}, line {thing.lineno}"
    return f"[{place}]({repository.rstrip('/')}/{path}#L{thing.lineno})" if repository else place


def setup(app: Sphinx) -> dict:
    """Write the pages when they are read."""
    app.add_config_value("lowdim_repository", "", "env")
    app.add_directive("fold", Fold)
    app.add_directive_to_domain("py", "module", Module, override=True)
    app.connect("source-read", add_names)
    return {"parallel_read_safe": True}
