"""The pages of a small library: what they show of its docstrings, and where they lead."""

import docstrings


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


def test_two_colons_before_an_example_are_one_on_the_page():
    folded = "::::{fold} More\nIn float64:\n\n    run()\n::::"
    assert docstrings.linked(folded.replace("float64:", "float64::"), lambda _: None) == folded


def test_prose_has_the_signs_of_mathematics_and_code_has_its_own():
    text = "low <= x, `a <= b`, $c <= d$, lags 0, ..., k - 1. Say ``{glue:md}`name` ``."
    assert docstrings.linked(text, lambda _: None) == (
        "low ≤ x, `a <= b`, $c <= d$, lags 0, ..., k\N{NO-BREAK SPACE}−\N{NO-BREAK SPACE}1. "
        "Say `` {glue:md}`name` ``."
    )


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


def test_the_first_page_of_the_library_lists_the_names_of_every_room(library):
    assert [e.get_text() for e in library.select("h2")] == ["lowdim.rooms", "lowdim.systems"]
    rows = [[cell.get_text() for cell in e.select("td")] for e in library.select("tbody tr")]
    assert rows[0] == ["LIMIT", "How far."]
    assert [name for name, _ in rows] == ["LIMIT", "question", "answer", "System"]
    assert library.find("a", string="question")["href"] == "rooms.html#lowdim.rooms.question"
