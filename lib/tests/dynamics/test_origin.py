"""Rates at the origin, for coloured inputs and finite steps, against training itself."""

import numpy as np
import pytest

from lowdim.dynamics.discrete import descent_parts
from lowdim.dynamics.origin import descent_exponent, origin_rate
from lowdim.systems.balance import parts
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.descent import gradient_descent
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import residual_matrix

TARGET = impulse_response(teacher([0.98, 0.6], [0.9, 0.1]), 7)
LAG = np.arange(7)[:, None] - np.arange(7)
NARROW = 0.8 * np.cos(0.7 * LAG) + 0.2 * np.eye(7)


@pytest.mark.parametrize("inputs", [{}, {"covariance": NARROW}, {"covariance": NARROW, "outputs": "all"}])
def test_it_is_what_the_driving_matrix_is_at_the_origin(inputs):
    nothing = LinearRNN(np.zeros((3, 3)), np.zeros(3), np.zeros(3))
    P = residual_matrix(nothing, TARGET, **inputs)
    np.testing.assert_allclose(-2 * P, origin_rate(TARGET, **inputs) * np.eye(3), atol=1e-12)


def test_it_correlates_the_output_with_the_input_that_came_last():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400_000, 7)) @ np.linalg.cholesky(NARROW).T
    sampled = 2 * np.mean(x[:, -1] * (x[:, ::-1] @ TARGET))
    assert sampled == pytest.approx(origin_rate(TARGET, NARROW), abs=0.03)
    assert origin_rate(TARGET, NARROW) < -0.4


@pytest.mark.parametrize(("covariance", "winner"), [(None, 1), (NARROW, 0)])
def test_the_part_that_it_names_wins(covariance, winner):
    rate = abs(origin_rate(TARGET, covariance))
    end = np.log(1e4) / rate
    start = random_student(6, 1e-5, np.random.default_rng(1))
    run = gradient_flow(start, TARGET, end, covariance=covariance, times=np.array([0.0, end]), atol=1e-20)
    lengths = [np.linalg.norm(part, axis=-1) for part in parts(run.rnn)]
    assert np.log(lengths[winner][1] / lengths[winner][0]) / (rate * end) == pytest.approx(1, abs=0.01)
    assert np.log(lengths[1 - winner][1] / lengths[1 - winner][0]) / (rate * end) == pytest.approx(
        -1, abs=0.01
    )


def test_the_parts_move_as_descent_moves_them():
    rng = np.random.default_rng(2)
    start, target = random_student(4, 0.3, rng, batch=(3,)), rng.standard_normal((3, 5))
    u, v = descent_parts(start, target, 0.02, 20)
    run = gradient_descent(start, target, 0.02, 20, record_every=1)
    for found, part in zip((u, v), parts(run.rnn), strict=True):
        np.testing.assert_allclose(found, np.linalg.norm(part, axis=-1), rtol=1e-10)


def test_lag_zero_alone_is_a_recurrence_of_two_numbers():
    u, v = 1e-9, 1e-9
    start = LinearRNN(np.zeros((1, 1)), np.array([1e-9]), np.array([0.0]))
    found = descent_parts(start, np.array([1.0]), 0.4, 30)
    for n in range(31):
        np.testing.assert_allclose((found[0][n], found[1][n]), (abs(u), abs(v)), rtol=1e-9)
        r = (v * v - u * u) / 4 - 1
        u, v = u + 0.8 * r * u, v - 0.8 * r * v


@pytest.mark.parametrize("rate", [0.1, 0.8, 1.2])
def test_descent_escapes_with_the_exponent_predicted(rate):
    target, size = TARGET / TARGET[0], 1e-2
    scales, logs = np.array([1e-4, 1e-6, 1e-8]), []
    for eps in scales:
        start = random_student(5, eps, np.random.default_rng(3))
        u, v = descent_parts(start, target, rate / 2, int(np.log(1 / eps) / np.log1p(rate)) + 2)
        grown = int(np.argmax(v > size))
        pair = slice(grown - 1, grown + 1)
        logs.append(np.interp(np.log(size), np.log(v[pair]), np.log(u[pair] / v[pair])))
    assert np.polyfit(np.log(scales), logs, 1)[0] == pytest.approx(descent_exponent(rate), abs=0.02)


def test_small_steps_have_the_exponent_of_the_flow():
    assert descent_exponent(1e-6) == pytest.approx(2, abs=1e-5)
    assert descent_exponent(np.sqrt(2)) == pytest.approx(2)
    assert descent_exponent(2.0) == pytest.approx(1)


def test_what_has_no_answer_is_refused(plain):
    for rate in (0.0, 1.0, -0.5, np.inf):
        with pytest.raises(ValueError, match="other than 1"):
            descent_exponent(rate)
    with pytest.raises(ValueError, match="step must be positive"):
        descent_parts(random_student(2, 1.0, np.random.default_rng(0)), TARGET, 0.0, 3)
    with pytest.raises(ValueError, match="symmetric"):
        descent_parts(random_student(2, 1.0, np.random.default_rng(0), "free"), TARGET, 0.1, 3)
