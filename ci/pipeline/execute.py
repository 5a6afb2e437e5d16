"""Execute one notebook: Jupytext reads the Markdown, papermill runs the cells, a failure names file and line.

While it runs, and for good if a cell fails, the notebook with its outputs so far stands in ``_build/failed``.
"""

import json
import logging
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from ci import paths
from ci.pipeline.cells import stray_fence
from ci.progress import Progress

# One thread for each kernel: two kernels with default threads fight for the cores, and one thread adds in the
# same order every time. The rest keeps a user's own settings and a random hash seed out of the book.
# The weekly run asks for more threads, to see that no claim hangs on the order of a sum.
THREADS = os.environ.get("LOWDIM_THREADS", "1")
ENVIRONMENT = {
    "OMP_NUM_THREADS": THREADS,
    "OPENBLAS_NUM_THREADS": THREADS,
    "MKL_NUM_THREADS": THREADS,
    "PYTHONHASHSEED": "0",
    "IPYTHONDIR": str(paths.BUILD / "ipython"),
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
# Settings of the reader's own shell that would change what a kernel computes or draws.
OUTSIDE = (
    "LOWDIM_CLAIMS",
    "MATPLOTLIBRC",
    "MPLBACKEND",
    "MPLCONFIGDIR",
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "PYTHONDEVMODE",
)
MOST_OUTPUT = 4 * 2**20  # characters that one cell may leave on a page
# What a kernel says about itself is no news here, and two kernels need not share a history.
KERNEL_ARGUMENTS = ["--log-level=50", "--HistoryManager.enabled=False"]
CELL_TIMEOUT = 1200  # seconds; a cell that takes longer hangs


class NotebookError(Exception):
    """A notebook that cannot be published; the message is all a person needs to mend it."""


@dataclass(frozen=True)
class Execution:
    """What the Reproduce page tells about one notebook."""

    name: str
    cells: int
    seconds: float


def shut_out() -> None:
    """Forget the reader's own settings, for this process and the kernels that it starts."""
    for name in OUTSIDE:
        os.environ.pop(name, None)


def read(source: Path) -> NotebookNode:
    """The notebook of a text file; each code cell knows the line of the file where its code starts.

    Raises:
        NotebookError: a fence of colons at the end of a line of text, which would swallow what follows.
    """
    import jupytext

    text = source.read_text(encoding="utf-8")
    if line := stray_fence(text):
        raise NotebookError(
            f"{paths.shown(source)}:{line}: ::: ends a line of text and closes nothing; "
            "give it a line of its own"
        )
    nb, lines = jupytext.read(source), text.splitlines()
    at = 0
    for cell in code_cells(nb):
        body = cell.source.splitlines()
        fence = next((i for i in range(at, len(lines)) if lines[i].startswith("```{code-cell}")), at)
        start = next((i for i in range(fence, len(lines)) if lines[i : i + len(body)] == body), fence)
        cell.metadata["source_line"] = start + 1
        at = start + len(body)
    return nb


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """The cells that are code."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def execute(
    source: Path,
    scratch: Path,
    progress: Progress,
    parameters: dict[str, Any] | None = None,
) -> tuple[NotebookNode, Execution]:
    """Run all cells of one text notebook, with its parameters replaced by those given.

    The outputs so far are kept in the file ``scratch``, which is removed on success.

    Raises:
        NotebookError: if a cell fails, hangs, kills the kernel or writes to stderr, as a warning does.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    os.environ.update(ENVIRONMENT)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # told below, with the line of the source
    Path(ENVIRONMENT["IPYTHONDIR"]).mkdir(parents=True, exist_ok=True)
    nb, name = read(source), source.stem
    scratch.parent.mkdir(parents=True, exist_ok=True)
    current: dict[str, Any] = {}

    def on_cell(cell: NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "code" and "source_line" in cell.metadata:
            current["line"] = cell.metadata["source_line"]
            progress.cell(name)

    progress.start(name, len(code_cells(nb)))
    word = "FAILED"
    try:
        nb = papermill.execute_notebook(
            nb,
            scratch,
            parameters,
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
            on_cell_start=on_cell,
            extra_arguments=KERNEL_ARGUMENTS,
        )
        if warned := _warning(nb, source) or _flood(nb, source):
            raise NotebookError(f"{warned}\n  outputs: {paths.shown(scratch)}")
        word = "executed"
    except papermill.PapermillExecutionError as error:
        raise NotebookError(
            f"{_failure(error, scratch, source)}\n  outputs: {paths.shown(scratch)}"
        ) from None
    except (DeadKernelError, CellTimeoutError) as error:
        reason = (
            "the kernel died (out of memory?)"
            if isinstance(error, DeadKernelError)
            else f"still running after {CELL_TIMEOUT} s"
        )
        where = f"{paths.shown(source)}:{current.get('line', 1)}"
        raise NotebookError(f"{where}: {reason}\n  outputs: {paths.shown(scratch)}") from None
    finally:
        seconds = progress.end(name, word)
    scratch.unlink()
    return nb, Execution(name, len(code_cells(nb)), seconds)


def save_times(execution: Execution, path: Path) -> None:
    """Keep the times out of the published notebook, in a file of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(execution)) + "\n", encoding="utf-8")


def _failure(error: Any, scratch: Path, source: Path) -> str:
    import nbformat

    failed = next(
        cell
        for cell in code_cells(nbformat.read(scratch, as_version=4))
        if any(output.output_type == "error" for output in cell.outputs)
    )
    traceback = _plain("\n".join(error.traceback))
    inside = re.search(rf"Cell In\[{failed.execution_count}\], line (\d+)", traceback)
    line = failed.metadata.get("source_line", 1) + (int(inside[1]) - 1 if inside else 0)
    told = "\n".join("    " + row for row in traceback.splitlines()[-40:])
    return f"{paths.shown(source)}:{line}: {error.ename}: {_plain(error.evalue)}\n{told}"


def _warning(nb: NotebookNode, source: Path) -> str | None:
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                where = f"{paths.shown(source)}:{cell.metadata.get('source_line', 1)}"
                return f"{where}: wrote to stderr: {_plain(output.text).strip()}"
    return None


def _flood(nb: NotebookNode, source: Path) -> str | None:
    for cell in code_cells(nb):
        size = sum(len(json.dumps(output)) for output in cell.outputs)
        if size > MOST_OUTPUT:
            where = f"{paths.shown(source)}:{cell.metadata.get('source_line', 1)}"
            most = MOST_OUTPUT // 2**20
            return f"{where}: left {size / 2**20:.0f} MB of output, more than {most} MB; print less"
    return None


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
