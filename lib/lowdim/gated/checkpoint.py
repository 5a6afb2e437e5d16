"""Files from which a killed training continues.

The first line of a file is the SHA-256 of the rest, so that a flipped bit is noticed; the rest has the
fingerprint of the run, of which this room's code is a part.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from lowdim.gated.drift import Drift
from lowdim.gated.network import Recurrent


def fingerprint(*networks: Recurrent | Drift, **arguments: Any) -> str:
    """A hash of everything that decides the course of a training: networks, arguments, code, PyTorch.

    Args:
        networks: student and teacher.
        arguments: numbers and names.
    """
    known = hashlib.sha256(repr(sorted(arguments.items())).encode() + torch.__version__.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        known.update(file.read_bytes())
    for network in networks:
        known.update(network.cell.encode())
        for parameter in network.parameters():
            known.update(f"{parameter.dtype} {tuple(parameter.shape)}".encode())
            known.update(parameter.detach().cpu().numpy().tobytes())
    return known.hexdigest()


def save(path: str | os.PathLike[str], mark: str, state: dict[str, Any]) -> None:
    """Write the state so that a kill at any moment leaves the old file or the new one, never half a file.

    Args:
        path: the file; its folder is made if need be.
        mark: fingerprint of the run.
        state: tensors, numbers, strings, lists and dictionaries.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, content = path.with_name(f"{path.name}.{os.getpid()}"), io.BytesIO()
    torch.save({"mark": mark, **state}, content)
    body = content.getvalue()
    draft.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    draft.replace(path)


def load(path: str | os.PathLike[str], mark: str, device: torch.device) -> dict[str, Any] | None:
    """The state in the file; None if there is no file or, with a warning, a damaged one.

    Args:
        path: the file.
        mark: fingerprint of the run that wants to continue.
        device: where its tensors go.

    Raises:
        ValueError: the file is of another run.
    """
    path = Path(path)
    if not path.exists():
        return None
    digest, _, body = path.read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        warnings.warn(f"checkpoint {path} is damaged; the training begins anew.", stacklevel=2)
        return None
    state = torch.load(io.BytesIO(body), map_location=device, weights_only=True)
    if state.pop("mark") != mark:
        raise ValueError(
            f"checkpoint {path} belongs to a run with other arguments, seeds, weights or code; "
            "pass another path, or delete the file to begin anew."
        )
    return state


@contextmanager
def held(path: str | os.PathLike[str] | None) -> Iterator[None]:
    """Keep a file for one run: two that wrote it in turn would each continue from the other's state.

    Args:
        path: the file; None holds nothing.

    Raises:
        ValueError: another run, of this process or another, holds it.
    """
    if path is None:
        yield
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{os.fspath(path)}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"checkpoint {path} is in use by another run; give each run a file of its own."
            ) from None
        yield
