"""A docstring as a page shows it: Google sections as a list, examples as code, names and theorems as links.

The docstrings of the library are Markdown with formulas. griffe takes them apart; here the parts become MyST.
"""

import re
import textwrap
from collections.abc import Callable, Iterator

from griffe import Docstring, DocstringSection

SECTIONS = {"parameters": "Arguments", "returns": "Returns", "yields": "Yields", "raises": "Raises"}
LONG = 500  # letters of explanation, from which on it is folded
EXAMPLE = re.compile(r"(?m)^(>>> .*\n?(?:.+\n?)*)")
CODE = re.compile(r"(?ms)(^ *```.*?^ *```$)")
ROLE = re.compile(r":\w+:`~?([^`]+)`")
NAME = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
INTRODUCED = re.compile(r"(?m)(?<=[^\s:])::$")  # an example, as reStructuredText has it
PLAIN = re.compile(r"(`+[^`]*`+|\$[^$]*\$)")  # what stands between these is neither code nor a formula
# Code that ends in a backtick and a space: Markdown strips spaces at both ends, and none at one.
ENDING = re.compile(r"``(?! )([^`\n]*`[^`\n]*`) ``")
MINUS = re.compile(r"(?<=\w) - (?=\d)")
AT_MOST = re.compile(r"(?<=\s)<=(?=\s)")
LABEL = re.compile(r"(?:thm|prop|cor|lem|def|rem)-[a-z-]+")


def summary(docstring: Docstring | None) -> str:
    """The first paragraph in one line; nothing where there is no docstring."""
    return " ".join(docstring.value.partition("\n\n")[0].split()) if docstring else ""


def blocks(docstring: Docstring | None, rows: dict[str, str]) -> Iterator[str]:
    """The first paragraph, the explanation, a list of all sections and of these rows, and the examples."""
    if docstring is None:
        yield from (f"{title}\n{hanging(': ', entry)}" for title, entry in rows.items() if entry)
        return
    sections = [each for each in docstring.parsed if each.kind.value != "text"]
    text = "\n\n".join(each.value for each in docstring.parsed if each.kind.value == "text")
    first, _, rest = EXAMPLE.sub("", text).strip().partition("\n\n")
    yield first
    if rest:
        yield f"::::{{fold}} More\n{rest}\n::::" if len(rest) > LONG else rest
    listed = {SECTIONS[each.kind.value]: entries(each) for each in sections} | rows
    yield from (f"{title}\n{hanging(': ', entry)}" for title, entry in listed.items() if entry)
    yield from (f"```pycon\n{example.rstrip()}\n```" for example in EXAMPLE.findall(text))


def entries(section: DocstringSection) -> str:
    """The entries of a section: names with what they are, or the one value that is returned."""
    if section.kind.value in ("returns", "yields"):
        return "\n\n".join(each.description for each in section.value)
    names = [each.annotation if section.kind.value == "raises" else each.name for each in section.value]
    pairs = zip(names, section.value, strict=True)
    return "\n".join(hanging("- ", f"`{name}`: {each.description}") for name, each in pairs)


def hanging(mark: str, text: str) -> str:
    """A text whose first line has this mark in front, and the others as many spaces."""
    return mark + textwrap.indent(text, " " * len(mark)).lstrip()


def linked(text: str, target: Callable[[str], str | None]) -> str:
    """Links for what stands between backticks and is the label of a theorem or has a target in the library.

    Args:
        text: Markdown; its code blocks are left alone.
        target: the full name of what a docstring calls so, or None.
    """

    def link(code: re.Match) -> str:
        if LABEL.fullmatch(code[1]):
            return f"{{prf:ref}}`{code[1]}`"
        found = target(code[1])
        return f"{{py:obj}}`{code[1]} <{found}>`" if found else code[0]

    parts = CODE.split(ROLE.sub(r"`\1`", text))
    parts[::2] = (NAME.sub(link, _signs(INTRODUCED.sub(":", part))) for part in parts[::2])
    return "".join(parts)


def _signs(text: str) -> str:
    """Prose with the signs of mathematics: ≤ for <=, and k − 1 on one line."""
    parts = PLAIN.split(ENDING.sub(r"`` \1 ``", text))
    unbroken = "\N{NO-BREAK SPACE}−\N{NO-BREAK SPACE}"
    parts[::2] = (MINUS.sub(unbroken, AT_MOST.sub("≤", part)) for part in parts[::2])
    return "".join(parts)
