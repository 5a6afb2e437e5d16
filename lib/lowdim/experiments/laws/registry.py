"""The laws there are, and how one is examined on draws that nobody has looked at."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Float
from joblib import delayed

from lowdim.experiments.grid import pool


@dataclass(frozen=True)
class Law:
    """A claim over drawn teachers, starts and data.

    Args:
        draw: makes one draw with a generator and returns the number that the claim's test decides.
        full: draws of a full examination.
        short: draws of the short one, a minute for all laws together.
    """

    draw: Callable[[np.random.Generator], float]
    full: int
    short: int


LAWS: dict[str, Law] = {}


def law(id: str, full: int, short: int) -> Callable[[Callable], Callable]:
    """Register a function of a generator as the law of this claim.

    Args:
        id: of the claim in ``claims.yml``.
        full: draws of a full examination.
        short: draws of the short one.

    Raises:
        ValueError: two laws of one id.
    """

    def register(draw: Callable[[np.random.Generator], float]) -> Callable:
        if id in LAWS:
            raise ValueError(f"the law {id!r} is defined twice, by {LAWS[id].draw} and {draw}.")
        LAWS[id] = Law(draw, full, short)
        return draw

    return register


def draws(id: str, seed: int, numbers: Iterable[int], processes: int = 1) -> Float[np.ndarray, " draws"]:
    """The measured numbers of some draws of a law; draw i of a seed is the same whichever others are made.

    Args:
        id: of the law.
        seed: of the examination, at least 0.
        numbers: which draws, i = 0, 1, ...
        processes: local processes.

    Returns:
        Array with a number for each draw.

    Raises:
        KeyError: no law has this id.
    """
    if id not in LAWS:
        raise KeyError(f"no law is called {id!r}; there are: {', '.join(LAWS)}")
    if processes == 1:
        return np.array([_one(id, seed, i) for i in numbers])
    return np.array(cast("list[float]", pool(processes)(delayed(_one)(id, seed, i) for i in numbers)))


def _one(id: str, seed: int, number: int) -> float:
    import lowdim.experiments.laws  # a fresh process has not read the laws yet

    law = lowdim.experiments.laws.LAWS[id]
    return float(law.draw(np.random.default_rng([seed, zlib.crc32(id.encode()), number])))
