"""What a chapter may be run with: read beside each value, checked before anything runs.

A comment in the parameters cell says it after its last colon; it ends the line of the value, or is a line of
its own that begins with the name.  Other lines say how the parameters depend on each other:

    poles = [0.9, -0.5]  # of the teacher: 1 to 4 in [-0.95, 0.95], 0.1 apart
    weights = [0.6, 0.4]  # 1 to 4 in [0.1, 1]
    k = 7  # training length: 4 to 30
    # needs len(weights) == len(poles): give one weight for each pole

So many numbers in an interval, its ends included; whole ones where the chapter's own are. Behind that may
stand "increasing", "decreasing" or how far apart any two are.
"""

import ast
import io
import itertools
import math
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci import paths
from ci.pipeline.cells import read_code

NUMBER = r"(-?\d[\d_.]*(?:e[+-]?\d+)?)"
ONE = re.compile(rf"{NUMBER} to {NUMBER}")
MANY = re.compile(
    rf"(\d+)(?: to (\d+))? in \[{NUMBER}, {NUMBER}\](?:, (increasing|decreasing))?(?:, {NUMBER} apart)?"
)
FUNCTIONS = {"len": len, "min": min, "max": max, "sum": sum, "abs": abs}
SYNTAX = (
    ast.Expression, ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant,
    ast.Subscript, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


class UsageError(Exception):
    """A name or a parameter that does not fit; the message says which ones do."""


@dataclass(frozen=True)
class Rule:
    """What one parameter may be: a number between two, or so many of them, in order or so far apart."""

    text: str
    low: float
    high: float
    count: tuple[int, int] | None = None
    order: str = ""
    apart: float = 0.0
    whole: bool = False

    def allows(self, value: Any) -> bool:
        """Whether a value of the right type is one that the chapter can be run with."""
        values = value if isinstance(value, list) else [value]
        if isinstance(value, list) != (self.count is not None):
            return False
        if any(isinstance(x, bool) or not isinstance(x, int if self.whole else (int, float)) for x in values):
            return False
        if not all(math.isfinite(x) and self.low <= x <= self.high for x in values):
            return False
        if self.count and not self.count[0] <= len(values) <= self.count[1]:
            return False
        steps = [b - a for a, b in itertools.pairwise(values)]
        if any(step <= 0 if self.order == "increasing" else step >= 0 for step in steps if self.order):
            return False
        gaps = (b - a for a, b in itertools.pairwise(sorted(values)))
        return not self.apart or all(gap >= self.apart * (1 - 1e-12) for gap in gaps)

    def __str__(self) -> str:
        kind = "whole number" if self.whole else "number"
        return (
            f"a {kind} from {self.text}" if self.count is None else self.text.replace(" in ", f" {kind}s in ")
        )


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell: the value as written, what it means, what it may be."""

    default: str
    help: str
    rule: Rule | None


@dataclass(frozen=True)
class Need:
    """A condition between parameters, and why."""

    condition: str
    why: str
    names: tuple[str, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether these values fulfil it."""
        return bool(eval(self.condition, {"__builtins__": {}, **FUNCTIONS}, dict(values)))


def read(source: Path) -> tuple[dict[str, Parameter], list[Need]]:
    """The parameters of a chapter and what they need of each other.

    Raises:
        UsageError: a rule that cannot be read; the message names file and line.
    """
    found, needs = {}, []
    for cell in read_code(source):
        if "parameters" not in cell.tags:
            continue
        comments = _comments(cell.source)
        for line in ast.parse(cell.source).body:
            if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
                continue
            name = line.targets[0].id
            written = ast.get_source_segment(cell.source, line.value) or ast.unparse(line.value)
            own = [text for text in comments.values() if re.match(rf"{name}\b(?! =)", text)]
            comment = comments.pop(line.end_lineno or line.lineno, "")
            rules = (_rule(text, line.value) for text in (comment, *own))
            found[name] = Parameter(written, comment, next(filter(None, rules), None))
        for at, comment in comments.items():
            if comment.startswith("needs "):
                where = f"{paths.shown(source)}:{cell.line + at - 1}"
                needs.append(_need(comment.removeprefix("needs "), set(found), where))
    return found, needs


def require(given: Mapping[str, Any], source: Path) -> None:
    """Refuse values that the chapter cannot be run with.

    Raises:
        UsageError: the first of them, in one line: parameter, value, what is allowed, what the book has.
    """
    known, needs = read(source)
    for name, value in given.items():
        rule = known[name].rule
        if rule and not rule.allows(value):
            raise UsageError(
                f"{source.stem}: {name} = {value!r} is refused: {name} must be {rule}; "
                f"the book has {name} = {known[name].default}"
            )
    values = {name: literal(entry.default) for name, entry in known.items()} | dict(given)
    for need in needs:
        if not need.holds(values):
            told = " with ".join(f"{name} = {values[name]!r}" for name in need.names)
            raise UsageError(f"{source.stem}: {told} is refused: {need.why} (needs {need.condition})")


def _comments(code: str) -> dict[int, str]:
    """The comments of a cell by their line."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def _rule(comment: str, value: ast.expr) -> Rule | None:
    text, default = comment.rpartition(": ")[2], literal(ast.unparse(value))
    whole = all(isinstance(x, int) for x in (default if isinstance(default, list) else [default]))
    if one := ONE.fullmatch(text):
        return Rule(text, float(one[1]), float(one[2]), whole=whole)
    if many := MANY.fullmatch(text):
        least, most, low, high, order, apart = many.groups()
        counts = int(least), int(most or least)
        return Rule(text, float(low), float(high), counts, order or "", float(apart or 0), whole)
    return None


def _need(text: str, names: set[str], where: str) -> Need:
    condition, _, why = text.partition(": ")
    try:
        tree = ast.parse(condition, mode="eval")
    except SyntaxError:
        raise UsageError(f"{where}: {condition!r} is no condition") from None
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    strange = [type(node).__name__ for node in ast.walk(tree) if not isinstance(node, SYNTAX)]
    strange += [name for name in used if name not in names and name not in FUNCTIONS]
    if strange or not why:
        raise UsageError(f"{where}: needs {text!r}: {', '.join(strange) or 'the reason after a colon'}?")
    return Need(condition, why, tuple(dict.fromkeys(name for name in used if name in names)))


def literal(text: str) -> Any:
    """The value that a default stands for; its text where it is computed in the chapter."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text
