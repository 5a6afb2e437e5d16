"""The cost of sleepers, against students placed by hand, finite differences and real training."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from lowdim.dynamics.sleepers import cost_of_sleep, fading_mass, sleeping_mass, unexplained
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

POLES, WEIGHTS = np.array([0.9, -0.5]), np.array([0.6, 0.4])
GOAL = teacher(POLES, WEIGHTS)


@pytest.mark.parametrize("k", [5, 7])
def test_first_order_is_first_order(k):
    """Beside awake atoms at their least-squares optimum the prediction for a sleeper errs like its square."""
    truth = impulse_response(GOAL, 60)
    masses = np.array([1e-3, 3e-4, 1e-4, 3e-5])

    def gap(s):
        def residual(x):
            return (x[:2] * x[2:] ** np.arange(k)[:, None]).sum(1) + s * np.eye(k)[0] - truth[:k]

        x = least_squares(residual, np.r_[WEIGHTS, POLES], xtol=1e-15, ftol=1e-15, gtol=1e-15).x
        student = teacher(np.r_[x[2:], 0.0], np.r_[x[:2], s])
        return np.abs(impulse_response(student, 60) - truth - s * cost_of_sleep(GOAL, k, 60)).max()

    order = np.polyfit(np.log(masses), np.log([gap(s) for s in masses]), 1)[0]
    assert order == pytest.approx(2, abs=0.1)


def test_trained_students_pay_what_is_predicted():
    start = random_student(15, 1e-4, np.random.default_rng(0))
    student = gradient_flow(start, impulse_response(GOAL, 5), 1e6, rtol=1e-10).final
    assert 0 < sleeping_mass(student) < 1e-6
    assert unexplained(student, GOAL, 5, 100) < 0.05
    assert unexplained(LinearRNN(student.A, student.B * 1.001, student.C), GOAL, 5, 100) > 0.5


def test_sleepers_fade_like_one_over_time_beyond_twice_the_order_and_stay_there_at_it():
    times = np.array([0.0, 1e8, 1e10, 1e12])
    for k, left in ((5, 1e-3), (4, 1.0)):
        start = random_student(15, 1e-4, np.random.default_rng(0))
        run = gradient_flow(start, impulse_response(GOAL, k), times[-1], times=times, rtol=1e-10)
        masses = np.array([sleeping_mass(x) for x in run.rnn[1:]])
        expected = fading_mass(GOAL, k, masses[0], times[1:] - times[1])
        np.testing.assert_allclose(masses, expected, rtol=0.02)
        assert masses[-1] <= left * masses[0] * 1.001


def test_too_short_training_is_refused(plain):
    with pytest.raises(ValueError, match="k = 3 is below 2 x 2"):
        cost_of_sleep(GOAL, 3, 50)
