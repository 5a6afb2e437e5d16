"""The charge that descent gains is the integral over the flow, to first order in the step size."""

import numpy as np

from lowdim.dynamics.charge import charge_drift
from lowdim.systems.balance import noether_charge
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import oscillating_teacher
from lowdim.training.descent import gradient_descent
from lowdim.training.objective import gradients

TARGET = impulse_response(oscillating_teacher(0.95, 0.4), 5)
START = random_student(6, 0.2, np.random.default_rng(3), structure="free")
T = 12.0


def moved(step):
    end = gradient_descent(START, TARGET, step, round(T / step), structure="free").final
    return noether_charge(end) - noether_charge(START)


def test_one_step_changes_the_charge_by_that_of_the_gradient():
    step = 0.1
    end = gradient_descent(START, TARGET, step, 1, structure="free").final
    gained = step**2 * noether_charge(gradients(START, TARGET, structure="free"))
    np.testing.assert_allclose(noether_charge(end) - noether_charge(START), gained, atol=1e-16)
    assert np.abs(gained).max() > 1e-5


def test_descent_approaches_the_integral_at_first_order():
    predicted = charge_drift(START, TARGET, T)
    steps = np.array([0.04, 0.02, 0.01, 0.005])
    off = [np.abs(moved(step) / step - predicted).max() for step in steps]
    assert off[-1] < 0.02 * np.abs(predicted).max()
    assert 0.8 < np.polyfit(np.log(steps), np.log(off), 1)[0] < 1.2
