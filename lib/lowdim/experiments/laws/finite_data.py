"""Students of finitely many noisy sequences: how the error falls with their number."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.experiments.scaling import exponent
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN
from lowdim.systems.students import random_student
from lowdim.training.finite_data import autoregressive_covariance, draw_data, empirical_loss
from lowdim.training.flow import gradient_flow

WIDTH, LAGS, NOISE = 12, 6, 0.01
SIZES = (30, 80, 200, 600)
STUDENTS = 20


def noisy_error(
    truth: LinearRNN, sequences: int, rng: np.random.Generator, noise: float = NOISE, correlation: float = 0.0
) -> float:
    """The largest error up to lag 60 of a student of six lags, trained on sequences with noisy labels.

    Args:
        truth: the teacher.
        sequences: how many.
        rng: NumPy random generator; it is advanced.
        noise: standard deviation of the label noise.
        correlation: of neighbouring inputs.
    """
    colour = autoregressive_covariance(LAGS, correlation)
    seen = empirical_loss(*draw_data(truth, sequences, LAGS, rng, noise, colour))
    start = random_student(WIDTH, 1e-3, rng)
    student = gradient_flow(start, seen.target, 1e5, covariance=seen.covariance).final
    return float(extrapolation_error(student, truth, 61))


def noise_slope(errors: np.ndarray) -> float:
    """Slope of the log of the median error against log(N - k - 1).

    Args:
        errors: one row for each of `SIZES`, one column for each student.
    """
    return float(exponent(np.array(SIZES) - LAGS - 1.0, np.median(errors, axis=1)))


@law("finite-noise", full=16, short=1)
def _slope(rng: np.random.Generator) -> float:
    truth, correlation = balanced_teacher(2, 0.5, rng), rng.uniform(0, 0.8)
    errors = [[noisy_error(truth, n, rng, correlation=correlation) for _ in range(STUDENTS)] for n in SIZES]
    return noise_slope(np.array(errors))
