"""Which edits of the library concern a notebook."""

import pytest

from ci import paths
from ci.pipeline.dependencies import library_files

LIBRARY = {
    "__init__.py": "",
    "arrays.py": "import numpy",
    "systems/__init__.py": "",
    "systems/__init__.pyi": "from .linear import teacher as teacher\n"
    "from .balance import imbalance as imbalance\n",
    "systems/linear.py": "from lowdim.arrays import like",
    "systems/balance.py": "def late():\n    from lowdim.systems.linear import (\n        teacher,\n    )",
    "moments/__init__.py": "",
    "moments/__init__.pyi": "from .ranges import response_range as response_range\n"
    "from .gauss import quadrature as quadrature\n",
    "moments/gauss.py": "# from lowdim.moments.ranges import no\nx = 1; import lowdim.systems.linear as s",
    "moments/ranges.py": "import os, lowdim.moments._program\nfrom lowdim.moments import gauss",
    "moments/_program.py": "if True: from lowdim.systems import imbalance",
    "figures/__init__.py": "",
    "figures/style.py": "",
    "figures/setting.py": "import lowdim.figures.style as style",
    "figures/book.ttf": "",
}
LINEAR = {"systems/linear.py", "arrays.py"}
GAUSS = {"moments/gauss.py", *LINEAR}
RANGES = {"moments/ranges.py", "moments/_program.py", "systems/balance.py", *GAUSS}


@pytest.fixture
def files(notebook, tmp_path, monkeypatch):
    """A small library, and the files of it that code depends on, by name."""
    library = tmp_path / "lowdim"
    for name, text in LIBRARY.items():
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "LIBRARY", library)

    def used(*code):
        found = {str(path.relative_to(library)) for path in library_files(notebook(*code))}
        assert "figures/book.ttf" in found
        return found - {"figures/book.ttf"}

    return used


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("x = 'from lowdim.moments import quadrature'", set()),
        ("from lowdim.systems import teacher", LINEAR),
        ("from lowdim.systems import teacher as t, imbalance", {"systems/balance.py", *LINEAR}),
        ("from lowdim.moments import quadrature", GAUSS),
        ("from lowdim.moments import response_range", RANGES),
        ("from lowdim.moments import *", RANGES),
        ("from lowdim.moments.gauss import quadrature", GAUSS),
        ("import numpy, lowdim.moments.gauss", GAUSS),
        ("x = 1; from lowdim.moments import quadrature", GAUSS),
        ("if True: from lowdim.moments import quadrature", GAUSS),
        ("from lowdim.moments \\\n    import quadrature", GAUSS),
        ("from lowdim.moments import (  # ) a bracket\n    quadrature,\n)", GAUSS),
        ("from lowdim import moments\nmoments.quadrature([1, 2])", GAUSS),
        ("from lowdim import moments as m\nf = m.quadrature", GAUSS),
        ("from lowdim import moments\nhelp(moments)", RANGES),
        ("import lowdim.moments\nlowdim.moments.quadrature([1, 2])", GAUSS),
        ("%time from lowdim.moments import quadrature\nfrom lowdim.systems import teacher", LINEAR),
        ("from lowdim import arrays", {"arrays.py"}),
        ("from lowdim.figures import (\n    setting,\n)", {"figures/setting.py", "figures/style.py"}),
        ("from lowdim.figures.setting import window", {"figures/setting.py", "figures/style.py"}),
    ],
)
def test_imports_are_followed_to_the_module_of_each_name(files, code, expected):
    assert files(code) == expected


def test_a_room_taken_in_one_cell_counts_by_its_use_in_another(files):
    assert files("from lowdim import moments", "moments.quadrature([1, 2])") == GAUSS


def test_a_cell_that_is_no_python_hides_nothing_of_the_others(files):
    assert files("this is no python", "from lowdim.moments import quadrature") == GAUSS


@pytest.mark.parametrize("source", paths.sources(), ids=lambda path: path.stem)
def test_a_chapter_of_the_book_does_not_depend_on_the_whole_library(source):
    found = {str(path.relative_to(paths.LIBRARY)) for path in library_files(source)}
    assert {"ledger/verdict.py", "ledger/claims.py"} <= found
    everything = {str(path.relative_to(paths.LIBRARY)) for path in paths.LIBRARY.rglob("*.py")}
    assert len(found) < len(everything) / 1.5


def test_the_plateaus_do_not_depend_on_the_linear_program():
    chapter = paths.SOURCES / "07_plateaus.md"
    assert paths.LIBRARY / "moments" / "ranges.py" not in library_files(chapter)
    assert paths.LIBRARY / "dynamics" / "plateaus.py" in library_files(chapter)
