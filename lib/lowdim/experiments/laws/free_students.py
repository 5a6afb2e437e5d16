"""Free students of drawn systems with two states: error, states in use, size of the weights."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.norm_balanced import smallest_realization, squared_norm
from lowdim.systems.realization import effective_dimension
from lowdim.systems.students import random_student
from lowdim.systems.teachers import oscillating_teacher, teacher
from lowdim.training.flow import gradient_flow

WIDTH, LAGS = 12, 6


def two_states(rng: np.random.Generator) -> LinearRNN:
    r"""A balanced, a signed or an oscillating teacher, each as likely.

    The first two are a `balanced_teacher` of poles more than 0.3 apart, for the signed one with the second
    weight negative; the third has a modulus uniform on [0.6, 0.95] and an angle uniform on [0.4, 2.5].

    Args:
        rng: NumPy random generator; it is advanced.
    """
    kind = int(rng.integers(3))
    if kind == 2:
        return oscillating_teacher(rng.uniform(0.6, 0.95), rng.uniform(0.4, 2.5))
    drawn = balanced_teacher(2, 0.3, rng)
    return teacher(np.diag(drawn.A), drawn.B * drawn.C * np.array([1.0, 1.0 - 2.0 * kind]))


def free_student(rng: np.random.Generator, k: int = LAGS, std: float = 1e-3) -> tuple[LinearRNN, LinearRNN]:
    """A free student of `two_states`, trained to time 1e7, and its teacher.

    Args:
        rng: NumPy random generator; it is advanced.
        k: training length.
        std: scale of the start.
    """
    truth = two_states(rng)
    start = random_student(WIDTH, std, rng, "free")
    return gradient_flow(start, impulse_response(truth, k), 1e7, "free").final, truth


@law("free-extrapolation", full=60, short=3)
def _error(rng: np.random.Generator) -> float:
    student, truth = free_student(rng)
    return float(extrapolation_error(student, truth, 61))


@law("free-dimension", full=60, short=2)
def _dimension(rng: np.random.Generator) -> float:
    return float(effective_dimension(free_student(rng)[0], tolerance=1e-3))


@law("smallest-weights", full=60, short=2)
def _excess(rng: np.random.Generator) -> float:
    student, truth = free_student(rng)
    return float(squared_norm(student) / squared_norm(smallest_realization(truth)) - 1)
