"""What the README promises is there: its commands, its links, and its example runs."""

import io
import re
from contextlib import redirect_stdout

import pytest

from ci import paths

README = (paths.ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_a_target_and_every_target_has_a_line_of_help():
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    documented = set(re.findall(r"^([a-z]+):.* ## ", makefile, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= documented
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert targets == documented


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https:)([^)]+)\)", README))))
def test_every_file_it_links_to_exists(link):
    assert (paths.ROOT / link).is_file()


def test_its_example_recovers_the_teacher_far_beyond_the_training_length():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    assert float(printed.getvalue()) < 1e-2  # the responses at stake are of order one
