"""Results on disk, found again by the content of the code that made them and of its arguments.

Why not ``joblib.Memory``: it compares the source of the function alone and not of what it calls, a flipped
byte in a stored number goes unnoticed, and a result can be stored only by the process that computed it.

An entry is one text file, ``<key>.json``: the SHA-256 of the rest on the first line, then the name of the
run, its arguments and its result. :mod:`lowdim.experiments.cached` lists the entries and clears them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lowdim.experiments._code_digest import code_digest


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
        self._code, self._name = code_digest(run), f"{run.__module__}.{run.__qualname__}"

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
            return read_entry(path)["result"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError):  # a folder of that name, half a file, what is no JSON
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
        entry = {"run": self._name, "arguments": dict(arguments), "result": result}
        body = json.dumps(entry).encode()
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


def read_entry(path: Path) -> dict[str, Any]:
    """One entry: the name of its run, arguments, result.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not what was stored.
    """
    digest, _, body = path.read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError(f"{path} is not what was stored")
    return json.loads(body)
