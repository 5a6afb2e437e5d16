"""In which order chapters are executed: the longest first, or one core waits for the other at the end."""

import json
from collections.abc import Iterable
from pathlib import Path

from ci import paths

# On a new machine; later the times of the last run say which.
LONG = ("05_extrapolation", "10_gated", "12_closeness", "08_beyond_symmetry", "13_state_space_layers")


def longest_first(sources: Iterable[Path]) -> list[Path]:
    """The chapters, those that took or take longest first; others keep their order."""
    return sorted(sources, key=_seconds, reverse=True)


def _seconds(source: Path) -> float:
    try:
        return float(json.loads(paths.times(source).read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):  # not run yet, or a file that nobody can read
        return float(len(LONG) - LONG.index(source.stem)) * 1e6 if source.stem in LONG else 0.0
