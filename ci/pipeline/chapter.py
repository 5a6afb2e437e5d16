"""Begin a chapter: ``make chapter NAME=11_rare_events`` writes a template that builds as it is."""

import re
import sys
from pathlib import Path

from ci import paths

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
BODY = """# {title}

```{{code-cell}} ipython3
:tags: [parameters]

k = 5  # training length: 2 to 30
```

```{{code-cell}} ipython3
from lowdim.ledger import number
from lowdim.systems import impulse_response, teacher

truth = teacher([0.9, -0.5], [0.6, 0.4])
number("{short}-last", impulse_response(truth, k)[-1])
```

The last response that training sees is {{glue:md}}`{short}-last`.
"""


def write(name: str, folder: Path) -> Path:
    """The new chapter's file.

    Raises:
        ValueError: a name that is no chapter's, or is taken; the message says what would do.
    """
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*", name):
        given = f"{name!r} is no chapter's name" if name else "NAME is missing"
        raise ValueError(f"{given}: two digits and words, such as NAME=11_rare_events")
    if taken := [path.stem for path in folder.glob("*.md") if path.stem[:2] == name[:2]]:
        raise ValueError(
            f"{taken[0]} has the number {name[:2]} already; the next free one is {_next(folder)}"
        )
    words = name[3:].replace("_", " ")
    path = folder / f"{name}.md"
    path.write_text(
        HEAD + BODY.format(title=words.capitalize(), short=name[3:].split("_")[0]), encoding="utf-8"
    )
    return path


def _next(folder: Path) -> str:
    return f"{max(int(path.stem[:2]) for path in folder.glob('[0-9][0-9]_*.md')) + 1:02}"


def main(name: str) -> int:
    """Write the chapter of this name."""
    try:
        path = write(name, paths.SOURCES)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{paths.shown(path)}: edit it, then make book NAME={path.stem}; it is in the contents already")
    return 0
