"""Students from large starts: wrong beyond training, with the spectral radius that they began with."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.training.flow import gradient_flow

WIDTH = 40


def large_start(rng: np.random.Generator) -> tuple[LinearRNN, LinearRNN, LinearRNN]:
    r"""A start with $\sigma$ uniform on [0.2, 0.3], what training to time 1e6 makes of it, and the teacher.

    The teacher has one to three poles more than 0.3 apart; k is uniform on $2\hat d, \dots, 2\hat d + 4$.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    truth = balanced_teacher(int(rng.integers(1, 4)), 0.3, rng)
    k = 2 * truth.dim + int(rng.integers(5))
    start = random_student(WIDTH, rng.uniform(0.2, 0.3), rng)
    return start, gradient_flow(start, impulse_response(truth, k), 1e6).final, truth


@law("large-init", full=60, short=3)
def _error(rng: np.random.Generator) -> float:
    _, student, truth = large_start(rng)
    return float(extrapolation_error(student, truth, 61))


@law("large-init-spectrum", full=60, short=3)
def _spectrum(rng: np.random.Generator) -> float:
    start, student, _ = large_start(rng)
    before, after = (np.abs(np.linalg.eigvalsh(rnn.A)).max() for rnn in (start, student))
    return float(after / before)
