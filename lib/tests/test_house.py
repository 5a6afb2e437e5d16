"""The house: faces that name what they offer, rooms that need no more than they say."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import lowdim

ROOMS = sorted(module.name for module in pkgutil.iter_modules(lowdim.__path__) if module.ispkg)
SCIENCE = sorted({"arrays", *ROOMS} - {"figures", "ledger"})
WITHOUT = ("matplotlib", "IPython", "myst_nb", "yaml", "sphinx", "jupyter_core", "nbformat", "jupyter_book")


def test_the_package_lists_its_rooms():
    assert dir(lowdim) == sorted({"arrays", *ROOMS})
    assert lowdim.systems.teacher([0.5], [1.0]).dim == 1


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "figures"])
def test_a_face_offers_what_its_stub_names(room):
    face = importlib.import_module(f"lowdim.{room}")
    modules = {module.name for module in pkgutil.iter_modules(face.__path__)}
    assert dir(face) == sorted(face.__all__)
    for name in face.__all__:
        assert getattr(face, name) is not None
        assert not name.startswith("_")
        assert name not in modules, "a module of this name would take the place of what it offers"
    for module in modules:
        if not module.startswith("_"):
            assert module in face.__doc__, "the face says what each of its modules holds"


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_the_science_needs_nothing_of_the_book():
    code = f"""
import sys
for name in {WITHOUT}:
    sys.modules[name] = None  # importing it fails
import importlib, pkgutil, lowdim
for room in {SCIENCE}:
    package = importlib.import_module("lowdim." + room)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), package.__name__ + "."):
        importlib.import_module(module.name)
    for name in getattr(package, "__all__", []):
        getattr(package, name)
"""
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_numpy_work_does_not_wait_for_torch():
    done = run("import sys, lowdim\nfrom lowdim.systems import teacher\nprint('torch' in sys.modules)")
    assert done.stdout == "False\n", done.stderr
