"""Studies, grids too large for a chapter, by name: `make study NAME=...` runs one and keeps what it finished.

The grids of gated networks change one thing at a time in the tenth chapter's settings; those of linear ones
ask the fifth chapter's question of more seeds and larger teachers, that of layers the thirteenth's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lowdim.experiments.gated_study import gated_run
from lowdim.experiments.layers import DENSE, STARTS, layers_run
from lowdim.experiments.runs import flow_run


@dataclass(frozen=True)
class Plan:
    """A study before it is run.

    Args:
        question: what it asks, in a line.
        run: what is called at each point of the grid.
        grid: as `sweep` takes it.
        by: columns that the summary groups the rows by.
        shown: columns that it shows, as medians with the largest value.
        resumable: whether the run takes `checkpoints`, a folder.
    """

    question: str
    run: Callable[..., Mapping[str, Any]]
    grid: Mapping[str, Any] | list[Mapping[str, Any]]
    by: list[str]
    shown: list[str] = field(default_factory=lambda: ["training", "extrapolation_error", "ratio"])
    resumable: bool = False


def _gated(question: str, **changes: Any) -> Plan:
    """The main comparisons of the chapter on gated networks, with some settings changed."""
    usual = {"units": 24, "steps": 1500, "rate": 0.02, "k": 16, "std": 0.1, "stds": [0.1, 0.3, 0.8]}
    usual |= {"shorter": [2, 4, 8], "rates": [0.005, 0.1], "further": 300, **changes}
    stds, lengths, rates, further = (usual.pop(name) for name in ("stds", "shorter", "rates", "further"))
    base = {"seed": range(20), **usual}
    failing = {**base, "std": max(stds)}, {**base, "rate": max(rates)}
    grid = [
        {**base, "std": stds},
        {**base, "rate": rates},
        {**base, "k": lengths},
        *({**one, "further": further, "carried": [0.0, 0.5]} for one in failing),
    ]
    shared = {"further": 0, "carried": 0.0}
    grids: list[Mapping[str, Any]] = [shared | part for part in grid]
    return Plan(question, gated_run, grids, ["k", "std", "rate", "further", "carried"], resumable=True)


_LINEAR = {"seed": range(40)}

STUDIES = {
    "gated-hundred": _gated(
        "The recalled sizes: teachers of ten units, students of a hundred",
        units=100,
        teacher_units=10,
        steps=3000,
        stds=[0.1, 0.3, 0.5],
        further=500,
    ),
    "gated-fifty": _gated("Students twice as wide, of teachers as small", units=50, stds=[0.1, 0.3, 0.5]),
    "gated-long": _gated("Ten times as many steps of the same size", steps=15_000, seed=range(5)),
    "gated-last": _gated("The last output alone is supervised, as in the linear theory", outputs="last"),
    "gated-memory": _gated(
        "Teachers that remember four times longer, on sequences four times longer",
        memory=30.0,
        k=64,
        shorter=[4, 8, 16, 32],
        seed=range(5),
    ),
    "threshold": Plan(
        "Where does the error fall, for teachers of up to eight states and forty seeds?",
        flow_run,
        [
            {
                "seed": range(40),
                "d": 20,
                "std": 1e-4,
                "d_hat": n,
                "k": range(2 * n - 1, 2 * n + 4),
                "t_end": 1e9,
            }
            for n in range(1, 9)
        ],
        ["d_hat", "k"],
        ["loss", "extrapolation_error", "dimension"],
    ),
    "width": Plan(
        "Does the error grow with the width of the student, at entries or at a norm of one size?",
        flow_run,
        {**_LINEAR, "d": [10, 20, 40, 80, 160, 320], "std": [1e-5, 1e-4, 1e-3], "d_hat": 3, "k": 7},
        ["std", "d"],
        ["loss", "extrapolation_error", "dimension"],
    ),
    "layers": Plan(
        "Do more than a hundred students of each family, trained longer, say what the chapter said?",
        layers_run,
        {
            "seed": range(3),
            "start": [*STARTS, f"LRU{DENSE}", f"LRU near zero{DENSE}"],
            "k": [4, 8, 16, 32, 64],
            "each": 13,
            "device": "cpu",
        },
        ["start", "k"],
        ["passed", "training", "error", "excess"],
    ),
}
