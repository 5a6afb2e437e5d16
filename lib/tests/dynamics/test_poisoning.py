"""The external experiment against its own printed digits, its closed form and its limits."""

import numpy as np
import pytest

from lowdim.dynamics.poisoning import (
    pole_flow,
    published_error,
    published_poles,
    published_teacher,
    single_lag_limit,
)
from lowdim.systems.linear import impulse_response

TARGET = impulse_response(published_teacher(), 7)
CLEAN = {242: 0.0011832, 243: 0.0012251, 244: 0.0013671, 246: 0.0013054}
POISONED = {242: 0.049181, 243: 0.045836, 244: 0.054307, 246: 0.051074}


def importance(*lags):
    return np.isin(np.arange(7), lags).astype(float)


def error(poles):
    return float(published_error(poles))


def test_the_published_error_is_the_largest_over_twenty_lags_for_each_state():
    poles = np.array([[0.9, 0.1, 0.0], [1.0, 0.0, 0.0]])  # m_0 = 3 in both, as the teacher's
    by_hand = [max(abs(0.9**j + 0.1**j - 1) for j in range(1, 20)) / 3, 0.0]
    np.testing.assert_allclose(published_error(poles), by_hand, atol=1e-15)


def test_the_teacher_answers_ten_and_then_one():
    np.testing.assert_allclose(TARGET, [10, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize("seed", CLEAN)
def test_printed_values_of_the_clean_run(seed):
    assert error(single_lag_limit(published_poles(seed), 6, 1.0)) == pytest.approx(CLEAN[seed], rel=1e-3)


@pytest.mark.parametrize("seed", POISONED)
def test_printed_values_of_the_poisoned_run(seed):
    end = pole_flow(published_poles(seed), TARGET, importance(1, 6) / 2, np.array([0.0, 1e6]))[-1]
    assert error(end) == pytest.approx(POISONED[seed], rel=1e-3)


@pytest.mark.parametrize("lag", [3, 4, 6])
def test_the_flow_ends_at_the_root(lag):
    start = np.array([0.3, 0.25, 0.1, 0.05])
    target = np.where(np.arange(7) == lag, 0.7, 0.0)
    end = pole_flow(start, target, importance(lag), np.array([0.0, 1e7]))[-1]
    np.testing.assert_allclose(end, single_lag_limit(start, lag, 0.7), rtol=1e-8)


def test_the_differences_are_constant_along_the_flow():
    start = published_poles(245, scale=0.1)
    path = pole_flow(start, TARGET, importance(6), np.geomspace(1, 1e6, 7))
    differences = np.diff(path**-4.0, axis=1)
    np.testing.assert_allclose(differences, np.tile(np.diff(start**-4.0), (7, 1)), rtol=1e-6)


def test_the_velocity_is_minus_the_gradient():
    start, weight, h = np.array([0.5, -0.3, 0.8]), np.array([0.0, 1.0, 0.5, 0.0, 2.0, 0.0, 1.0]), 1e-6

    def loss(a):
        return weight @ ((a ** np.arange(7)[:, None]).sum(1) - TARGET) ** 2

    slopes = [(loss(start + h * e) - loss(start - h * e)) / (2 * h) for e in np.eye(3)]
    moved = pole_flow(start, TARGET, weight, np.array([0.0, 1e-9]))[-1] - start
    np.testing.assert_allclose(moved / 1e-9, -np.array(slopes), rtol=1e-5)


def test_no_pole_turns_negative_in_logarithms():
    times = np.array([0.0, 1e7])
    free = pole_flow(published_poles(242), TARGET, importance(1, 6), times)[-1]
    kept = pole_flow(published_poles(242), TARGET, importance(1, 6), times, positive=True)[-1]
    assert free.min() < -0.05
    assert kept.min() >= 0
    np.testing.assert_allclose([kept.sum(), (kept**6).sum()], 1.0, atol=1e-3)


def test_unobserved_lags_do_not_move_anything():
    start = published_poles(243)
    still = pole_flow(start, TARGET, np.zeros(7), np.array([0.0, 1.0]))
    np.testing.assert_array_equal(still, [start, start])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="lag >= 3"):
        single_lag_limit(np.array([0.1]), 2, 1.0)
    with pytest.raises(ValueError, match="positive=True needs positive poles"):
        pole_flow(np.array([-0.1]), TARGET, importance(6), np.array([0.0, 1.0]), positive=True)
    with pytest.raises(ValueError, match="importance must be one weight"):
        pole_flow(np.array([0.1]), TARGET, -importance(6), np.array([0.0, 1.0]))
    for times, message in (
        ([], "times must hold at least one time"),
        ([0.0, 1.0, 1.0], "times must increase"),
        ([-1.0, 1.0], "times must not be negative"),
        ([np.nan], "times has 1 NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            pole_flow(np.array([0.1]), TARGET, importance(6), np.array(times))
    with pytest.raises(ValueError, match="scale in"):
        published_poles(1, scale=2.0)
