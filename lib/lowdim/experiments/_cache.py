"""Results on disk, found again by the content of the code that made them and of its arguments.

Why not ``joblib.Memory``: it compares the source of the function alone and not of what it calls, a flipped
byte in a stored number goes unnoticed, and a result can be stored only by the process that computed it.

An entry is one text file, ``<key>.json``: the SHA-256 of the rest on the first line, then the result.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import json
import os
import platform
import shutil
import site
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


class ResultCache:
    """A folder of results of `run`, one file for each set of arguments.

    Args:
        folder: where the entries are; made if missing.
        run: the function whose results they are; it must be defined in a file.

    Raises:
        ValueError: a function without a file of its own code, such as one typed into a notebook; a method of
            an object; a folder that is a file.
    """

    def __init__(self, folder: str | os.PathLike, run: Callable) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"cache = {folder} is a file; it must be a folder, which is made if missing.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._code = code_digest(run)

    def path(self, arguments: Mapping[str, Any]) -> Path:
        """The file of one entry, whether it exists or not.

        Args:
            arguments: the keyword arguments of the run, of JSON's types.
        """
        key = json.dumps([self._code, arguments], sort_keys=True)
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def load(self, arguments: Mapping[str, Any]) -> Any:
        """The stored result; None, with a warning where there is a damaged one, if none.

        Args:
            arguments: the keyword arguments of the run.
        """
        path = self.path(arguments)
        try:
            digest, _, body = path.read_bytes().partition(b"\n")
            if hashlib.sha256(body).hexdigest().encode() != digest:
                raise ValueError
            return json.loads(body)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):  # a folder of that name, half a file, what is no JSON
            warnings.warn(
                f"the cached result {path} for {dict(arguments)} is damaged and is computed again.",
                stacklevel=2,
            )
            return None

    def store(self, arguments: Mapping[str, Any], result: Any) -> None:
        """Write one entry, whole or not at all: into a temporary file, which is then renamed.

        Args:
            arguments: the keyword arguments of the run.
            result: what it returned, of JSON's types.
        """
        body = json.dumps(result).encode()
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            if self.path(arguments).is_dir():
                shutil.rmtree(self.path(arguments))
            os.replace(temporary, self.path(arguments))
        except BaseException:
            os.unlink(temporary)
            raise


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


def _own_files(source: Path, module: str) -> list[Path]:
    """This file and those it imports, directly or through others, that no package manager installed."""
    installed = [Path(sysconfig.get_paths()[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    installed += [Path(lowdim.__file__).parent, *map(Path, site.getsitepackages())]
    found, waiting = {}, [(source.resolve(), module)]
    while waiting:
        file, name = waiting.pop()
        theirs = file.suffix != ".py" or any(file.is_relative_to(folder) for folder in installed)
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
