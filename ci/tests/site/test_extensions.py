"""Formulas, theorems and proofs: the book's own Sphinx extensions on a small page."""

from breaks import breakable


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


def test_a_formula_that_katex_cannot_read_stops_the_build_with_its_line(build, tmp_path):
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


def test_a_path_in_a_table_breaks_after_slashes_and_between_words_only():
    def code(text):
        return f'<code><span class="pre">{text}</span></code>'

    path = code("lib/lowdim/certificate/_measure_split.py")
    broken = code("lib/<wbr>lowdim/<wbr>certificate/<wbr>_measure_<wbr>split.py")
    page = f"<p>{path}</p><table><td>{path}</td><td>{code('NAME=11_rare_events')}</td></table><p>{path}</p>"
    assert breakable(page) == page.replace(f"<td>{path}", f"<td>{broken}")
