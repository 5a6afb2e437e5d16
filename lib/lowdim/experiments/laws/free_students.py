"""Free students of drawn systems with two to five states: error, states in use, size of the weights."""

from __future__ import annotations

import numpy as np
from scipy.linalg import block_diag

from lowdim.experiments.laws.registry import law
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.norm_balanced import smallest_realization, squared_norm
from lowdim.systems.realization import effective_dimension
from lowdim.systems.students import random_student
from lowdim.systems.teachers import oscillating_teacher, teacher
from lowdim.training.flow import gradient_flow

WIDTH = 20
_APART = 0.3  # least distance of two poles that are not conjugate


def any_system(states: int, rng: np.random.Generator) -> LinearRNN:
    r"""A sum of decays and oscillations, of weights of either sign.

    The number of oscillations is uniform on what the states allow; their moduli are uniform on [0.6, 0.95]
    and their angles on [0.1, 2.5], real poles on [-0.95, 0.95], all drawn again until any two that are not
    conjugate are more than 0.3 apart.  Weights are uniform on [0.2, 0.8] and scaled to the sum 1, then each
    gets a random sign.

    Args:
        states: how many.
        rng: NumPy random generator; it is advanced.
    """
    pairs = int(rng.integers(states // 2 + 1))
    real = states - 2 * pairs
    while True:
        modulus, angle = rng.uniform(0.6, 0.95, pairs), rng.uniform(0.1, 2.5, pairs)
        decays = rng.uniform(-0.95, 0.95, real)
        upper = np.append(decays, modulus * np.exp(1j * angle))
        apart = np.abs(upper[:, None] - upper) + np.diag(np.full(len(upper), np.inf))
        if apart.min() > _APART:
            break
    weights = rng.uniform(0.2, 0.8, len(upper))
    weights *= rng.choice([-1.0, 1.0], len(upper)) / weights.sum()
    parts = [teacher([pole], [w]) for pole, w in zip(decays, weights, strict=False)]
    parts += [oscillating_teacher(*x) for x in zip(modulus, angle, weights[real:], strict=True)]
    ports = (np.concatenate([getattr(part, name) for part in parts]) for name in "BC")
    return LinearRNN(block_diag(*(part.A for part in parts)), *ports)


def lags_for(states: int) -> int:
    """Training lags of the laws: three for each state, and twelve at least.

    Args:
        states: of the teacher.
    """
    return max(12, 3 * states)


def free_student(
    rng: np.random.Generator, k: int | None = None, std: float = 1e-3
) -> tuple[LinearRNN, LinearRNN]:
    """A free student of `any_system` of two to five states, trained to time 1e7, and its teacher.

    Args:
        rng: NumPy random generator; it is advanced.
        k: training length, by default that of `lags_for`.
        std: scale of the start.
    """
    truth = any_system(int(rng.integers(2, 6)), rng)
    start = random_student(WIDTH, std, rng, "free")
    target = impulse_response(truth, k or lags_for(truth.dim))
    return gradient_flow(start, target, 1e7, "free").final, truth


@law("free-extrapolation", full=60, short=3)
def _error(rng: np.random.Generator) -> float:
    student, truth = free_student(rng)
    return float(extrapolation_error(student, truth, 61))


@law("free-dimension", full=60, short=2)
def _dimension(rng: np.random.Generator) -> float:
    student, truth = free_student(rng)
    return float(effective_dimension(student, tolerance=1e-3) - truth.dim)


@law("smallest-weights", full=60, short=2)
def _excess(rng: np.random.Generator) -> float:
    student, truth = free_student(rng)
    return float(squared_norm(student) / squared_norm(smallest_realization(truth)) - 1)
