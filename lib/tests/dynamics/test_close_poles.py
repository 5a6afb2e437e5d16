"""Closeness, against an independent integration of one teacher, its limit, and what it refuses."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lowdim.dynamics.close_poles import closeness, predicted_imbalance
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

PAIR = teacher([0.9, 0.6], [0.5, 0.5])


def test_closeness_is_what_another_integrator_finds():
    """A diagonalized student, atoms and weights in place of matrices: the flow of b and A written out."""
    k, d = 4, 3
    goal = impulse_response(PAIR, k)

    def velocity(_t, y):
        A, b = y[: d * d].reshape(d, d), y[d * d : -1]
        powers = [b]
        for _ in range(k - 1):
            powers.append(A @ powers[-1])
        r = np.array([b @ p for p in powers]) - goal
        grad = np.zeros((d, d))
        for i in range(k - 1):
            for j in range(k - 1 - i):
                grad += r[i + j + 1] * np.outer(powers[i], powers[j])
        dA = -(grad + grad.T)
        db = -2 * sum(r[j] * powers[j] for j in range(k))
        return np.concatenate([dA.ravel(), db, [2 * max(r[0], 0)]])

    rng = np.random.default_rng(4)
    A, b = 1e-5 * rng.standard_normal((d, d)), 1e-5 * rng.standard_normal(d)
    y = np.concatenate([(A + A.T).ravel(), b, [0.0]])
    run = solve_ivp(velocity, (0.0, 1e6), y, "LSODA", rtol=1e-8, atol=1e-12)
    assert closeness(PAIR, k) == pytest.approx(run.y[-1, -1], rel=0.01)


@pytest.mark.parametrize(("poles", "k", "low", "high"), [((0.9, 0.7), 5, 9, 10), ((0.95, -0.8), 4, 0, 0.5)])
def test_close_poles_are_close_and_distant_ones_are_not(poles, k, low, high):
    assert low <= closeness(teacher(poles, [0.5, 0.5]), k) <= high


def test_closeness_does_not_depend_on_the_start():
    small, smaller = (closeness(PAIR, 4, std) for std in (1e-5, 1e-8))
    assert small == pytest.approx(smaller, rel=0.01)


def test_a_mode_alone_hardly_overshoots():
    assert 0 < closeness(teacher([0.9], [1.0]), 3) < 0.1


def test_the_prediction_is_quadratic_in_the_start_and_exponential_in_closeness():
    start = random_student(9, 1e-3, np.random.default_rng(0))
    base = predicted_imbalance(start, PAIR, 0.0)
    u, v = start.B - start.C, start.B + start.C
    assert base == pytest.approx(np.linalg.norm(u) * np.linalg.norm(v) / 4)  # weights sum to one
    assert predicted_imbalance(start.map(lambda x: 10 * x), PAIR, 2.0) == pytest.approx(100 * np.e**2 * base)
    assert predicted_imbalance(start, PAIR, 1e4) == np.inf


def test_what_has_no_closeness_is_refused():
    with pytest.raises(ValueError, match="k >= 2 x 2 lags, but k = 3"):
        closeness(PAIR, 3)
    with pytest.raises(ValueError, match="must be balanced"):
        closeness(LinearRNN(PAIR.A, PAIR.B, -PAIR.C), 4)
    with pytest.raises(ValueError, match=r"has not found the teacher at t_end = 100"):
        closeness(PAIR, 4, t_end=100.0)
