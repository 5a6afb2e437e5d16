"""A small site of the book's own Sphinx extensions: a page of everything, and a small library."""

import os
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from ci import paths
from lowdim.ledger.page_code import node

sys.path.insert(0, str(paths.BOOK / "_ext"))  # for tests of one extension by itself

CONF = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_parser", "sphinx_proof", "chapters", "checked", "formulas", "library"]
extensions += ["ahead", "proofs"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
html_math_renderer = "formulas"
numfig = True
nitpicky = True
add_module_names = False
html_permalinks = False
"""

INDEX = r"""# A page

The product ($AB$), the sum "$A + B$": both.

$$
y_t = C h_t
$$ (eq-out)

First **x**, $a$, $b$, $c$ ($d$) and ($e$): each mark stays where it was written.

By {eq}`eq-out` it is so, and [the chapter](notebooks/01_setting.md) says why.

:::{prf:theorem} First
:label: thm-first

$a < b$.
:::

```{checked} less_than not_equal
```

:::{prf:proof}
$$
a < a + 1
$$

And so on.
:::

Chapters link to {py:func}`lowdim.rooms.question`.

:::{prf:lemma}
:label: lem-second

It holds.
:::

:::{prf:proof} of {prf:ref}`thm-first`
:class: dropdown

A long story.
:::

```{toctree}
:hidden:

api/index
api/systems
api/rooms
notebooks/01_setting
checked
```
"""

MODULE = '''"""Systems: $y = m * x$, by :mod:`lowdim.systems`."""


def answer(rnn, *, length=3):
    """The response $m_j$ of a `System` (`thm-first`).

    It is no link here, `answer`, nor is what is not public, `_hidden`.

    Args:
        rnn: the system.
        length: how many lags,
            counted from 0.

    Returns:
        shape (length,).

    Raises:
        ValueError: no lags.

    >>> answer(1)  # `System`
    2
    """


def _hidden():
    """Not shown."""


class System:
    """A system.

    Args:
        A: its matrix.
        answer: an argument that is called like a function.
    """

    def __init__(self, A, answer=2):
        self.A = A

    @property
    def dim(self):
        """Its size."""

    def map(self, function):
        """Another one."""
'''

PACKAGE = '''"""Rooms: one idea each, $|a|$.

===== ===============
outer is listed first
inner the question
===== ===============
"""
'''
STUB = """from .inner import answer as question
from .outer import LIMIT as LIMIT
"""
OUTER = '''"""The outer one."""

LIMIT = 3
"""How far.

{long}
"""
'''.format(long="Why so far? " * 50)
PAGES = {
    "api/index.md": "# Library\n\n{library}\n",
    "api/systems.md": "---\nformulas: mathml\n---\n\n# Systems\n\n{library} systems\n",
    "api/rooms.md": "# Rooms\n\n{library} rooms\n",
}
CHAPTER = "A chapter\n=========\n\nNot in Markdown, as an executed notebook is not.\n"
SOURCE = "from lowdim.rooms import (\n    question as q,\n)\nfrom lowdim import systems as s\n\ns.answer(1)\n"

PROOFS = """(* definitions *)
Definition answer := 42.
(* end of definitions *)

(** Not a part of the statement. *)
Theorem less_than (a : nat) :
  a < a.+1.
Proof. exact: leqnn. Qed.

Theorem not_equal : 1 <> 2.
Proof. by []. Qed.
"""
CHECKED = "# Checked\n" + "".join(
    f"\n```{{{line}\n```\n" for line in ("definitions}", "statement} less_than", "statement} not_equal")
)


def _build(folder, pages):
    """Build these pages; Sphinx's exit status and complaints."""
    source = folder / "book"
    (source / "proofs").mkdir(parents=True)
    (source / "conf.py").write_text(CONF.format(extensions=str(paths.BOOK / "_ext")), encoding="utf-8")
    for name, text in pages.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-W",
        "--keep-going",
        "-q",
        source,
        folder / "html",
    ]
    path = f"{node().parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stderr


@pytest.fixture
def build():
    """Build pages in a folder; Sphinx's exit status and complaints."""
    return _build


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A page of everything and a page on a small library, built without a complaint."""
    folder = tmp_path_factory.mktemp("pages")
    files = {
        "lib/lowdim/__init__.py": '"""The package."""\n',
        "lib/lowdim/systems.py": MODULE,
        "lib/lowdim/rooms/__init__.py": PACKAGE,
        "lib/lowdim/rooms/__init__.pyi": STUB,
        "lib/lowdim/rooms/inner.py": MODULE,
        "lib/lowdim/rooms/outer.py": OUTER,
        "notebooks/01_setting.md": SOURCE,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    pages = {"index.md": INDEX, "notebooks/01_setting.rst": CHAPTER, **PAGES}
    assert _build(folder, pages | {"checked.md": CHECKED, "proofs/Small.v": PROOFS}) == (0, "")
    return folder / "html"


@pytest.fixture(scope="session")
def page(small):
    """The page of everything."""
    return _soup(small / "index.html")


@pytest.fixture(scope="session")
def checked(small):
    """The page with the statements of checked theorems."""
    return _soup(small / "checked.html")


@pytest.fixture(scope="session")
def library(small):
    """The first page of the library."""
    return _soup(small / "api" / "index.html")


@pytest.fixture(scope="session")
def systems(small):
    """The page of a module."""
    return _soup(small / "api" / "systems.html")


@pytest.fixture(scope="session")
def rooms(small):
    """The page of a package."""
    return _soup(small / "api" / "rooms.html")


def _soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
