"""State space layers on drawn teachers, compared where they fit alike: error beyond training, states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from lowdim import ssm
from lowdim.experiments.drawn import Teachers, balanced_teacher, drawn_teachers
from lowdim.experiments.laws.balanced_teachers import WIDTH
from lowdim.experiments.laws.registry import law
from lowdim.experiments.layers import NEAR, STD, compare
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.training.flow import gradient_flow

STATES, LAGS, LEVEL, STEPS = 32, 8, 1e-3, 1500
RATES = {"lru": 0.03, "dense": 0.01}  # the chapter's rule chooses these


def eight_teachers(rng: np.random.Generator) -> Teachers:
    """One teacher of each kind, balanced and oscillating, and of each order from 2 to 5.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    return drawn_teachers(int(rng.integers(2**31)), 1)


def ratio_of_medians(one: ssm.Layer, other: ssm.Layer, teachers: Teachers) -> float:
    """Median error beyond training of one layer over that of another, over students that both fitted.

    Args:
        one: students, one for each teacher.
        other: the students beside them.
        teachers: their teachers.

    Returns:
        The ratio; NaN where fewer than half of the teachers were fitted by both.
    """
    first, second = (compare(each, teachers, LAGS, RATES[each.family], LEVEL, STEPS) for each in (one, other))
    both = first.passed & second.passed
    if both.sum() < len(both) / 2:
        return np.nan
    return float(first.error[both].median() / second.error[both].median())


@law("layers-error", full=40, short=2)
def _error(rng: np.random.Generator) -> float:
    teachers = eight_teachers(rng)
    n = (len(teachers.d_hat),)
    return ratio_of_medians(ssm.lru(STATES, rng, n), ssm.dense(STATES, rng, n, STD), teachers)


@law("layers-states", full=40, short=4)
def _states(rng: np.random.Generator) -> float:
    teachers = eight_teachers(rng)
    students = ssm.lru(STATES, rng, (len(teachers.d_hat),))
    return float(compare(students, teachers, LAGS, RATES["lru"], LEVEL, STEPS).excess.median())


@law("layers-coordinates", full=40, short=2)
def _coordinates(rng: np.random.Generator) -> float:
    return coordinates(rng)


def coordinates(rng: np.random.Generator, near: bool = True) -> float:
    """`ratio_of_medians` of LRUs in their own coordinates and in dense ones, from the same responses.

    Args:
        rng: NumPy random generator; it is advanced.
        near: whether they start near zero; otherwise where their authors start them.
    """
    teachers = eight_teachers(rng)
    students = ssm.lru(STATES, rng, (len(teachers.d_hat),), **(NEAR if near else {}))
    return ratio_of_medians(students, ssm.as_dense(students), teachers)


@law("diagonal-jump", full=40, short=3)
def _jump(rng: np.random.Generator) -> float:
    before, after = around(rng, "diagonal", (0, 1))
    return float(after / before)


def around(
    rng: np.random.Generator | list[int], structure: str, offsets: Sequence[int]
) -> Float[np.ndarray, " offsets"]:
    r"""Errors up to lag 500 of one start, trained on $2\hat d$ lags and some more or fewer, to time 1e9.

    The teacher has one to three poles more than 0.3 apart; the student starts at the scale 1e-4.

    Args:
        rng: NumPy random generator, which is advanced, or the seed of one.
        structure: "symmetric" or "diagonal" transition matrices.
        offsets: numbers of lags above $2\hat d$.
    """
    rng = np.random.default_rng(rng)
    truth = balanced_teacher(int(rng.integers(1, 4)), 0.3, rng)
    start = random_student(WIDTH, 1e-4, rng, structure)
    targets = (impulse_response(truth, 2 * truth.dim + more) for more in offsets)
    ends = (gradient_flow(start, target, 1e9, structure).final for target in targets)
    return np.array([float(extrapolation_error(end, truth, 501)) for end in ends])
