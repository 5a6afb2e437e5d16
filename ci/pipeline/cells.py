"""The code cells of a text notebook, read without Jupytext, which takes longer to load than most builds.

Prose, captions and most tags are not code: editing them executes nothing. Tags that execution heeds count,
and so does every letter of a cell, comments included. Tests hold this reader against Jupytext's own.
A fence of colons that stands where it closes nothing is found here, too.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

STRAY = re.compile(r"[^\s:]\s*:{3,}\s*$")  # a fence of colons at the end of a line that says something
FENCE = re.compile(r"^ {0,3}(`{3,}|:{3,}|~{3,})\s*(\{code-cell\})?(.*)$")
EXECUTION = ("parameters", "raises-exception", "skip-execution")  # tags that papermill and nbclient act on


@dataclass(frozen=True)
class Cell:
    """A code cell: its source, the tags that execution heeds, and the line of the file where it starts."""

    source: str
    tags: tuple[str, ...]
    line: int


def code_cells(text: str) -> list[Cell]:
    """The code cells of a notebook in MyST Markdown, in order."""
    lines, cells, at = text.splitlines(), [], _after_front_matter(text.splitlines())
    while at < len(lines):
        fence = FENCE.match(lines[at])
        if not fence:
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if _closes(lines[i], fence[1])), len(lines))
        if fence[2]:
            options, start = _options(lines, at + 1, end)
            tags = tuple(tag for tag in EXECUTION if tag in _tags(options))
            cells.append(Cell("\n".join(lines[start:end]), tags, start + 1))
            at = end + 1
        else:  # a block of another kind; a fence of colons may hold cells in no notebook that Jupytext reads
            at = end + 1 if fence[1][0] in "`~" else at + 1
    return cells


def stray_fence(text: str) -> int | None:
    """The first line, from 1 on, that says something and ends in a fence of colons, which is text there."""
    return next((i for i, line in enumerate(text.splitlines(), 1) if STRAY.search(line)), None)


def read_code(source: Path) -> list[Cell]:
    """The code cells of a file."""
    return code_cells(source.read_text(encoding="utf-8"))


def _after_front_matter(lines: list[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((i + 1 for i in range(1, len(lines)) if lines[i].rstrip() == "---"), 0)


def _closes(line: str, mark: str) -> bool:
    text = line.strip()
    return len(text) >= len(mark) and set(text) == {mark[0]} and len(line) - len(line.lstrip(" ")) <= 3


def _options(lines: list[str], start: int, end: int) -> tuple[str, int]:
    """The option block of a cell as YAML, in either of MyST's forms, and the line where the code begins."""
    if start < end and lines[start].startswith("---"):
        stop = next((i for i in range(start + 1, end) if lines[i].startswith("---")), end)
        options, stop = lines[start + 1 : stop], stop + 1
    else:
        stop = next((i for i in range(start, end) if not lines[i].startswith(":")), end)
        options = [line[1:] for line in lines[start:stop]]
    blank = stop < end and not lines[stop].strip()  # one empty line may stand between options and code
    return "\n".join(options), min(stop + blank, end)


def _tags(options: str) -> list[str]:
    try:
        data = yaml.safe_load(options) if options.strip() else None
    except yaml.YAMLError:  # Jupytext says what is wrong with it
        return []
    tags = data.get("tags", []) if isinstance(data, dict) else []
    return [tags] if isinstance(tags, str) else list(tags or [])
