"""Statements of machine-checked theorems on a small page."""


def test_the_line_under_a_checked_theorem_leads_to_the_statements(page, checked):
    line = page.select_one("p.lowdim-checked")
    assert line.get_text() == "Machine-checked: less_than, not_equal"
    for link in line.find_all("a"):
        name, _, target = link["href"].partition("#")
        assert name == "checked.html"
        assert checked.find(id=target)


def test_of_a_theorem_the_statement_is_shown_and_nothing_else(checked):
    assert [e.get_text().strip() for e in checked.select("pre")] == [
        "Definition answer := 42.",
        "Theorem less_than (a : nat) :\n  a < a.+1.",
        "Theorem not_equal : 1 <> 2.",
    ]


def test_a_name_that_no_page_states_stops_the_build(build, tmp_path):
    code, said = build(tmp_path, {"index.md": "# A page\n\n```{checked} nothing\n```\n"})
    assert code == 1
    assert "index.md:3: WARNING: undefined label: 'checked-nothing'" in said
