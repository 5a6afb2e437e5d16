"""What ruff finds in the cells of a chapter, with the line of its text."""

from ci.pipeline.lint import check


def lines(path, text):
    return path.read_text(encoding="utf-8").splitlines().index(text) + 1


def test_a_fault_is_told_with_the_line_of_the_text(notebook, tmp_path):
    source = notebook("import numpy as np\n\nx = np.zeros(3)", "import os\n\ny = len(x)")
    told = check([source], tmp_path)
    assert told == [f"{source}:{lines(source, 'import os')}: F401 `os` imported but unused"]


def test_formatting_is_told_and_mended(notebook, tmp_path):
    source = notebook("x = 1", "y=[1,\n  2]", "z = 3")
    before = source.read_text(encoding="utf-8")
    told = check([source], tmp_path)
    line = lines(source, "y=[1,")
    assert told == [f"{source}:{line}: ruff formats this cell otherwise (make format)"]
    assert source.read_text(encoding="utf-8") == before
    assert check([source], tmp_path, fix=True) == []
    assert source.read_text(encoding="utf-8") == before.replace("y=[1,\n  2]", "y = [1, 2]")
    assert check([source], tmp_path) == []
