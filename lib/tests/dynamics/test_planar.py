"""The one-state student: against the full flow, against its own conserved quantity, against the escape."""

import numpy as np
import pytest

from lowdim.dynamics.planar import imbalance_constant, planar_escape, planar_flow
from lowdim.systems.balance import imbalance, parts
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

TARGET = impulse_response(teacher([0.9, 0.3, -0.6], [0.5, 0.3, 0.4]), 6)


def scaled(rnn, eps):
    return LinearRNN(eps * rnn.A, eps * rnn.B, eps * rnn.C)


def test_it_is_the_flow_of_a_student_of_one_state():
    at = planar_flow(TARGET, np.array([-2.0, 0.5, 3.0]))
    start = LinearRNN(at.a[:1, None], at.y[:1] / 2, at.y[:1] / 2)
    run = gradient_flow(start, TARGET, 5.0, times=np.array([2.5, 5.0]), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(run.rnn.A[:, 0, 0], at.a[1:], rtol=1e-7)
    np.testing.assert_allclose(2 * run.rnn.B[:, 0], at.y[1:], rtol=1e-7)
    np.testing.assert_allclose(run.loss, at.loss[1:], rtol=1e-6)


def test_far_back_it_has_its_leading_terms():
    gamma, back = 2 * TARGET[0], np.array([-40.0, -20.0, -4.0])
    at = planar_flow(TARGET, back)
    np.testing.assert_allclose(at.y, np.exp(gamma * back), rtol=1e-3)
    np.testing.assert_allclose(at.kappa * at.y, 1.0, rtol=1e-3)
    np.testing.assert_allclose(at.a / at.y**2, TARGET[1] / (4 * gamma), rtol=1e-3)


def test_lag_zero_alone_has_a_closed_form():
    # k = 1: w = y²/4 obeys the logistic equation, and kappa y = 1 for ever.
    t = np.linspace(-2, 4, 7)
    at = planar_flow(np.array([0.7]), t)
    w = 0.7 / (1 + 0.7 * 4 * np.exp(-4 * 0.7 * t))
    np.testing.assert_allclose(at.y**2 / 4, w, rtol=1e-8)
    np.testing.assert_allclose(at.kappa * at.y, 1.0, rtol=1e-8)
    np.testing.assert_array_equal(at.a, 0.0)


@pytest.mark.parametrize("pole", [0.8, -0.5, 1.1])
def test_one_mode_is_learned(pole):
    at = planar_flow(impulse_response(teacher([pole], [0.6]), 4), np.array([200.0]))
    assert at.a[0] == pytest.approx(pole, abs=1e-8)
    assert at.y[0] ** 2 / 4 == pytest.approx(0.6, abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_the_imbalance_at_escape_is_the_one_predicted(seed):
    rng = np.random.default_rng(seed)
    direction, eps = random_student(7, 1.0, rng), 1e-5
    state = planar_escape(TARGET)
    _, v = parts(direction)
    when = np.log(1 / (eps * np.linalg.norm(v))) / (2 * TARGET[0]) + state.times[0]
    run = gradient_flow(scaled(direction, eps), TARGET, when, times=np.array([when]), rtol=1e-10, atol=1e-20)
    assert run.loss[0] / (TARGET @ TARGET) == pytest.approx(0.5, rel=1e-3)
    predicted = imbalance_constant(direction, state)[0] * eps**2
    assert imbalance(run.final) == pytest.approx(predicted, rel=1e-3)


def test_the_two_directions_of_u_carry_different_factors():
    state = planar_escape(TARGET)
    along = LinearRNN(np.zeros((2, 2)), np.array([1.0, 0.0]), np.array([0.0, 0.0]))
    across = LinearRNN(np.zeros((2, 2)), np.array([0.5, 0.5]), np.array([0.5, -0.5]))
    assert imbalance_constant(along, state)[0] == pytest.approx(1 / state.y[0] ** 2)
    assert imbalance_constant(across, state)[0] == pytest.approx(state.kappa[0] / state.y[0])
    assert state.kappa[0] * state.y[0] != pytest.approx(1.0, abs=0.01)


def test_what_cannot_be_answered_is_refused(plain):
    with pytest.raises(ValueError, match="response at lag 0 must be positive"):
        planar_flow(np.array([0.0, 1.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="and increase"):
        planar_flow(TARGET, np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="one state never brings the loss"):
        planar_escape(impulse_response(teacher([0.9, -0.9], [1.0, 1.0]), 8), 0.05)
    with pytest.raises(ValueError, match="fraction must lie"):
        planar_escape(TARGET, 1.5)
    still = LinearRNN(np.zeros((2, 2)), np.ones(2), -np.ones(2))
    with pytest.raises(ValueError, match="b \\+ c is zero"):
        imbalance_constant(still, planar_escape(TARGET))
    batch = random_student(2, 1.0, np.random.default_rng(0), batch=(2,))
    with pytest.raises(ValueError, match="one start at a time"):
        imbalance_constant(batch, planar_escape(TARGET))
