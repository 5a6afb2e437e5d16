"""Progress on the terminal: one live line for what runs now, one lasting line for each notebook that is done.

Without a terminal (a log file, continuous integration) only the lasting lines are written.
"""

import shutil
import sys
import time
from threading import Lock, Thread


class Progress:
    """What the notebooks are doing; called from the threads that execute them."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.lock = Lock()
        self.running: dict[str, tuple[float, int, int]] = {}
        if self.live:
            Thread(target=self._tick, daemon=True).start()

    def start(self, name: str, cells: int) -> None:
        """A notebook with so many code cells has started."""
        self._set(name, (time.monotonic(), 0, cells))

    def cell(self, name: str) -> None:
        """The next code cell of this notebook runs."""
        started, cell, cells = self.running[name]
        self._set(name, (started, cell + 1, cells))

    def end(self, name: str, word: str) -> float:
        """The notebook ended, with this word for how; the seconds it took."""
        with self.lock:
            started, _, cells = self.running.pop(name)
            seconds = time.monotonic() - started
            self._write(f"{word:>8}  {name:<22} {cells:3} cells  {seconds:6.1f} s\n")
            self._draw()
        return seconds

    def say(self, text: str) -> None:
        """A lasting line between the others."""
        with self.lock:
            self._write(text.rstrip("\n") + "\n")
            self._draw()

    def _set(self, name: str, state: tuple[float, int, int]) -> None:
        with self.lock:
            self.running[name] = state
            self._draw()

    def _tick(self) -> None:
        while True:
            time.sleep(1)
            with self.lock:
                self._draw()

    def _draw(self) -> None:
        if self.live and self.running:
            now = time.monotonic()
            parts = (f"{n} {i}/{of} {now - t:.0f} s" for n, (t, i, of) in sorted(self.running.items()))
            width = shutil.get_terminal_size().columns - 1
            self.stream.write("\r\x1b[K" + f" running  {' | '.join(parts)}"[:width])
            self.stream.flush()

    def _write(self, text: str) -> None:
        self.stream.write("\r\x1b[K" + text if self.live else text)
        self.stream.flush()
