"""A real Chromium without a window, and the built site on a local address for it."""

import contextlib
import functools
import gzip
import io
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.async_api import Browser, async_playwright

from ci.bootstrap import BROWSERS
from lowdim.ledger.page_code import node

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing outside answers
]
TEXTS = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word, keeping connections open."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing; what fails is seen in the browser."""

    def handle(self) -> None:
        """Answer; a reader who has left needs none."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def translate_path(self, path: str) -> str:
        """The file that is asked for; one that cannot be is one that is not there."""
        return super().translate_path(path.replace("%00", "%EF%BF%BD"))


class Compressing(Quiet):
    """Serves texts compressed, as servers of books do."""

    def send_head(self):
        """The headers, and what follows them."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXTS or not path.is_file():
            return super().send_head()
        body = _compressed(path, path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)


@functools.cache
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


class Server(ThreadingHTTPServer):
    """Serves each connection in a thread that ends with the process."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a page that is closed drops its connections."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at a local address, for as long as the block runs."""
    with Server(("127.0.0.1", 0), functools.partial(Compressing, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's Chromium, the one that CHROMIUM names, or else playwright's own."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node())  # a bare Debian misses a library of playwright's own
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program and not shutil.which(program):
        sys.exit(f"CHROMIUM={program}: there is no such program; unset it, or name one that is there")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()
