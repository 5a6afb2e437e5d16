"""Differences of recorded values: exact on quartics, of fourth order otherwise, true to a flow."""

import numpy as np
import pytest

from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import gradients
from lowdim.training.velocity import difference_times, time_derivative

TIMES = np.array([0.5, 1.3, 4.0])


def test_exact_on_polynomials_of_degree_four():
    t = difference_times(TIMES, 0.1)
    np.testing.assert_array_equal(t[2::5], TIMES)
    powers = t[:, None] ** np.arange(5)
    expected = np.arange(5) * TIMES[:, None] ** np.maximum(np.arange(5) - 1, 0)
    np.testing.assert_allclose(time_derivative(powers, 0.1), expected, atol=1e-11)


def test_the_error_falls_with_the_fourth_power_of_the_step():
    steps = np.array([0.1, 0.05, 0.025])
    off = [
        np.abs(time_derivative(np.sin(difference_times(TIMES, h)), h) - np.cos(TIMES)).max() for h in steps
    ]
    assert np.polyfit(np.log(steps), np.log(off), 1)[0] == pytest.approx(4, abs=0.1)


def test_a_flow_moves_by_minus_its_gradient():
    target = impulse_response(teacher([0.8, -0.3], [0.7, 0.5]), 5)
    start, h = random_student(4, 0.3, np.random.default_rng(0)), 1e-3
    times = difference_times(TIMES, h)
    run = gradient_flow(start, target, times[-1], times=times, rtol=1e-11, atol=1e-14)
    slope = gradients(run.rnn[2::5], target)
    for name in "ABC":
        np.testing.assert_allclose(
            time_derivative(getattr(run.rnn, name), h), -getattr(slope, name), atol=1e-8
        )


@pytest.mark.parametrize("step", [0.0, -0.1, 0.2, np.nan])
def test_steps_that_would_overlap_are_refused(step):
    with pytest.raises(ValueError, match="below a quarter"):
        difference_times(TIMES, step)


def test_records_that_are_no_fives_are_refused():
    with pytest.raises(ValueError, match="there are 7"):
        time_derivative(np.zeros(7), 0.1)


def test_a_derivative_needs_a_step():
    with pytest.raises(ValueError, match="step must be positive"):
        time_derivative(np.zeros(5), 0.0)
