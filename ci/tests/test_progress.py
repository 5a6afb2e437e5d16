"""What a person sees while the notebooks run, with a terminal and without one."""

import io
import re

from ci.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def run_two(stream):
    """Two notebooks, one after the other finishing."""
    progress = Progress(stream)
    progress.start("01_first", 3)
    progress.start("02_second", 2)
    progress.cell("01_first")
    progress.cell("01_first")
    progress.end("02_second", "executed")
    progress.say("notebooks/01_first.md:16: ZeroDivisionError")
    progress.end("01_first", "FAILED")
    return stream.getvalue()


def test_a_log_file_gets_one_line_for_each_event_and_no_control_characters():
    lines = run_two(io.StringIO()).splitlines()
    assert re.fullmatch(r"executed  02_second +2 cells +0\.0 s", lines[0])
    assert lines[1] == "notebooks/01_first.md:16: ZeroDivisionError"
    assert re.fullmatch(r"  FAILED  01_first +3 cells +0\.0 s", lines[2])
    assert len(lines) == 3


def test_a_terminal_shows_the_cell_of_each_running_notebook_and_ends_clean(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = run_two(Terminal())
    assert "01_first 2/3 0 s | 02_second 0/2 0 s" in text
    assert text.endswith("s\n")
    assert all(len(part) < 80 for part in re.split(r"\r\x1b\[K|\n", text))


def test_a_narrow_terminal_is_never_wrapped(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    drawn = re.findall(r" running  [^\r\n]*", run_two(Terminal()))
    assert drawn
    assert max(map(len, drawn)) <= 29
