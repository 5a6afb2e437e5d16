"""What a result depends on besides its arguments: the content of code, Python, packages, the processor."""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import platform
import site
import sys
import sysconfig
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import lowdim

# Whatever can change the bits of a run besides the code itself.
_NUMERICS = (
    "array-api-compat",
    "arviz-base",  # ships draws that `recorded` reads
    "h5py",
    "nitime",  # ships the record that `recorded` reads
    "numpy",
    "pandas",
    "python-flint",
    "scikit-sundae",
    "scipy",
    "torch",
)


def code_digest(run: Callable) -> str:
    """SHA-256 of what a run's result depends on besides its arguments.

    That is: its name, the file it is defined in, the modules of yours that this file imports, directly or
    through others of them, every module of this library but the figures, Python, the numerical packages and
    the kind of processor.

    Args:
        run: a function defined in a file.

    Raises:
        ValueError: a lambda, a function inside a function, one without a file, or a method of an object.
    """
    name = getattr(run, "__qualname__", repr(run))
    if not inspect.isfunction(run):
        raise ValueError(
            f"run = {name} cannot be cached: it is no plain function, and what the object behind it holds is "
            "not in the key. Define a function at the top of a module that takes all it needs as "
            "arguments, or pass cache=None."
        )
    try:
        source = inspect.getsourcefile(run)
    except TypeError:
        source = None
    if source is None or not Path(source).is_file() or "<" in name:
        raise ValueError(
            f"run = {name} cannot be cached: its code is not that of a file, so an edit would go unnoticed. "
            "Define it at the top of a module, or pass cache=None."
        )
    digest = hashlib.sha256(f"{name} {_environment()}".encode())
    for file in _own_files(Path(source), run.__module__):
        digest.update(file.read_bytes())
    digest.update(_library_digest())
    return digest.hexdigest()


@functools.cache
def installed_folders() -> tuple[Path, ...]:
    """Where modules are that nobody edits: those of Python, and those that a package manager installed."""
    known = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple(dict.fromkeys(map(Path, [*known, *site.getsitepackages()])))


def _own_files(source: Path, module: str) -> list[Path]:
    """This file and those it imports, directly or through others, that no package manager installed."""
    elsewhere = (Path(lowdim.__file__).parent, *installed_folders())
    found, waiting = {}, [(source.resolve(), module)]
    while waiting:
        file, name = waiting.pop()
        theirs = file.suffix != ".py" or any(file.is_relative_to(folder) for folder in elsewhere)
        if file in found or (theirs and found):
            continue
        found[file] = name
        for imported in _imports(file, name.rpartition(".")[0]):
            try:
                spec = find_spec(imported)
            except (ImportError, ValueError, AttributeError):  # a name of a module, and no module itself
                continue
            if spec is not None and spec.origin:
                waiting.append((Path(spec.origin).resolve(), imported))
    return sorted(found)


def _imports(file: Path, package: str) -> list[str]:
    """The modules that a file imports, and the names it takes from them, which may be modules too."""
    names = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, node.module or ""]).strip(".")
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return names


def _library_digest() -> bytes:
    library = Path(lowdim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(library.rglob("*.py*")):
        if path.suffix not in (".py", ".pyi"):  # a room's .pyi says which names it hands out
            continue
        inside = path.relative_to(library)
        if inside.parts[0] != "figures":
            digest.update(f"{inside.as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.digest()


@functools.cache
def _environment() -> str:
    return " ".join(
        [sys.version, platform.machine(), *(f"{package} {_version(package)}" for package in _NUMERICS)]
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
