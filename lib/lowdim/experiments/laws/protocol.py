"""The recalled protocol over drawn teachers: students of forty states, teachers of five."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.laws.registry import law
from lowdim.experiments.protocol import FAMILIES, protocol_run


def protocol_error(rng: np.random.Generator, family: str = FAMILIES[0]) -> float:
    """Largest response error up to lag 200 of a student trained on 12 to 20 lags.

    The teacher is balanced or not and A free or symmetric, each as likely; with wrong labels A is free.

    Args:
        rng: NumPy random generator; it is advanced.
        family: of the student.
    """
    seed, k = int(rng.integers(2**31)), int(rng.integers(12, 21))
    balanced, free = (bool(x) for x in rng.integers(2, size=2))
    structure = "free" if free or family == FAMILIES[-1] else "symmetric"
    return protocol_run(seed, k, family, structure, balanced)["extrapolation_error"]


@law("protocol-extrapolates", full=60, short=4)
def _error(rng: np.random.Generator) -> float:
    return protocol_error(rng)
