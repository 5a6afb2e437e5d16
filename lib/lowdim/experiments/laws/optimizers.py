"""Adam from near zero: what a rule whose steps do not shrink with the gradient makes of balance."""

from __future__ import annotations

import numpy as np

from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.experiments.laws.registry import law
from lowdim.systems.balance import imbalance
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.training.descent import gradient_descent

WIDTH, STUDENTS = 12, 3
_TRAVEL = 15.0  # rate times steps: Adam moves each weight by about the rate in a step


def left_over(rng: np.random.Generator, optimizer: str = "Adam", top: float = 1e-2) -> float:
    r"""Median imbalance of three students after training, over the larger of scale and learning rate.

    Balanced teachers of two poles more than 0.3 apart, k = 6; the rate is log-uniform on [2e-3, 1e-2].

    Args:
        rng: NumPy random generator; it is advanced.
        optimizer: Adam or another, as in `gradient_descent`.
        top: the scale is log-uniform on [1e-5, top].
    """
    target = impulse_response(balanced_teacher(2, 0.3, rng), 6)
    scale = 10 ** rng.uniform(-5, np.log10(top))
    rate = 10 ** rng.uniform(np.log10(2e-3), -2)
    start = random_student(WIDTH, scale, rng, batch=(STUDENTS,))
    steps = round(_TRAVEL / rate)
    run = gradient_descent(start, target, rate, steps, optimizer, record_every=steps)
    return float(np.median(imbalance(run.final)) / max(scale, rate))


@law("optimizers-lose", full=40, short=1)
def _lose(rng: np.random.Generator) -> float:
    return left_over(rng)
