"""However a build ends, the next one leaves the bytes of a build that nobody disturbed.

`KILLS=20 pytest ci/tests/pipeline/test_kills.py` tries it more often. All that may differ are the times of
execution, which are in no page of this small book, and Sphinx's own `.buildinfo`.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

KILLS = int(os.environ.get("KILLS", "2"))
CORRUPTIONS = {
    "_build/doit.json": "{",
    "_build/outputs/01_small.ipynb": "{}",
    "book/notebooks/01_small.ipynb": "",
    "book/claims.md": "# Other claims",
    "_build/html/index.html": "<html>",
    "_build/lock": "left behind",
    "_build/html/.lock": "left behind",
}


@pytest.fixture
def small(repository, notebook):
    """A small repository of two chapters."""
    repository.write("book/claims.yml", "[]\n")
    for name, code in (("01_small", "print(6 * 7)"), ("02_other", "x = 3\nprint(x)")):
        notebook(code, name=name, folder=repository.root / "notebooks")
    return repository


def built(repository):
    """The bytes of the site after a build that must go well."""
    done = repository.book()
    assert done.returncode == 0, done.stderr
    return {name: content for name, content in repository.site().items() if not name.endswith(".buildinfo")}


def begin(repository):
    """A build under way."""
    return subprocess.Popen(
        [sys.executable, "-m", "ci.pipeline.book"],
        cwd=repository.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def forget(repository):
    """Remove everything that was built."""
    for place in ("_build", "book/notebooks", "book/_generated"):
        shutil.rmtree(repository.root / place, ignore_errors=True)
    (repository.root / "book" / "claims.md").unlink(missing_ok=True)


def test_the_build_after_a_kill_leaves_the_same_bytes(small):
    began = time.monotonic()
    whole, rng = built(small), random.Random(0)
    lasts = time.monotonic() - began
    for turn in range(KILLS):
        forget(small)
        build = begin(small)
        time.sleep(rng.uniform(0, lasts))
        build.send_signal((signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[turn % 3])
        build.wait()
        assert built(small) == whole


def test_the_build_after_corruption_leaves_the_same_bytes(small):
    whole = built(small)
    for place, content in CORRUPTIONS.items():
        small.write(place, content)
    assert built(small) == whole
    shutil.rmtree(small.root / "_build" / "outputs")
    (small.root / "book" / "claims.md").unlink()
    (small.root / "_build" / "doit.json").unlink()
    (small.root / "_build" / "doit.json").mkdir()
    assert built(small) == whole
