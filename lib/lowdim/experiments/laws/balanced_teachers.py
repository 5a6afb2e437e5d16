"""Students of drawn balanced teachers: balance at escape, the threshold, and many poles."""

from __future__ import annotations

import numpy as np

from lowdim.dynamics.escape import at_level
from lowdim.experiments.drawn import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.experiments.scaling import exponent
from lowdim.systems.balance import imbalance, parts
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
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


def many_poles(rng: np.random.Generator) -> LinearRNN:
    """A balanced teacher of five to eight poles, uniform on [-0.95, 0.95] where any two are 0.2 apart.

    Weights as in `balanced_teacher`.  That so many keep their distance by chance happens once in thousands of
    draws, so the distances are added after the draw: the distribution is the same.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    n, gap = int(rng.integers(5, 9)), 0.2
    poles = np.sort(rng.uniform(-0.95, 0.95 - (n - 1) * gap, n)) + gap * np.arange(n)
    weights = rng.uniform(0.2, 0.8, n)
    return teacher(poles, weights / weights.sum())


def late_error(truth: LinearRNN, end: float, rng: np.random.Generator) -> float:
    r"""The largest error up to lag 500 of a student of $2\hat d$ lags and scale 1e-4, at a time.

    Args:
        truth: the teacher.
        end: the time.
        rng: NumPy random generator; it is advanced.
    """
    start = random_student(WIDTH, 1e-4, rng)
    run = gradient_flow(start, impulse_response(truth, 2 * truth.dim), end)
    return float(extrapolation_error(run.final, truth, 501))


def product_drift(rng: np.random.Generator, at_end: bool = False) -> float:
    r"""How far the product of the lengths of u and v moves until v has length 1/2, over what theory allows.

    The change of its logarithm, over the sum of $(\hat m_1 s / 2\gamma)^2$ and $4 \lvert \hat m_1 \rvert
    \lVert \tilde A \rVert \varepsilon \ln(1/\varepsilon) / \gamma$, s = 1/2 (`thm-balance-exponent`).
    Teachers of one to eight poles at any distances, k from 2 to 12, drawn again until the response at lag 1
    is at least 0.02 in absolute value; starts of a scale log-uniform on [1e-7, 1e-4].

    Args:
        rng: NumPy random generator; it is advanced.
        at_end: whether the product is taken at time 1e6 instead.
    """
    target = np.zeros(2)
    while abs(target[1]) < 0.02:  # else what is allowed is of higher order, and not in the sum
        truth = balanced_teacher(int(rng.integers(1, 9)), 0.0, rng)
        target = impulse_response(truth, int(rng.integers(2, 13)))
    scale = 10 ** rng.uniform(-7, -4)
    unit, length = random_student(WIDTH, 1.0, rng), 0.5
    rate, end = 2 * target[0], (np.log(1 / scale) + 3) / (2 * target[0])
    times = np.append(0.0, np.geomspace(0.1, 1e6, 200)) if at_end else np.linspace(0.0, end, 300)
    start = unit.map(lambda x: scale * x)
    run = gradient_flow(start, target, times[-1], times=times, rtol=1e-9, atol=1e-20)
    u, v = (np.linalg.norm(part, axis=-1) for part in parts(run.rnn))
    found = u[-1] * v[-1] if at_end else at_level(length, v, u) * length
    allowed = (target[1] * length / (2 * rate)) ** 2
    allowed += 4 * abs(target[1]) / rate * np.linalg.norm(unit.A, 2) * scale * np.log(1 / scale)
    return float(abs(np.log(found / (u[0] * v[0]))) / allowed)


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
    truth = balanced_teacher(int(rng.integers(1, 9)), 0.0, rng)
    return escape_slope(truth, int(rng.integers(2, 13)), rng)


@law("balance-product", full=60, short=4)
def _product(rng: np.random.Generator) -> float:
    return product_drift(rng)


@law("many-poles", full=40, short=2)
def _many(rng: np.random.Generator) -> float:
    return late_error(many_poles(rng), 1e13, rng)
