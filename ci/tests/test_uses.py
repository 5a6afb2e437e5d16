"""Which edits of the library concern a notebook."""

import pytest

from ci import tree
from ci.uses import library_files


@pytest.fixture
def files(notebook, tmp_path, monkeypatch):
    """A small library, and the files of it that code depends on, by name."""
    library = tmp_path / "lowdim"
    contents = {
        "__init__.py": "",
        "systems.py": "import numpy",
        "objective.py": "from lowdim.systems import teacher  # and no lowdim.balance",
        "balance.py": "def late():\n    from lowdim import (\n        objective,\n    )",
        "figures/__init__.py": "",
        "figures/style.py": "",
        "figures/setting.py": "import lowdim.figures.style as style",
        "figures/book.mplstyle": "",
    }
    for name, text in contents.items():
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(tree, "LIBRARY", library)

    def used(code):
        found = {str(path.relative_to(library)) for path in library_files(notebook(code))}
        assert "figures/book.mplstyle" in found
        return found - {"figures/book.mplstyle"}

    return used


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("import lowdim", {"__init__.py"}),
        ("from lowdim import systems, nothing", {"__init__.py", "systems.py"}),
        (
            "from lowdim.objective import population_loss as loss",
            {"__init__.py", "objective.py", "systems.py"},
        ),
        ("import lowdim.balance", {"__init__.py", "balance.py", "objective.py", "systems.py"}),
        (
            "from lowdim.figures import (\n    setting,\n)",
            {"__init__.py"} | {f"figures/{n}.py" for n in ("__init__", "setting", "style")},
        ),
    ],
)
def test_imports_are_followed(files, code, expected):
    assert files(code) == expected
