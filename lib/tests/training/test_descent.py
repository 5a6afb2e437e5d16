"""Descent: what each step must be, many students at once, and runs that diverge."""

import functools
import math

import numpy as np
import pytest
import torch
from helpers import assert_same, student
from hypothesis import given
from hypothesis import strategies as st

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.descent import gradient_descent
from lowdim.training.objective import gradients, population_loss
from lowdim.training.trajectory import RunStopped

TRUTH = teacher([0.9, -0.5], [0.6, 0.4])
TARGET = impulse_response(TRUTH, 7)


@pytest.mark.parametrize("structure", ["symmetric", "free", "diagonal"])
def test_a_step_subtracts_the_gradient(structure):
    rnn = student(structure)
    covariance = np.eye(7) + 0.3
    run = gradient_descent(rnn, TARGET, 0.1, 3, "gd", structure, covariance, "all", record_every=1)
    assert run.times.tolist() == [0, 1, 2, 3]
    assert (run.steps, run.evaluations) == (3, 4)
    assert_same(run.rnn[0], rnn)
    assert_same(run.final, run.rnn[3])
    for t in range(3):
        now, slope = run.rnn[t], gradients(run.rnn[t], TARGET, structure, covariance, "all")
        moved = LinearRNN(now.A - 0.1 * slope.A, now.B - 0.1 * slope.B, now.C - 0.1 * slope.C)
        assert_same(run.rnn[t + 1], moved)
    np.testing.assert_allclose(run.loss, population_loss(run.rnn, TARGET, covariance, "all"), rtol=1e-12)


@given(d=st.integers(1, 8), k=st.integers(1, 9), eta=st.floats(1e-3, 0.1), seed=st.integers(0, 2**32 - 1))
def test_imbalance_moves_by_its_own_discrete_law(d, k, eta, seed):
    """Statement balance-discrete: u+ = (I + 2 eta P) u and v+ = (I - 2 eta P) v, P = sum_j r_j A^j."""
    rnn = student(d=d, std=0.5 / math.sqrt(d), seed=seed)
    target = np.random.default_rng(seed).uniform(-1, 1, k)
    after = gradient_descent(rnn, target, eta, 1).final
    r = impulse_response(rnn, k) - target
    P = sum(r[j] * np.linalg.matrix_power(rnn.A, j) for j in range(k))
    for sign in (+1, -1):  # u = B - C grows where v = B + C decays
        expected = (np.eye(d) + sign * 2 * eta * P) @ (rnn.B - sign * rnn.C)
        np.testing.assert_allclose(after.B - sign * after.C, expected, rtol=0, atol=1e-13)
    assert (after.A == after.A.T).all()


@pytest.mark.parametrize("optimizer", ["gd", "Adam"])
def test_balance_is_kept_by_every_coordinatewise_rule(optimizer):
    rnn = student()
    run = gradient_descent(LinearRNN(rnn.A, rnn.B, rnn.B), TARGET, 1e-2, 300, optimizer)
    assert run.loss[-1] < run.loss[0] / 2
    np.testing.assert_allclose(run.rnn.B, run.rnn.C, rtol=0, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["gd", "Adam", "RMSprop"])
def test_many_students_at_once_are_each_alone(optimizer):
    crowd = student(batch=(2, 3))
    targets = np.random.default_rng(1).uniform(-1, 1, (3, 5))
    together = gradient_descent(crowd, targets, 1e-2, 40, optimizer, record_every=15)
    assert together.times.tolist() == [0, 15, 30, 40]
    assert together.loss.shape == (4, 2, 3)
    for i, j in np.ndindex(2, 3):
        alone = gradient_descent(crowd[i, j], targets[j], 1e-2, 40, optimizer, record_every=15)
        assert_same(together.rnn[:, i, j], alone.rnn, atol=1e-11)
        np.testing.assert_allclose(together.loss[:, i, j], alone.loss, rtol=1e-9)


def test_torch_optimizers_follow_their_textbook_rules():
    rnn, steps = student(), 25
    plain = gradient_descent(rnn, TARGET, 0.05, steps)
    assert_same(gradient_descent(rnn, TARGET, 0.05, steps, "sgd").final, plain.final, atol=1e-14)

    momentum = functools.partial(torch.optim.SGD, momentum=0.9)
    theta, velocity = [rnn.A, rnn.B, rnn.C], [0.0, 0.0, 0.0]
    for _ in range(steps):
        g = gradients(LinearRNN(*theta), TARGET)
        velocity = [0.9 * v + s for v, s in zip(velocity, (g.A, g.B, g.C), strict=True)]
        theta = [w - 0.01 * v for w, v in zip(theta, velocity, strict=True)]
    assert_same(gradient_descent(rnn, TARGET, 0.01, steps, momentum).final, LinearRNN(*theta), atol=1e-13)

    # Adam's first step moves every coordinate by the learning rate, up to its epsilon of 1e-8.
    slope = gradients(rnn, TARGET)
    pairs = [(rnn.A, slope.A), (rnn.B, slope.B), (rnn.C, slope.C)]
    first = LinearRNN(*(w - 1e-3 * np.sign(g) for w, g in pairs))
    assert_same(gradient_descent(rnn, TARGET, 1e-3, 1, "Adam").final, first, atol=1e-8)


@pytest.mark.parametrize("optimizer", ["gd", "Adam"])
def test_torch_students_take_the_same_way_and_stay_in_torch(optimizer):
    rnn = student(batch=(2,))
    twin = rnn.map(torch.from_numpy)
    ours, theirs = (gradient_descent(x, TARGET, 0.01, 30, optimizer) for x in (rnn, twin))
    assert isinstance(ours.final.A, np.ndarray)
    assert isinstance(theirs.final.A, torch.Tensor)
    assert_same(ours.rnn, theirs.rnn.map(torch.Tensor.numpy), atol=1e-13)
    assert_same(twin.map(torch.Tensor.numpy), student(batch=(2,)))  # the start is left alone


def test_descent_reaches_the_teacher():
    run = gradient_descent(student(d=8, std=0.05), TARGET, 0.05, 5000)
    assert (np.diff(run.loss) <= 0).all()
    assert run.loss[-1] < 1e-3 * run.loss[0]


def first_non_finite(rnn, step):
    """Descend by hand until the loss overflows."""
    A, B, C = rnn.A, rnn.B, rnn.C
    with np.errstate(all="ignore"):
        for t in range(100):
            r = [C @ np.linalg.matrix_power(A, j) @ B - m for j, m in enumerate(TARGET)]
            if not np.isfinite(np.sum(np.square(r))):
                return t
            P = sum(x * np.linalg.matrix_power(A, j) for j, x in enumerate(r))
            G = sum(
                x * np.outer(np.linalg.matrix_power(A, i) @ C, np.linalg.matrix_power(A, j - 1 - i) @ B)
                for j, x in enumerate(r)
                for i in range(j)
            )
            A, B, C = A - step * (G + G.T), B - 2 * step * P @ C, C - 2 * step * P @ B


@pytest.mark.parametrize("step", [50.0, 3.0])
def test_a_diverging_step_stops_and_keeps_the_run(step):
    at = first_non_finite(student(), step)
    message = rf"at step {at} of 100: step size {step:g} is too .* try {step / 10:g}\. {at} earlier"
    with pytest.raises(RunStopped, match=message) as caught:
        gradient_descent(student(), TARGET, step, 100)
    run = caught.value.trajectory
    assert run.times.tolist() == list(range(at))
    assert np.isfinite(run.loss).all()
    assert run.loss[-1] > run.loss[0]
    assert (run.steps, run.evaluations) == (at, at + 1)


def test_the_student_that_diverged_is_named():
    crowd = student(batch=(3,))
    scale = np.array([1.0, 1.0, 4.0])
    crowd = LinearRNN(crowd.A * scale[:, None, None], crowd.B, crowd.C)
    for rnn in (crowd, crowd.map(torch.from_numpy)):
        with pytest.raises(RunStopped, match="for student 2: step size") as caught:
            gradient_descent(rnn, TARGET, 0.1, 100, record_every=1)
        assert caught.value.trajectory.loss.shape[1:] == (3,)


def test_a_start_beyond_floating_point_is_not_blamed_on_the_step():
    huge = student().map(lambda x: 1e200 * x)
    with pytest.raises(RunStopped, match="at step 0 of 10: the weights it starts from") as caught:
        gradient_descent(huge, TARGET, 0.1, 10)
    assert caught.value.trajectory.loss.shape == (0,)


WRONG_VALUES = {
    "step must be positive and finite, but is -0.1": lambda: gradient_descent(TRUTH, TARGET, -0.1, 5),
    "step must be positive and finite, but is nan": lambda: gradient_descent(TRUTH, TARGET, np.nan, 5),
    r"step must be positive and finite, but is array": lambda: gradient_descent(
        TRUTH, TARGET, np.array([0.1, 0.2]), 5
    ),
    "steps must be .* at least 1, but is 0": lambda: gradient_descent(TRUTH, TARGET, 0.1, 0),
    "record_every must be .* but is 0": lambda: gradient_descent(TRUTH, TARGET, 0.1, 5, record_every=0),
    "optimizer must be 'gd', a callable .*Adam.* 'Muon'": lambda: gradient_descent(
        TRUTH, TARGET, 0.1, 5, "Muon"
    ),
    "A is not symmetric": lambda: gradient_descent(student("free"), TARGET, 0.1, 5),
    "target has 1 NaN": lambda: gradient_descent(TRUTH, np.array([np.nan]), 0.1, 5),
}


@pytest.mark.parametrize("message", WRONG_VALUES)
def test_a_wrong_value_gets_one_clear_error(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG_VALUES[message]()


@pytest.mark.parametrize("optimizer", ["gd", "Adam"])
def test_students_that_require_gradients_train_without_a_graph(optimizer):
    start = random_student(3, 0.1, np.random.default_rng(0))
    target = impulse_response(teacher([0.9], [1.0]), 4)
    leaves = start.map(lambda x: torch.from_numpy(x).requires_grad_())
    run = gradient_descent(leaves, torch.from_numpy(target), 0.05, 30, optimizer)
    plain = gradient_descent(start, target, 0.05, 30, optimizer)
    assert not run.final.A.requires_grad
    np.testing.assert_allclose(run.final.A, plain.final.A, rtol=1e-12)


def test_an_optimizer_that_mixes_students_takes_one_at_a_time():
    target = impulse_response(teacher([0.9], [1.0]), 4)
    crowd = random_student(3, 0.1, np.random.default_rng(0), batch=(2,))
    for optimizer in ("Adafactor", functools.partial(torch.optim.Adafactor, eps=(None, 1e-3))):
        with pytest.raises(ValueError, match="Adafactor takes means over a whole tensor"):
            gradient_descent(crowd, target, 0.05, 3, optimizer)
        gradient_descent(crowd[0], target, 0.05, 3, optimizer)
