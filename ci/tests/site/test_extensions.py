"""The book's own Sphinx extensions, each on a small page."""

import os
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from ci import paths
from ci.site.node import NODE

CONF = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_parser", "sphinx_proof", "chapters", "checked", "formulas", "library", "proofs"]
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


def build(folder, pages):
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
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
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
    assert build(folder, pages | {"checked.md": CHECKED, "proofs/Small.v": PROOFS}) == (0, "")
    return folder / "html"


def soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "index.html")


@pytest.fixture(scope="module")
def systems(site):
    return soup(site / "api" / "systems.html")


@pytest.fixture(scope="module")
def rooms(site):
    return soup(site / "api" / "rooms.html")


def test_formulas_are_set_when_the_site_is_built(page):
    assert [e.get_text() for e in page.select(".eqno")] == ["(1)"]
    assert page.select_one("#equation-eq-out .katex-display math annotation").string.strip() == "y_t = C h_t"


def test_punctuation_is_inside_the_unbreakable_parts_of_its_formula(page):
    first, second = page.select("#a-page > p")[0].select("span.math")
    for formula, start, end in ((first, "(", "),"), (second, "“", "”:")):
        parts = formula.select(".katex-html > .base")
        assert parts[0].get_text().startswith(start)
        assert parts[-1].get_text().endswith(end)
    assert page.select("#a-page > p")[0].find(string=" both.")


def test_equal_marks_beside_several_formulas_stay_each_in_its_place(page):
    """As in a sentence before Theorem 3.2, which lost one comma and had another twice."""
    line = page.find("strong", string="x").parent
    for heard in line.select(".katex-mathml"):
        heard.decompose()
    assert line.get_text() == "First x, a, b, c (d) and (e): each mark stays where it was written."


def test_a_formula_that_katex_cannot_read_stops_the_build_with_its_line(tmp_path):
    code, said = build(tmp_path, {"index.md": "# A page\n\nFine: $a$.\n\nBroken: $\\frac{a}$.\n"})
    assert code == 1
    assert "index.md:5: WARNING: KaTeX parse error" in said
    assert said.count("WARNING") == 1


def test_a_link_to_the_text_of_a_chapter_leads_to_the_chapter(page):
    assert page.find("a", string="the chapter")["href"] == "notebooks/01_setting.html"


def test_a_proof_says_so_and_may_begin_with_a_formula(page):
    proof = page.select("div.lowdim-proof")[0]
    assert [child.get_text(strip=True) for child in proof.find_all("p")] == ["Proof.", "And so on."]
    assert proof.select_one(".katex-display")


def test_a_folded_proof_names_its_theorem(page):
    folded = page.select_one("details.lowdim-fold")
    assert folded.summary.get_text() == "Proof of Theorem 1"
    assert folded.summary.a["href"] == "#thm-first"
    assert folded.select_one(".lowdim-proof").get_text(strip=True) == "A long story."


def test_ids_are_unique(page):
    ids = [e["id"] for e in page.select("[id]")]
    assert {"thm-first", "lem-second"} <= set(ids)
    assert sorted(set(ids)) == sorted(ids)


def calls(page):
    return {e["id"]: e.get_text().strip() for e in page.select("dt.sig[id]")}


def row(described, title):
    """What stands beside a title in the list of a name."""
    return described.find("dt", string=title).find_next_sibling("dd")


def test_a_page_of_the_library_shows_public_names_with_their_calls(systems, rooms):
    assert calls(systems) == {
        "lowdim.systems.answer": "answer(rnn, *, length=3)",
        "lowdim.systems.System": "class System(A, answer=2)",
        "lowdim.systems.System.dim": "property dim",
        "lowdim.systems.System.map": "map(function)",
    }
    # Of a package only what its face takes, under the name that it has there, in the order of its table.
    assert calls(rooms) == {
        "lowdim.rooms.LIMIT": "LIMIT = 3",
        "lowdim.rooms.question": "question(rnn, *, length=3)",
    }
    assert [e.get_text() for e in rooms.select("h2")] == ["outer", "inner"]
    assert "listed first" not in rooms.get_text()


def test_a_docstring_is_a_list_of_its_sections_and_code(systems):
    described = systems.find(id="lowdim.systems.answer").parent
    assert [e.get_text() for e in row(described, "Arguments").select("li")] == [
        "rnn: the system.",
        "length: how many lags,\ncounted from 0.",
    ]
    assert row(described, "Returns").get_text().strip() == "shape (length,)."
    assert row(described, "Raises").get_text().strip() == "ValueError: no lags."
    assert described.select_one(".highlight-pycon").get_text().split() == [
        ">>>",
        "answer(1)",
        "#",
        "`System`",
        "2",
    ]
    assert row(described, "Source").get_text().strip() == "lib/lowdim/systems.py, line 4"


def test_a_docstring_links_names_theorems_and_chapters(systems, rooms):
    described = systems.find(id="lowdim.systems.answer").parent
    links = {e.get_text(): e["href"] for e in described.select("a")}
    assert links == {
        "System": "#lowdim.systems.System",
        "Theorem 1": "../index.html#thm-first",
        "setting": "../notebooks/01_setting.html",
    }
    assert rooms.find(id="lowdim.rooms.question").parent.find("a", string="setting")
    assert not systems.find(id="lowdim.systems.System").parent.select("a")


def test_a_chapter_can_link_to_a_name(page):
    link = page.find("a", string="lowdim.rooms.question()")
    assert link["href"] == "api/rooms.html#lowdim.rooms.question"


def test_a_long_explanation_is_folded(systems, rooms):
    folded = rooms.find(id="lowdim.rooms.LIMIT").parent.select_one("details")
    assert folded.summary.get_text() == "More"
    assert folded.p.get_text().startswith("Why so far?")
    assert not systems.select("dl.py details")


def test_a_page_can_leave_its_formulas_to_the_browser(systems, rooms):
    assert rooms.select(".katex-html")
    assert not systems.select(".katex-html")
    assert systems.select_one("dl.py .katex > math annotation").string == "m_j"


def test_the_first_page_of_the_library_lists_the_names_of_every_room(site):
    index = soup(site / "api" / "index.html")
    assert [e.get_text() for e in index.select("h2")] == ["lowdim.rooms", "lowdim.systems"]
    rows = [[cell.get_text() for cell in e.select("td")] for e in index.select("tbody tr")]
    assert rows[0] == ["LIMIT", "How far."]
    assert [name for name, _ in rows] == ["LIMIT", "question", "answer", "System"]
    assert index.find("a", string="question")["href"] == "rooms.html#lowdim.rooms.question"


def test_the_line_under_a_checked_theorem_leads_to_the_statements(page, site):
    line = page.select_one("p.lowdim-checked")
    assert line.get_text() == "Machine-checked: less_than, not_equal"
    checked = BeautifulSoup((site / "checked.html").read_text(encoding="utf-8"), "html.parser")
    for link in line.find_all("a"):
        name, _, target = link["href"].partition("#")
        assert name == "checked.html"
        assert checked.find(id=target)


def test_of_a_theorem_the_statement_is_shown_and_nothing_else(site):
    checked = BeautifulSoup((site / "checked.html").read_text(encoding="utf-8"), "html.parser")
    assert [e.get_text().strip() for e in checked.select("pre")] == [
        "Definition answer := 42.",
        "Theorem less_than (a : nat) :\n  a < a.+1.",
        "Theorem not_equal : 1 <> 2.",
    ]


def test_a_name_that_no_page_states_stops_the_build(tmp_path):
    code, said = build(tmp_path, {"index.md": "# A page\n\n```{checked} nothing\n```\n"})
    assert code == 1
    assert "index.md:3: WARNING: undefined label: 'checked-nothing'" in said
