"""What bounds give away: the sharp constant and the certificate, against linear programs."""

from __future__ import annotations

import numpy as np

from lowdim.certificate.known_teacher import certify
from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.moments.on_spectrum import largest_residual
from lowdim.moments.ranges import response_bounds
from lowdim.moments.stability import crowding, sharp_constants, universal_constants
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.students import nearby_student
from lowdim.systems.teachers import teacher

WIDTH, GROUP = 20, 40
MOST_CROWDED = 1e-3  # crowding times training error: below it the sharp constant should be sharp


def worst_error(truth: LinearRNN, lag: int, delta: float) -> float:
    r"""The largest error at a lag of all stable balanced students with residuals of at most $\delta$.

    The residuals are those of $k = 2\hat d + 1$ lags; by linear program (`response_bounds`).

    Args:
        truth: the teacher, balanced.
        lag: beyond the training lags.
        delta: training error.
    """
    answer = impulse_response(truth, lag + 1)
    bounds = response_bounds(answer[: 2 * truth.dim + 1], lag, delta)
    return float(max(abs(w @ x**lag - answer[lag]) for x, w in (bounds.highest, bounds.lowest)))


def sharpness(truth: LinearRNN, delta: float, universal: bool = False) -> np.ndarray:
    r"""A constant times $\delta$ over `worst_error`, at the lags $2\hat d + 3$, 15 and 30.

    Args:
        truth: the teacher, balanced, poles inside (-1, 1).
        delta: training error.
        universal: whether the constant is the universal one in place of the sharp one.
    """
    lags = [2 * truth.dim + 3, 15, 30]
    poles = spectral_measure(truth)[0]
    constants = universal_constants(truth.dim, 31) if universal else sharp_constants(poles, 31)
    return constants[lags] * delta / [worst_error(truth, lag, delta) for lag in lags]


def measured_teacher(rng: np.random.Generator, crowded: bool = False) -> tuple[LinearRNN, float]:
    r"""A balanced teacher of one to three poles, at any distances, and a training error.

    $\delta$ is log-uniform on [1e-7, 1e-3].  Both are drawn again until $\delta$ times the `crowding` of the
    teacher is below `MOST_CROWDED`, or above 1.

    Args:
        rng: NumPy random generator; it is advanced.
        crowded: whether above 1.
    """
    while True:
        truth = balanced_teacher(int(rng.integers(1, 4)), 0.0, rng)
        delta = float(10 ** rng.uniform(-7, -3))
        shift = crowding(truth) * delta
        if shift > 1 if crowded else shift < MOST_CROWDED:
            return truth, delta


def certified_student(rng: np.random.Generator) -> tuple[LinearRNN, LinearRNN]:
    """A teacher of one to four poles, uniform on [-1, 1], and a balanced student of twenty states near it.

    Its poles and weights are off by a size log-uniform on [1e-6, 0.1]; sixteen to nineteen other poles all
    over [-1, 1] have a total weight log-uniform on the same interval.

    Args:
        rng: NumPy random generator; it is advanced.

    Returns:
        Teacher and student.
    """
    size = int(rng.integers(1, 5))
    truth = teacher(rng.uniform(-1, 1, size), rng.uniform(0.1, 1, size))
    shift, stray = 10.0 ** rng.uniform(-6, -1, 2)
    return truth, nearby_student(truth, WIDTH, rng, shift, stray, imbalance=0.0)


def given_away(truth: LinearRNN, student: LinearRNN) -> tuple[float, float]:
    r"""Bound over the largest error that the same data allow, largest of three lags.

    The lags are $2\hat d + 3$, 15 and 39; the data the student's spectrum and its first $2\hat d + 1$
    responses.

    Args:
        truth: the teacher.
        student: a balanced student.

    Returns:
        This for the certificate, and for the universal constant times the training error.
    """
    k, lags = 2 * truth.dim + 1, [2 * truth.dim + 3, 15, 39]
    seal = certify(student, truth, k, 40)
    allowed = np.array([largest_residual(student, truth, k, lag) for lag in lags])
    crude = universal_constants(truth.dim, 40)[lags] * seal.delta
    return float((seal.bound[lags] / allowed).max()), float((crude / allowed).max())


@law("stability-sharp", full=100, short=5)
def _sharp(rng: np.random.Generator) -> float:
    truth, delta = measured_teacher(rng)
    return float(sharpness(truth, delta).max())


def certified_group(rng: np.random.Generator) -> np.ndarray:
    """`given_away` for `GROUP` drawn students, one row each.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    return np.array([given_away(*certified_student(rng)) for _ in range(GROUP)])


@law("certificate-tight", full=25, short=2)
def _tight(rng: np.random.Generator) -> float:
    return float(np.quantile(certified_group(rng)[:, 0], 0.75))
