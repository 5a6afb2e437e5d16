"""The worst student is stable, balanced, trained to delta, and errs as much as the sharp constant allows."""

import numpy as np
import pytest

from lowdim.balls.exact import exact_errors
from lowdim.moments import worst
from lowdim.moments.stability import sharp_constants
from lowdim.moments.worst import worst_student
from lowdim.systems.teachers import teacher

TEACHERS = [
    ([0.5], [1.0]),
    ([0.9, -0.5], [0.6, 0.4]),
    ([-0.9, 0.5], [0.6, 0.4]),  # at odd lags the signs have to be turned
    ([0.8, 0.1, -0.6], [0.3, 0.2, 0.5]),
]


@pytest.mark.parametrize(("poles", "weights"), TEACHERS)
@pytest.mark.parametrize("extra", [1, 2, 7, 30, 201])
def test_it_attains_the_sharp_constant(poles, weights, extra):
    lag = 2 * len(poles) + extra
    misses = []
    for delta in (1e-7, 1e-8):
        student = worst_student(poles, weights, lag, delta)
        assert (np.abs(np.diag(student.A)) <= 1).all()
        np.testing.assert_array_equal(student.B, student.C)
        error = exact_errors(student, teacher(poles, weights), lag + 1)
        seen = error[: 2 * len(poles) + 1]
        np.testing.assert_allclose(seen, delta, rtol=1e-15 / delta * 10)
        misses.append(1 - error[lag] / (sharp_constants(poles, lag + 1)[lag] * seen.max()))
    # Never above; below by what is of second order in delta, and by rounding, 1e-16 against delta.
    assert min(misses) >= 0
    assert misses[1] < max(0.2 * misses[0], 1e-15 / 1e-8 * 10)


def test_newton_stops_where_rounding_is_all_that_is_left(monkeypatch):
    solved, slopes = [], worst._slopes
    monkeypatch.setattr(worst, "_slopes", lambda *a: solved.append(1) or slopes(*a))
    worst_student([0.9, -0.5], [0.6, 0.4], 7, 1e-7)
    assert len(solved) <= 2 + 8  # the two ends that are tried, and quadratic convergence


def test_the_residual_tested_is_that_of_the_student_returned(monkeypatch):
    monkeypatch.setattr(worst, "_STEPS", 1)  # one step from the teacher leaves what is of second order
    poles, weights, delta = [0.5], [1.0], 1e-6
    student = worst_student(poles, weights, 9, delta)
    error = exact_errors(student, teacher(poles, weights), 3)
    np.testing.assert_allclose(error, delta, rtol=1e-3)
    assert np.abs(error / delta - 1).max() > 1e-9  # and not solved to the end, so one step it was


WRONG = {
    "lag must be above 2 x 2 = 4": {"lag": 4},
    "lag must be a whole number": {"lag": 9.5},
    r"poles must be distinct and inside \(-1, 1\)": {"poles": [1.0, 0.5]},
    r"poles must be distinct and inside \(-1, 1\), .* but are \[0.5 0.5\]": {"poles": [0.5, 0.5]},
    "poles must be distinct .* but are \\[-1.2": {"poles": [-1.2, 0.5]},
    "weights must be positive": {"weights": [0.6, -0.4]},
    "weights must be positive, one for each of the 2 poles": {"weights": [0.6]},
    "delta must be positive": {"delta": 0.0},
    "delta must be positive and finite, but is nan": {"delta": float("nan")},
}


@pytest.mark.parametrize("message", WRONG)
def test_bad_input_is_named(message, plain):
    usual = {"poles": [0.9, -0.5], "weights": [0.6, 0.4], "lag": 9, "delta": 1e-6}
    with pytest.raises(ValueError, match=message):
        worst_student(**(usual | WRONG[message]))


def test_a_training_error_that_leaves_the_neighbourhood_is_refused():
    with pytest.raises(ValueError, match="too large"):
        worst_student([0.9, 0.89], [0.5, 0.5], lag=20, delta=0.01)


@pytest.mark.parametrize("seed", range(40))
def test_a_training_error_far_too_large_is_refused_and_nothing_else_happens(seed):
    rng = np.random.default_rng(seed)  # of these 40 some steps overflow and some meet a singular matrix
    d_hat = int(rng.integers(2, 5))
    poles, weights = rng.uniform(-1, 1, d_hat), rng.uniform(0.01, 1, d_hat)
    with pytest.raises(ValueError, match="too large"):
        worst_student(poles, weights, 2 * d_hat + 5, 10.0 ** rng.uniform(0.5, 2))
