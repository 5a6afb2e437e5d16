"""Results on disk, found again by the content of the code that made them and of its arguments.

Why not ``joblib.Memory``: it compares the source of the function alone and not of what it calls, a flipped
byte in a stored number goes unnoticed, and a result can be stored only by the process that computed it.

An entry is one text file, ``<key>.json``: the SHA-256 of the rest on the first line, then the result.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import lowdim

# Whatever can change the bits of a run besides the code itself.
_NUMERICS = (
    "array-api-compat",
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
        ValueError: a function without a file of its own code, such as one typed into a notebook.
    """

    def __init__(self, folder: str | os.PathLike, run: Callable) -> None:
        self.folder = Path(folder)
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
        except FileNotFoundError:
            return None
        if hashlib.sha256(body).hexdigest().encode() != digest:
            warnings.warn(
                f"the cached result {path} for {dict(arguments)} is damaged and is computed again.",
                stacklevel=2,
            )
            return None
        return json.loads(body)

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
            os.replace(temporary, self.path(arguments))
        except BaseException:
            os.unlink(temporary)
            raise


def code_digest(run: Callable) -> str:
    """SHA-256 of what a run's result depends on besides its arguments.

    That is: its name, the file it is defined in, every module of this library but the figures, Python, the
    numerical packages and the kind of processor. Other modules of your own that it calls do not count; keep
    them in its file.

    Args:
        run: a function defined in a file.

    Raises:
        ValueError: a lambda, a function inside a function, or one without a file.
    """
    name = getattr(run, "__qualname__", repr(run))
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
    digest.update(Path(source).read_bytes())
    digest.update(_library_digest())
    return digest.hexdigest()


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
