"""What the build remembers between two calls, and how it notices what changed behind its back.

doit keeps its memory in one file and writes it at the very end: a build that is killed forgets what it did,
and half a file stops every build after it. Here every task is remembered as it ends, the file is whole or not
there, and one that cannot be read is made again. A target that is not what the task left is made again too,
and an input that changed while a task read it is no input of what the task made.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from doit.dependency import JsonDB
from doit.exceptions import TaskFailed

from ci import paths


class KeptDB(JsonDB):
    """doit's memory, written whenever a task is done, whole or not at all."""

    def _load(self) -> dict:
        try:
            content = json.loads(Path(self.name).read_text(encoding="utf-8"))
            if not isinstance(content, dict) or not all(isinstance(v, dict) for v in content.values()):
                raise ValueError("it is no table of tasks")
            return content
        except (OSError, ValueError) as error:
            told = f"{paths.shown(Path(self.name))} cannot be read ({error}); everything is checked again"
            print(told, file=sys.stderr)
            return {}

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Remember; what doit sets last of a task makes it lasting."""
        super().set(task_id, dependency, value)
        if dependency == "deps:":
            self.dump()

    def dump(self) -> None:
        """Write the file beside the old one, then put it in its place."""
        path = Path(self.name)
        part = path.with_suffix(".part")
        part.write_text(self.codec.encode(self._db), encoding="utf-8")
        if path.is_dir():  # whoever made it
            shutil.rmtree(path)
        os.replace(part, path)


def digest(path: Path) -> str:
    """A hash of a file, or of every file of a folder with its name; empty if there is nothing."""
    total = hashlib.sha256()
    if path.is_dir():
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            total.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes() + b"\0")
    elif path.is_file():
        total.update(path.read_bytes())
    else:
        return ""
    return total.hexdigest()


def as_left(say: Callable[[str], None], *places: Path) -> Callable:
    """For `uptodate`: whether places are as the task left them; what is not is told, and made anew."""

    def unchanged(task: Any, values: dict) -> bool:
        def digests() -> dict[str, str]:
            return {paths.shown(place): digest(place) for place in places}

        task.value_savers.append(lambda: {"left": digests()})
        left, now = values.get("left"), digests()
        for place, before in (left or {}).items():
            if now.get(place) and now[place] != before:
                say(f"{place} is not what the build left there; it is made again")
        return left == now

    return unchanged


def steady(action: Callable, inputs: Iterable[Path]) -> Callable:
    """The action, whose outcome counts only if its inputs are the same after it as before."""
    files = [Path(path) for path in inputs]

    def run(*arguments: Any) -> Any:
        before = {path: digest(path) for path in files}
        outcome = action(*arguments)
        if isinstance(outcome, TaskFailed):
            return outcome
        moved = [paths.shown(path) for path, was in before.items() if digest(path) != was]
        if moved:
            return TaskFailed(f"{', '.join(moved)} changed while it was at work; run the same command again")
        return outcome

    return run
