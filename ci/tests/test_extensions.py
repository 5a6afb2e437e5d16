"""The book's own Sphinx extensions, each on a small page."""

import os
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from ci import tree
from ci.node import NODE

CONF = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_parser", "sphinx_proof", "chapters", "checked", "formulas", "library", "proofs"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_math_renderer = "formulas"
numfig = True
html_permalinks = False
"""

INDEX = r"""# A page

The product ($AB$), the sum "$A + B$": both.

$$
y_t = C h_t
$$ (eq-out)

By {eq}`eq-out` it is so, and [the chapter](chapter.md) says why.

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

api
chapter
checked
```
"""

MODULE = '''"""Systems: $y = m * x$."""


def answer(rnn, length=3):
    """The response $m_j$, by :func:`answer`.

    Args:
        rnn: the system.
        length: how many lags.

    Returns:
        shape (length,).

    >>> answer(1)
    2
    """


def _hidden():
    """Not shown."""


class System:
    """A system.

    Args:
        A: its matrix.
    """

    A: int
    B: int = 2

    def dim(self):
        """Its size."""
'''


PACKAGE = '"""Rooms: one idea each."""\n\nfrom lowdim.rooms.inner import question\n'
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
LIBRARY = "# Library\n\n{library} systems\n\n{library} rooms\n"


def build(folder, pages):
    """Build these pages; Sphinx's exit status and complaints."""
    source = folder / "book"
    (source / "proofs").mkdir(parents=True)
    (source / "conf.py").write_text(CONF.format(extensions=str(tree.BOOK / "_ext")), encoding="utf-8")
    for name, text in pages.items():
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
    lowdim = folder / "lib" / "lowdim"
    (lowdim / "rooms").mkdir(parents=True)
    (lowdim / "systems.py").write_text(MODULE, encoding="utf-8")
    (lowdim / "rooms" / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (lowdim / "rooms" / "inner.py").write_text(MODULE.replace("answer", "question"), encoding="utf-8")
    chapter = "A chapter\n=========\n\nNot in Markdown, as an executed notebook is not.\n"
    pages = {"index.md": INDEX, "api.md": LIBRARY, "chapter.rst": chapter, "checked.md": CHECKED}
    pages["proofs/Small.v"] = PROOFS
    assert build(folder, pages) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def page(site):
    return BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def library(site):
    return BeautifulSoup((site / "api.html").read_text(encoding="utf-8"), "html.parser")


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


def test_a_formula_that_katex_cannot_read_stops_the_build_with_its_line(tmp_path):
    code, said = build(tmp_path, {"index.md": "# A page\n\nFine: $a$.\n\nBroken: $\\frac{a}$.\n"})
    assert code == 1
    assert "index.md:5: WARNING: KaTeX parse error" in said
    assert said.count("WARNING") == 1


def test_a_link_to_the_text_of_a_chapter_leads_to_the_chapter(page):
    assert page.find("a", string="the chapter")["href"] == "chapter.html"


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


def test_the_library_page_shows_public_names_with_their_calls(library):
    assert [e.get_text() for e in library.select("section :is(h2, h3)")] == [
        "lowdim.systems",
        "answer",
        "System",
        "lowdim.rooms",
        "question",  # of a package only what its own file imports
    ]
    calls = [e.get_text().strip() for e in library.select(".highlight-python")]
    assert calls == ["answer(rnn, length=3)", "System(A, B=2)", "question(rnn, length=3)"]


def test_the_library_page_shows_docstrings_as_markdown(library):
    described = library.select_one("#answer")
    assert [e.get_text() for e in described.select("li")] == ["rnn: the system.", "length: how many lags."]
    assert described.select_one(".katex annotation").string == "m_j"
    assert described.find("code", string="answer")
    assert described.select_one(".highlight-pycon").get_text().split() == [">>>", "answer(1)", "2"]
    assert library.select("#system li")[-1].get_text() == ".dim: Its size."


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
