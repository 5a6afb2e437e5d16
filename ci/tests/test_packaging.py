"""What people get who install the library alone: its files, its licence, its types, and all that it needs."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from importlib.metadata import packages_distributions

import pytest

from ci import paths

PROJECT = tomllib.loads((paths.ROOT / "lib" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
ROOMS_OF = {  # the rooms and modules that need an extra; all else must do without
    "book": ("figures", "ledger"),
    "cluster": ("experiments",),
    "data": ("experiments",),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of the library, made from a copy of its folder."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(paths.ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    build = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        ".",
        "./lib",
    ]
    subprocess.run([sys.executable, *build], cwd=folder, check=True)
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def test_a_wheel_holds_the_library_and_nothing_else(wheel):
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = (path for path in paths.LIBRARY.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert names == {path.relative_to(paths.LIBRARY.parent).as_posix() for path in files}
    assert "lowdim/py.typed" in names


def test_a_wheel_says_its_licence_and_carries_the_text(wheel):
    (info,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    told = message_from_string(wheel.read(info).decode())
    assert told["License-Expression"] == "MIT"
    carried = wheel.read(info.replace("METADATA", "licenses/LICENSE")).decode()
    assert "MIT License" in carried
    assert carried == (paths.ROOT / "lib" / "LICENSE").read_text(encoding="utf-8")
    assert {"Typing :: Typed", "Intended Audience :: Science/Research"} <= set(told.get_all("Classifier"))


def imported(folder):
    """The distributions that the modules of a folder import, each with the rooms where that is.

    What is tried and may be missing is not among them, and what a test writes for itself is not either.
    """
    found, known = {}, packages_distributions()
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        may_be_missing = {
            node for tried in ast.walk(tree) if isinstance(tried, ast.Try) for node in tried.body
        }
        for node in set(ast.walk(tree)) - may_be_missing:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in names:
                for distribution in known.get(name.partition(".")[0], []):
                    room = path.relative_to(folder).parts[0]
                    found.setdefault(distribution.lower().replace("_", "-"), set()).add(room)
    return {name: rooms for name, rooms in found.items() if name != "lowdim"}


def declared(*extras):
    """The distributions that are asked for, with these extras."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in lines}


def test_each_package_that_a_room_imports_is_declared_for_it():
    needs = imported(paths.LIBRARY)
    assert {"numpy", "torch", "matplotlib"} <= set(needs)
    for room in (path.name for path in paths.LIBRARY.iterdir()):
        allowed = declared(*(extra for extra, rooms in ROOMS_OF.items() if room in rooms))
        assert {name for name, rooms in needs.items() if room in rooms} <= allowed, room


def test_the_tests_of_the_library_run_with_its_extras():
    needs = set(imported(paths.ROOT / "lib" / "tests"))
    assert "hypothesis" in needs
    assert needs <= declared("test", "book", "cluster", "data")
