"""One chapter with other parameters: what is refused, and where the result goes."""

import pytest
import yaml

from ci import paths
from ci.pipeline import rerun
from ci.pipeline.execute import execute
from ci.pipeline.freeze import clean, write
from ci.site.build import build_page

PARAMETERS = """:tags: [parameters]

k = 5  # training length
std = 1e-4
poles = [0.9, -0.5]
label = "a b"
steps = 2 * 50"""


@pytest.fixture
def chapter(notebook, tmp_path, monkeypatch):
    """A book of two chapters, the first with parameters; its path."""
    monkeypatch.setattr(paths, "SOURCES", tmp_path)
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    notebook("x = 1", name="02_other")
    return notebook(PARAMETERS, "print(k, std, poles)", name="01_small")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", {}),
        ("k=9 std=0.1", {"k": 9, "std": 0.1}),
        ("std=1", {"std": 1.0}),
        ("poles=[0.5,-1]", {"poles": [0.5, -1.0]}),
        (" poles=(0.5, 0.25)  k=3 ", {"poles": [0.5, 0.25], "k": 3}),
        ("label=c d k=3", {"label": "c d", "k": 3}),
        ("label='c=d'", {"label": "c=d"}),
        ("steps=21", {"steps": 21}),
    ],
)
def test_values_have_the_types_of_the_notebook(chapter, text, given):
    parsed = rerun.parse(text, chapter)
    assert parsed == given
    assert list(map(type, parsed.values())) == list(map(type, given.values()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "d=3",
            "01_small has no parameter 'd'. It takes:\n  k = 5                           training length\n",
        ),
        ("k=9.5", "k=9.5 is float, and the notebook wants int, as in k = 5"),
        ("k=3 k=4", "k is given twice: k=4 and k=3"),
        ("k=many", "k=many is str, and the notebook wants int"),
        ("poles=3", "poles=3 is int, and the notebook wants list"),
        ("k=", "k has no value: write k=5"),
        ("k", "k has no value: write k=5"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(chapter, text, message):
    with pytest.raises(rerun.UsageError) as caught:
        rerun.parse(text, chapter)
    assert message in str(caught.value)


def test_a_notebook_without_parameters_says_so(chapter):
    with pytest.raises(rerun.UsageError, match=r"02_other has no parameter 'k'\. It takes none\."):
        rerun.parse("k=1", rerun.find("02_other"))


@pytest.mark.parametrize("name", ["", "01", "03_unknown"])
def test_an_unknown_name_is_answered_with_the_known_ones(chapter, name):
    with pytest.raises(rerun.UsageError, match=r"(?s)01_small\n  02_other"):
        rerun.find(name)


def test_a_rerun_has_its_own_folder_and_leaves_the_book_alone(chapter, progress, monkeypatch):
    built = []
    monkeypatch.setattr("ci.site.build.build_page", lambda *paths: built.append(paths) or paths[1])
    before = sorted(paths.BOOK.rglob("*"))
    rerun.run("01_small", "k=9 poles=[0.5]", progress)
    ((notebook, html),) = built
    folder = paths.RUNS / "01_small" / rerun.label({"k": 9, "poles": [0.5]})
    assert notebook == folder / "01_small.ipynb"
    assert html == notebook.parent / "html"
    assert "9 0.0001 [0.5]" in notebook.read_text(encoding="utf-8")
    assert sorted(paths.BOOK.rglob("*")) == before


def test_the_page_of_a_rerun_is_readable_by_itself(chapter, progress, tmp_path):
    nb, _ = execute(chapter, tmp_path / "scratch.ipynb", progress, {"k": 9})
    write(clean(nb), tmp_path / "01_small.ipynb")
    page = build_page(tmp_path / "01_small.ipynb", tmp_path / "html")
    assert "A small chapter" in page.read_text(encoding="utf-8")
    assert "9 0.0001 [0.9, -0.5]" in page.read_text(encoding="utf-8")


def test_a_rerun_with_false_claims_ends_in_another_way(chapter, monkeypatch, capsys):
    monkeypatch.setattr("ci.site.build.build_page", lambda _, html: html / "index.html")
    claims = paths.CLAIMS.parent / "claims.yml"
    entry = yaml.safe_load(claims.read_text(encoding="utf-8"))[0] | {"id": "small", "chapter": "01_small"}
    written = chapter.parent / "claims.yml"
    written.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    monkeypatch.setattr(paths, "CLAIMS", written)
    assert rerun.main("01_small", "k=9") == 1  # the chapter records nothing
    told = capsys.readouterr().err
    assert "1 of its claims do not hold with these parameters; exit status 1" in told.splitlines()[-1]
    written.write_text("[]", encoding="utf-8")
    assert rerun.main("01_small", "k=9") == 0
    assert rerun.main("01_small", "k=x") == 2
