"""One notebook: what is published, and what a person is told when it fails."""

import nbformat
import pytest

from ci.pipeline.execute import NotebookError, execute, read
from ci.pipeline.freeze import clean, write


@pytest.fixture
def failure(notebook, progress, tmp_path):
    """Execute cells that fail; the message, and the outputs so far."""

    def run(*cells: str) -> tuple[str, nbformat.NotebookNode]:
        scratch = tmp_path / "failed" / "01_small.ipynb"
        with pytest.raises(NotebookError) as caught:
            execute(notebook(*cells), scratch, progress)
        assert f"outputs: {scratch}" in str(caught.value)
        assert "FAILED  01_small" in progress.stream.getvalue()
        return str(caught.value), nbformat.read(scratch, as_version=4)

    return run


def line_of(path, text):
    """The number of the line that reads so."""
    return path.read_text(encoding="utf-8").splitlines().index(text) + 1


def test_an_error_names_the_line_of_the_source(failure, tmp_path):
    message, outputs = failure("x = 1\nprint('before')", "y = 2\n\nz = y / (x - 1)", "print('after')")
    path = tmp_path / "01_small.md"
    where = line_of(path, "z = y / (x - 1)")
    assert message.startswith(f"{path}:{where}: ZeroDivisionError: division by zero\n")
    assert "z = y / (x - 1)" in message
    assert "\x1b" not in message
    assert "before" in str(outputs)


def test_an_error_inside_a_function_names_the_line_that_called_it(failure, tmp_path):
    message, _ = failure("def f():\n    raise KeyError('gone')", ":tags: [hide-input]\n\na = 1\nf()")
    assert message.startswith(
        f"{tmp_path / '01_small.md'}:{line_of(tmp_path / '01_small.md', 'f()')}: KeyError"
    )


def test_a_syntax_error_names_its_line(failure, tmp_path):
    message, _ = failure("a = 1\nb = = 2")
    assert message.startswith(
        f"{tmp_path / '01_small.md'}:{line_of(tmp_path / '01_small.md', 'b = = 2')}: SyntaxError"
    )


def test_a_fence_that_closes_nothing_is_refused_before_anything_runs(notebook, progress, tmp_path):
    path = notebook("raise SystemExit")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n:::{prf:proof}\nAs claimed. :::\n")
    with pytest.raises(NotebookError) as caught:
        execute(path, tmp_path / "scratch.ipynb", progress)
    where = line_of(path, "As claimed. :::")
    assert str(caught.value) == (
        f"{path}:{where}: ::: ends a line of text and closes nothing; give it a line of its own"
    )


def test_a_warning_is_an_error(failure, tmp_path):
    message, _ = failure("a = 1", "import numpy as np\nnp.log(np.zeros(1))")
    where = line_of(tmp_path / "01_small.md", "import numpy as np")
    assert message.startswith(f"{tmp_path / '01_small.md'}:{where}: wrote to stderr")
    assert "RuntimeWarning: divide by zero" in message


def test_a_dead_kernel_names_the_cell(failure, tmp_path):
    message, _ = failure("a = 1", "import os\nos._exit(1)")
    where = line_of(tmp_path / "01_small.md", "import os")
    assert message.startswith(f"{tmp_path / '01_small.md'}:{where}: the kernel died")


def test_a_cell_that_hangs_is_stopped(failure, tmp_path, monkeypatch):
    monkeypatch.setattr("ci.pipeline.execute.CELL_TIMEOUT", 1)
    message, _ = failure("import time", "time.sleep(60)")
    where = line_of(tmp_path / "01_small.md", "time.sleep(60)")
    assert message.startswith(f"{tmp_path / '01_small.md'}:{where}: still running after 1 s")


def test_a_cell_that_ignores_interrupts_is_stopped_too(failure, tmp_path, monkeypatch):
    monkeypatch.setattr("ci.pipeline.execute.CELL_TIMEOUT", 1)
    stubborn = "while True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
    message, _ = failure("import time", stubborn)
    where = line_of(tmp_path / "01_small.md", "while True:")
    assert message.startswith(f"{tmp_path / '01_small.md'}:{where}: still running after 1 s")


def test_two_executions_publish_the_same_bytes_and_nothing_about_the_run(notebook, progress, tmp_path):
    source = notebook(":tags: [parameters]\n\nk = 3", "{'k': k, 'set': {'a', 'b', 'c'}}")
    published = []
    for name in ("one", "two"):
        nb, execution = execute(source, tmp_path / "scratch.ipynb", progress)
        write(clean(nb), tmp_path / name / "01_small.ipynb")
        published.append((tmp_path / name / "01_small.ipynb").read_bytes())
        assert (execution.name, execution.cells) == ("01_small", 2)
        assert execution.seconds > 0
    assert published[0] == published[1]
    assert b"papermill" not in published[0]
    assert b"source_line" not in published[0]
    assert not (tmp_path / "scratch.ipynb").exists()


def test_parameters_replace_those_of_the_notebook(notebook, progress, tmp_path):
    source = notebook(":tags: [parameters]\n\nk = 3", "print(2 * k)")
    nb, _ = execute(source, tmp_path / "scratch.ipynb", progress, {"k": 21})
    assert nb.cells[-1].outputs[0].text == "42\n"


def test_the_kernel_computes_with_one_thread(notebook, progress, tmp_path):
    source = notebook("import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'])")
    nb, _ = execute(source, tmp_path / "scratch.ipynb", progress)
    assert nb.cells[-1].outputs[0].text == "1 0\n"


def test_every_code_cell_knows_its_line_even_where_cells_repeat(notebook):
    source = notebook("a = 1", "a = 1", ":tags: [hide-input]\n\na = 1\n\nb = 2")
    lines = source.read_text(encoding="utf-8").splitlines()
    places = [cell.metadata["source_line"] for cell in read(source).cells if cell.cell_type == "code"]
    assert [lines[place - 1] for place in places] == ["a = 1"] * 3
    assert places == sorted(set(places))
