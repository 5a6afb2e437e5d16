"""Style sheets without what no page uses: a theme brings the looks of a hundred parts, and a book has ten.

A rule stays if each class and id that it asks for is on a page or in a script; what stands within
``:not``, ``:is``, ``:where`` and ``:has`` is not asked for. A variable stays if a rule reads it. Paper is
light, whatever the screen is.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NAME = re.compile(r"([.#])((?:[\w-]|\\.)+)")
ASKED = re.compile(r":(?:not|is|where|has)\(")
ATTRIBUTE = re.compile(r"\[[^\]]*\]")
READ = re.compile(r"var\(\s*(--[\w-]+)")
SET = re.compile(r"(?:^|(?<=;))\s*(--[\w-]+)\s*:")
DARK = re.compile(r"\[data-theme=[\"']?dark[\"']?\]")
LIGHT = re.compile(r"(?<=html)\[data-theme=[\"']?light[\"']?\]")
MOTION = re.compile(r"@keyframes ([\w-]+)\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
GROUPS = ("@media", "@supports", "@container", "@layer")


def lean(css: str, used: Callable[[str], bool], elsewhere: str = "") -> str:
    """The sheet without rules for what is not used, and without variables that nothing reads.

    Args:
        css: one sheet, or several one after the other.
        used: whether a class or an id is on a page or in a script.
        elsewhere: what may read variables too: pages and scripts.
    """
    text = "".join(rules(COMMENT.sub("", css), partial(_kept, used=used)))
    while True:
        read = set(READ.findall(text)) | set(READ.findall(elsewhere))
        fewer = "".join(rules(text, partial(_read, read=read)))
        if fewer == text:
            return _moving(text)
        text = fewer


def _moving(css: str) -> str:
    """The sheet without motions that no rule names."""
    rest = MOTION.sub("", css)
    return MOTION.sub(lambda motion: motion[0] if motion[1] in rest else "", css)


def names(css: str) -> set[str]:
    """Every class and id that a sheet asks for."""
    return {name.replace("\\", "") for head, _ in _rules(css) for _, name in NAME.findall(head)}


def _rules(css: str) -> Iterator[tuple[str, str]]:
    for head, body in blocks(css):
        if body is not None and head.startswith(GROUPS):
            yield from _rules(body)
        elif body is not None:
            yield head, body


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """What stands in a sheet, one after the other: (selector or at-rule, what is in its braces or None)."""
    start = 0
    while start < len(css):
        end = _until(css, start, "{;}")
        head = " ".join(css[start:end].split())
        if end >= len(css) or css[end] != "{":
            if head:
                yield head, None
            start = end + 1
            continue
        depth, close = 1, end + 1
        while depth and close < len(css):
            close = _until(css, close, "{}")
            depth += 1 if css[close : close + 1] == "{" else -1
            close += 1
        yield head, css[end + 1 : close - 1]
        start = close


def split(text: str, mark: str) -> Iterator[str]:
    """The parts of a text between marks that stand in no bracket and in no quotes."""
    start = 0
    while start <= len(text):
        end = _until(text, start, mark)
        yield text[start:end].strip()
        start = end + 1


def _until(text: str, place: int, marks: str) -> int:
    """The place of the next of these marks outside of quotes and of round and square brackets."""
    depth, quote = 0, ""
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 1
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter in marks and depth <= 0:
            return place
        place += 1
    return len(text)


def rules(css: str, rule: Callable[[str, str], Iterator[str]]) -> Iterator[str]:
    """The sheet with each rule, in groups too, put through a function of its selectors and its body."""
    for head, body in blocks(css):
        if body is None:
            if not head.startswith(("@charset", "@import")):
                yield f"{head};"
        elif head.startswith(GROUPS):
            if inner := "".join(rules(body, rule)):
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{_tight(body)}}}"
        else:
            yield from rule(head, body)


def _kept(head: str, body: str, used: Callable[[str], bool]) -> Iterator[str]:
    """A rule with those of its selectors that ask for what is used."""
    selectors = [each for each in split(head, ",") if each and _asks_for_used(each, used)]
    if selectors and (declared := _tight(body)):
        yield from _on_paper(selectors, declared)


def _on_paper(selectors: list[str], declared: str) -> Iterator[str]:
    """A rule; what it says of the dark page does not hold on paper, what it says of the light one does."""
    dark = [each for each in selectors if DARK.search(each)]
    if dark:
        yield f"@media screen{{{','.join(dark)}{{{declared}}}}}"
    if other := [each for each in selectors if each not in dark]:
        yield f"{','.join(other)}{{{declared}}}"
    if light := [LIGHT.sub("", each) for each in other if LIGHT.search(each)]:
        yield f"@media print{{{','.join(light)}{{{declared}}}}}"


def _asks_for_used(selector: str, used: Callable[[str], bool]) -> bool:
    return all(used(name.replace("\\", "")) for _, name in NAME.findall(asked(selector)))


def asked(selector: str) -> str:
    """A selector without what stands within ``:not`` and its like, and without attributes."""
    while opened := ASKED.search(selector):
        selector = selector[: opened.start()] + selector[_until(selector, opened.end(), ")") + 1 :]
    return ATTRIBUTE.sub("", selector)


def _tight(body: str) -> str:
    return ";".join(" ".join(each.split()) for each in split(body, ";") if each)


def _read(head: str, body: str, read: set[str]) -> Iterator[str]:
    """A rule without variables that nothing reads."""
    if declared := [each for each in split(body, ";") if each and _is_read(each, read)]:
        yield f"{head}{{{';'.join(declared)}}}"


def _is_read(declaration: str, read: set[str]) -> bool:
    name = SET.match(declaration)
    return not name or name[1] in read
