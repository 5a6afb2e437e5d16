"""Where students of drawn teachers rest on their way."""

from __future__ import annotations

import numpy as np

from lowdim.dynamics.few_atoms import fit_at
from lowdim.dynamics.plateaus import rests
from lowdim.experiments.laws.balanced_teachers import WIDTH, balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import population_loss

_TIMES = np.geomspace(0.01, 1e7, 400)
_LEAST = 1e-6  # of the first loss: below it the modes of close poles have no plateaus of their own


def rest_heights(rng: np.random.Generator, fewer: int = 0) -> np.ndarray:
    """Loss at each rest over that of the fit by the atoms that are active there.

    Counted are rests at a loss between a millionth and half of the first.  The teacher has two to four poles
    uniform on [-0.95, 0.95], at any distances; k is uniform from one more than twice their number to four
    more; the student starts at the scale 1e-4.

    Args:
        rng: NumPy random generator; it is advanced.
        fewer: how many of the lightest active atoms the fit has to do without.
    """
    truth = balanced_teacher(int(rng.integers(2, 5)), 0.0, rng)
    target = impulse_response(truth, 2 * truth.dim + int(rng.integers(1, 5)))
    start = random_student(WIDTH, 1e-4, rng)
    run = gradient_flow(start, target, _TIMES[-1], times=_TIMES, atol=1e-20)
    share = run.loss / run.loss[0]
    at = np.array([i for i in rests(run, target) if _LEAST < share[i] < 0.5], dtype=int)
    return run.loss[at] / np.array([_fitted(run.rnn[i], target, fewer) for i in at])


def _fitted(student: LinearRNN, target: np.ndarray, fewer: int) -> float:
    """Loss of the fit by the active atoms, or without the lightest of them."""
    fit = fit_at(student, target)
    heavy = np.argsort(fit.B**2)[fewer:]
    if not heavy.size:
        return float(target @ target)
    kept = teacher(np.diag(fit.A)[heavy], fit.B[heavy] ** 2)
    return float(population_loss(fit_at(kept, target) if fewer else fit, target))


@law("plateau-rest", full=60, short=2)
def _rest(rng: np.random.Generator) -> float:
    while not (heights := rest_heights(rng)).size:
        pass
    return float(heights[np.abs(np.log(heights)).argmax()])
