"""Students of drawn balanced teachers: the imbalance at escape, the threshold, the states in use."""

from __future__ import annotations

import numpy as np

from lowdim.dynamics.escape import at_level
from lowdim.experiments.drawn import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.experiments.scaling import exponent
from lowdim.systems.balance import imbalance
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.training.flow import gradient_flow

WIDTH = 20
_SCALES = (1e-3, 1e-4, 1e-5, 1e-6)


def threshold_error(
    rng: np.random.Generator, missing: int = 0, structure: str = "symmetric", most: int = 4
) -> float:
    r"""The largest response error up to lag 500 of a student trained on $2\hat d$ lags to time 1e9.

    The teacher has at least one pole, any two more than 0.3 apart; the student starts at the scale 1e-4.

    Args:
        rng: NumPy random generator; it is advanced.
        missing: how many lags fewer.
        structure: "symmetric", "free" or "diagonal" transition matrices.
        most: poles of the teacher.
    """
    truth = balanced_teacher(int(rng.integers(1, most + 1)), 0.3, rng)
    start = random_student(WIDTH, 1e-4, rng, structure)
    target = impulse_response(truth, 2 * truth.dim - missing)
    run = gradient_flow(start, target, 1e9, structure)
    return float(extrapolation_error(run.final, truth, 501))


def escape_slope(truth: LinearRNN, k: int, rng: np.random.Generator) -> float:
    """Slope of the imbalance at escape against the scale of the start, over three decades and one direction.

    Args:
        truth: the teacher, with a response at lag 0.
        k: training length.
        rng: NumPy random generator; it is advanced.
    """
    unit = random_student(WIDTH, 1.0, rng)
    target = impulse_response(truth, k)
    rate = 2 * abs(target[0])
    found = []
    for scale in _SCALES:
        start = unit.map(lambda x, scale=scale: scale * x)
        # The time to escape is logarithmic; a part in three hundred of it resolves the level.
        times = np.linspace(0.0, 3 * np.log(1 / scale) / rate, 300)
        run = gradient_flow(start, target, times[-1], times=times, atol=1e-20)
        found.append(at_level(run.loss[0] / 2, run.loss, imbalance(run.rnn)))
    return float(exponent(np.array(_SCALES), np.array(found)))


@law("threshold-2d", full=60, short=4)
def _threshold(rng: np.random.Generator) -> float:
    return threshold_error(rng)


@law("threshold-diagonal", full=60, short=3)
def _diagonal(rng: np.random.Generator) -> float:
    return threshold_error(rng, structure="diagonal", most=3)


@law("balance-exponent", full=60, short=4)
def _exponent(rng: np.random.Generator) -> float:
    truth = balanced_teacher(int(rng.integers(1, 6)), 0.0, rng)
    return escape_slope(truth, int(rng.integers(2, 13)), rng)
