"""What a folder of cached results holds, and how to make it smaller.

Results are found by the content of code and arguments, so entries of code that was edited stay, and are never
used again: nothing tells them from those of another checkout that shares the folder.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from lowdim.experiments._cache import read_entry

COLUMNS = ["file", "run", "arguments", "bytes", "written"]


def cached_results(folder: str | os.PathLike) -> pd.DataFrame:
    """The results that a ``cache`` of `sweep` holds, the oldest first.

    Args:
        folder: that was passed as ``cache``.

    Returns:
        one row for each: file, run (its name; "damaged" where the entry cannot be read), arguments, size in
        bytes, and the time at which it was written.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    rows = []
    for path in _entries(folder):
        about = path.stat()
        try:
            entry = read_entry(path)
            run, arguments = entry["run"], entry["arguments"]
        except (OSError, ValueError, KeyError):
            run, arguments = "damaged", {}
        written = datetime.fromtimestamp(about.st_mtime)
        rows.append([path.name, run, arguments, about.st_size, written])
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["written", "file"], ignore_index=True)


def clear_cache(
    folder: str | os.PathLike,
    older_than: timedelta | None = None,
    most_bytes: int | None = None,
    now: datetime | None = None,
) -> int:
    """Remove results from a ``cache`` of `sweep`: all of them, or old ones only.

    Args:
        folder: that was passed as ``cache``.
        older_than: remove those that were written longer ago than this.
        most_bytes: remove the oldest until the others take no more than this.
        now: the time that ages are counted from; by default the clock's.

    Returns:
        how many were removed.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: most_bytes is negative.
    """
    if most_bytes is not None and most_bytes < 0:
        raise ValueError(f"most_bytes must be at least 0, but is {most_bytes}")
    table = cached_results(folder)
    gone = pd.Series(older_than is None and most_bytes is None, index=table.index)
    if older_than is not None:
        gone |= table.written < (now or datetime.now()) - older_than
    if most_bytes is not None:
        gone |= table.bytes.where(~gone, 0)[::-1].cumsum()[::-1] > most_bytes
    for name in table.file[gone]:
        (Path(folder) / name).unlink(missing_ok=True)
    return int(gone.sum())


def _entries(folder: str | os.PathLike) -> list[Path]:
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"{folder} is no folder of results; pass what was passed to sweep as cache")
    return [path for path in Path(folder).glob("*.json") if path.is_file()]
