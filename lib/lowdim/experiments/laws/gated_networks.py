"""Gated students of gated teachers: right at any length, from small starts with small steps."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.gated_study import gated_run
from lowdim.experiments.laws.registry import law


@law("gated-extrapolation", full=20, short=1)
def _ratio(rng: np.random.Generator) -> float:
    seed = int(rng.integers(2**31))
    return gated_run(seed, k=16, std=0.1, steps=1500, units=24)["ratio"]
