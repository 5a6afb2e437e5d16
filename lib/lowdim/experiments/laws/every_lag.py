r"""From a random start to every lag: the imbalance at escape, the order of the last error, certificates at
$k = 2 \hat d$, and how sleepers fade beyond."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from lowdim.certificate.known_teacher import certify
from lowdim.dynamics.planar import imbalance_constant, planar_escape
from lowdim.dynamics.sleepers import cost_of_sleep, fading_mass
from lowdim.experiments.laws.balanced_teachers import WIDTH, balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.experiments.scaling import exponent
from lowdim.systems.balance import imbalance, parts
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

_SCALE = 1e-5
_ENDS = (3e-3, 5e-4, 1e-4)


@law("escape", full=100, short=3)
def escape_deviation(rng: np.random.Generator) -> float:
    r"""Relative deviation of the imbalance at half of the loss from the one that the planar flow predicts.

    Teachers of one to four poles uniform on [-1, 1] with weights uniform on [0.1, 2], k from 2 to 8, students
    of 2 to 24 states; drawn again where the planar student does not lose half of the loss.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    while True:
        n, k, d = (int(x) for x in rng.integers([1, 2, 2], [5, 9, 25]))
        truth = teacher(rng.uniform(-1, 1, n), rng.uniform(0.1, 2, n))
        target, start = impulse_response(truth, k), random_student(d, 1.0, rng)
        try:
            state = planar_escape(target)
        except ValueError:
            continue
        break
    _, v = parts(start)
    window = np.linspace(-0.5, 0.5, 21)
    times = state.times + (np.log(1 / (_SCALE * np.linalg.norm(v))) + window) / (2 * target[0])
    small = start.map(lambda x: _SCALE * x)
    run = gradient_flow(small, target, times[-1], times=times, rtol=1e-11, atol=1e-18)
    fallen = -np.log(run.loss / (target @ target))
    found = np.exp(CubicSpline(fallen, np.log(imbalance(run.rnn)))(np.log(2)))
    return float(abs(found / (imbalance_constant(start, state)[0] * _SCALE**2) - 1))


@law("end-to-end-slope", full=60, short=2)
def last_slope(rng: np.random.Generator) -> float:
    """Slope of the largest error below lag 200 against the scale of the start, for a teacher of one pole.

    Pole uniform on [-1, 1], weight log-uniform between 1/5 and 5, k from 2 to 9, 4 to 30 states.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    pole, weight = rng.uniform(-1, 1), 5 ** rng.uniform(-1, 1)
    k, d = (int(x) for x in rng.integers([2, 4], [10, 31]))
    truth, start = teacher([pole], [weight]), random_student(d, 1.0, rng)
    target, j = impulse_response(truth, k), np.arange(k)
    slopes = np.stack([np.sqrt(2 * weight) * pole**j, weight * j * pole ** np.abs(j - 1)])
    slowest = 2 * np.linalg.eigvalsh(slopes @ slopes.T)[0]  # rate at which the one state settles

    def error(scale: float) -> float:
        small: LinearRNN = start.map(lambda x: scale * x)
        end = (1 / (2 * weight) + 3 / slowest) * np.log(1 / scale)
        run = gradient_flow(small, target, end, rtol=1e-10, atol=1e-17)
        return float(extrapolation_error(run.final, truth, 200))

    return float(exponent(np.array(_ENDS), np.array([error(scale) for scale in _ENDS])))


@law("certificate-2d", full=100, short=4)
def certificate_ratio(rng: np.random.Generator) -> float:
    r"""Largest certified bound over largest error below lag 200 of a student of $2\hat d$ lags.

    One to four poles, any two more than 0.3 apart; the student starts at the scale 1e-4.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    truth = balanced_teacher(int(rng.integers(1, 5)), 0.3, rng)
    k = 2 * truth.dim
    start = random_student(WIDTH, 1e-4, rng)
    student = gradient_flow(start, impulse_response(truth, k), 1e7, rtol=1e-10).final
    bound = certify(student, truth, k, 200).bound.max()
    return float(bound / extrapolation_error(student, truth, 200))


def sleeping_draw(rng: np.random.Generator) -> tuple[float, float, float]:
    r"""What is left at time 1e11 of the mass that sleeps at 1e8: measured, predicted, and without a factor.

    Teachers of two or three poles more than 0.3 apart, k from $2\hat d + 1$ to $2\hat d + 4$, starts at 1e-4.
    The factor is the one by which symmetric students are faster than diagonal ones (`prop-sleepers-fade`).

    Args:
        rng: NumPy random generator; it is advanced.
    """
    truth = balanced_teacher(int(rng.integers(2, 4)), 0.3, rng)
    k = 2 * truth.dim + int(rng.integers(1, 5))
    times = np.array([0.0, 1e8, 1e11])
    start = random_student(WIDTH, 1e-4, rng)
    run = gradient_flow(start, impulse_response(truth, k), times[-1], times=times)
    before, after = (rest_mass(run.rnn[i], truth.dim) for i in (1, 2))
    elapsed = times[2] - times[1]
    slower = before / (1 + 4 * cost_of_sleep(truth, k, 1)[0] * before * elapsed)
    return after, float(fading_mass(truth, k, before, elapsed)), float(slower)


def rest_mass(student: LinearRNN, awake: int) -> float:
    """Total weight of all atoms but the heaviest.

    Args:
        student: a single symmetric student.
        awake: how many atoms are left out.
    """
    weights = spectral_measure(student)[1]
    return float(weights[np.argsort(np.abs(weights))[:-awake]].sum())


@law("sleepers-fade", full=60, short=4)
def _fade(rng: np.random.Generator) -> float:
    measured, predicted, _ = sleeping_draw(rng)
    return measured / predicted
