"""A new chapter's template, and names that are none."""

import pytest

from ci.pipeline.cells import code_cells
from ci.pipeline.chapter import write


def test_the_template_is_executed_as_it_is(tmp_path, progress):
    from ci.pipeline.execute import execute

    path = write("11_rare_events", tmp_path)
    nb, run = execute(path, tmp_path / "scratch.ipynb", progress)
    assert run.cells == 2
    assert "# Rare events" in path.read_text(encoding="utf-8")
    assert code_cells(path.read_text(encoding="utf-8"))[0].tags == ("parameters",)
    assert nb.cells[2].outputs[0].metadata["scrapbook"]["name"] == "rare-last"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "NAME is missing: two digits and words, such as NAME=11_rare_events"),
        ("Rare", "'Rare' is no chapter's name"),
        ("../x", "no chapter's name"),
        ("03_other", "03_taken has the number 03 already; the next free one is 08"),
    ],
)
def test_what_is_no_name_is_refused(tmp_path, name, message):
    (tmp_path / "03_taken.md").touch()
    (tmp_path / "07_last.md").touch()
    with pytest.raises(ValueError, match=message.replace("?", "[?]")):
        write(name, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
