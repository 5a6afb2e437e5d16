"""The pictures of a page in half the bytes: each letter is drawn once for all, each path in small steps.

A figure comes with its own copy of every letter, twice, for a wide column and for a phone, and with an
element for each tick and each line of a grid. Nothing that is painted moves: positions stay at a hundredth of
a point, as ``lowdim.figures.inline`` has rounded them, the outlines of letters at an eightieth of one.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

PICTURE = re.compile(r'<svg class="lowdim-(?:wide|phone)".*?</svg>', re.DOTALL)
GLYPH = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
IDENTITY = re.compile(r'(\bid="|href="#|url\(#)([\w.-]+)')
SHIFT = re.compile(r'(<use href="#\w+") transform="translate\((-?[\d.]+) (-?[\d.]+)\)"/>')
PATH = re.compile(r' d="([^"]*)"')
STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
EMPTY = "<defs></defs>"
TICK = re.compile(r'(?:<defs>)?<path id="(\w+)" d="M0 0 L(-?[\d.]+) (-?[\d.]+)" style="[^"]*"/>(?:</defs>)?')
MARK = re.compile(r'<use href="#(\w+)" x="(-?[\d.]+)" y="(-?[\d.]+)" style="([^"]*)"/>')
GRID = re.compile(r'<path d="([^"]*)" (clip-path="[^"]*" style="[^"]*stroke-opacity:0\.13;[^"]*")/>')
PAIRS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def lighten(page: str) -> str:
    """A page whose pictures share their letters, which stand in a drawing of no size before the first."""
    first = PICTURE.search(page)
    if not first:
        return page
    letters: dict[str, str] = {}  # from the drawing of a letter to its name
    names: dict[str, str] = {}  # from an id of a picture to a short one

    def picture(found: re.Match) -> str:
        own: dict[str, str] = {}

        def letter(glyph: re.Match) -> str:
            own[glyph[1]] = letters.setdefault(steps(_coarse(glyph[2])), f"g{len(letters)}")
            return ""

        def short(identity: re.Match) -> str:
            name = own.get(identity[2]) or names.setdefault(identity[2], f"p{len(names)}")
            return identity[1] + name

        text = GLYPH.sub(letter, found[0]).replace(EMPTY, "")
        text = IDENTITY.sub(short, text)
        text = SHIFT.sub(_moved, _ruled(text))
        return PATH.sub(lambda path: f' d="{steps(path[1])}"', text)

    body = PICTURE.sub(picture, page)
    drawn = "".join(
        f'<path id="{name}" d="{drawing}" transform="scale(.125)"/>' for drawing, name in letters.items()
    )
    place = PICTURE.search(body).start()
    sheet = f'<svg class="lowdim-letters" width="0" height="0" aria-hidden="true"><defs>{drawn}</defs></svg>'
    return body[:place] + sheet + body[place:]


def _ruled(picture: str) -> str:
    """Ticks that look alike as one path, and the lines of a grid, where the first of them stood."""
    ticks = {name: (Decimal(right), Decimal(down)) for name, right, down in TICK.findall(picture)}
    lines: dict[str, list[str]] = {}

    def keep(look: str, line: str) -> str:
        lines.setdefault(look, []).append(line)
        return f"<path {look}/>" if len(lines[look]) == 1 else ""

    def tick(mark: re.Match) -> str:
        name, x, y, style = mark.groups()
        if name not in ticks:
            return mark[0]
        right, down = ticks[name]
        return keep(f'style="{style}"', f"M{x} {y} L{Decimal(x) + right} {Decimal(y) + down}")

    picture = GRID.sub(lambda line: keep(line[2], line[1]), MARK.sub(tick, picture))
    for look, parts in lines.items():
        picture = picture.replace(f"<path {look}/>", f'<path d="{" ".join(parts)}" {look}/>', 1)
    return TICK.sub(lambda drawn: drawn[0] if f'"#{drawn[1]}"' in picture else "", picture)


def _coarse(letter: str) -> str:
    """The outline of a letter in eighths of its own unit, of which a point has 80 where letters have ten."""
    return NUMBER.sub(lambda number: f"{round(float(number[0]) / 8)}", letter)


def _moved(use: re.Match) -> str:
    x, y = (f' {name}="{_short(Decimal(value))}"' for name, value in (("x", use[2]), ("y", use[3])))
    return f"{use[1]}{x if Decimal(use[2]) else ''}{y if Decimal(use[3]) else ''}/>"


def steps(path: str) -> str:
    """A path in steps from point to point, which are exact; one that has arcs or shorthands is left alone.

    >>> steps("M 1 2 L 1.5 2.25 L 3 2 z")
    'm1 2l.5.25 1.5-.25z'
    """
    if any(command not in "MLQCz" for command, _ in STEP.findall(path)):
        return path
    return "".join(_walk(path))


def _walk(path: str) -> Iterator[str]:
    x = y = start_x = start_y = Decimal(0)
    before = ""
    for command, text in STEP.findall(path):
        if command == "z":
            x, y, before = start_x, start_y, ""
            yield "z"
            continue
        numbers = [Decimal(each) for each in NUMBER.findall(text)]
        size = 2 * PAIRS[command]
        for place in range(0, len(numbers), size):
            part = numbers[place : place + size]
            moved = [value - (y if i % 2 else x) for i, value in enumerate(part)]
            said = _joined(moved)
            now = command.lower()
            yield (now if now != before or command == "M" else "" if said[0] == "-" else " ") + said
            x, y = part[-2:]
            before = now
            if command == "M":
                start_x, start_y, before = x, y, "m"
    return


def _joined(numbers: list[Decimal]) -> str:
    """Numbers with a space only where one could not be told from the next."""
    said = ""
    for number in map(_short, numbers):
        apart = (
            not said
            or number[0] == "-"
            or (number[0] == "." and "." in said.rpartition(" ")[2].rpartition("-")[2])
        )
        said += number if apart else f" {number}"
    return said


def _short(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else "0" if text == "-0" else text
