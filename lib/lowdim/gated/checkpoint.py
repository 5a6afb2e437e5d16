"""Files from which a killed training continues."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import torch

from lowdim.gated.drift import Drift
from lowdim.gated.network import Recurrent


def fingerprint(*networks: Recurrent | Drift, **arguments: Any) -> str:
    """A hash of everything that decides the course of a training.

    Args:
        networks: student and teacher.
        arguments: numbers and names.
    """
    known = hashlib.sha256(repr(sorted(arguments.items())).encode())
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
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    torch.save({"mark": mark, **state}, draft)
    draft.replace(path)


def load(path: str | os.PathLike[str], mark: str, device: torch.device) -> dict[str, Any] | None:
    """The state in the file, or None if there is no file.

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
    state = torch.load(path, map_location=device, weights_only=True)
    if state.pop("mark") != mark:
        raise ValueError(
            f"checkpoint {path} belongs to a run with other arguments, seeds or weights; "
            "pass another path, or delete the file to begin anew."
        )
    return state
