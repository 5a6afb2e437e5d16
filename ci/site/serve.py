"""Show the built book on a local address: ``make serve``, ``make serve PORT=8080``."""

import functools
import sys
from http.server import ThreadingHTTPServer

from ci import paths
from ci.site.browser import Quiet


def main(port: int) -> int:
    """Serve until Ctrl-C."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Quiet, directory=paths.HTML))
    except OSError as error:
        print(f"port {port}: {error.strerror}; try make serve PORT={port + 1}", file=sys.stderr)
        return 1
    print(f"The book: http://localhost:{server.server_port}    (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0
