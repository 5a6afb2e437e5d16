"""The quadratic form is the mean squared error itself, and its gradient that of the sequences."""

import numpy as np
import pytest
import torch

from lowdim.systems.linear import LinearRNN, impulse_response, simulate
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.finite_data import (
    autoregressive_covariance,
    draw_data,
    draw_inputs,
    empirical_loss,
    observed_lags,
    windows,
)
from lowdim.training.objective import gradients, population_loss


@pytest.mark.parametrize("n", [3, 5, 40], ids=lambda n: f"N{n}")
def test_the_form_is_the_mean_squared_error_on_the_sequences(n):
    rng = np.random.default_rng(n)
    inputs, labels = draw_inputs(n, 5, rng), rng.standard_normal(n)
    student = random_student(4, 0.5, rng, structure="free")
    data = empirical_loss(inputs, labels)
    direct = np.mean((simulate(student, inputs)[:, -1] - labels) ** 2)
    form = population_loss(student, data.target, covariance=data.covariance) + data.floor
    np.testing.assert_allclose(form, direct, rtol=1e-11)


def test_its_gradient_is_that_of_backpropagation_through_the_sequences():
    rng = np.random.default_rng(7)
    inputs, labels = draw_inputs(9, 5, rng), rng.standard_normal(9)
    student = random_student(3, 0.5, rng, structure="free")
    data = empirical_loss(inputs, labels)
    exact = gradients(student, data.target, structure="free", covariance=data.covariance)
    leaves = [torch.from_numpy(w).requires_grad_() for w in (student.A, student.B, student.C)]
    outputs = simulate(LinearRNN(*leaves), torch.from_numpy(inputs))[:, -1]
    ((outputs - torch.from_numpy(labels)) ** 2).mean().backward()
    for ours, leaf in zip((exact.A, exact.B, exact.C), leaves, strict=True):
        np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_exact_labels_give_the_teacher_back_and_no_floor():
    rng, truth = np.random.default_rng(0), teacher([0.9, -0.5], [0.6, 0.4])
    inputs = draw_inputs(6, 6, rng, autoregressive_covariance(6, 0.8))
    data = empirical_loss(inputs, simulate(truth, inputs)[:, -1])
    np.testing.assert_allclose(data.target, impulse_response(truth, 6), rtol=1e-9)
    assert data.floor < 1e-20


def test_coloured_inputs_have_the_covariance_asked_for():
    sigma = autoregressive_covariance(4, -0.6)
    inputs = draw_inputs(200_000, 4, np.random.default_rng(1), sigma)
    # An entry's standard error is sqrt((1 + rho^2) / N) <= 0.0032: five of them.
    np.testing.assert_allclose(inputs.T @ inputs / len(inputs), sigma, atol=0.016)


def test_windows_hold_the_past_of_each_output():
    rng, truth = np.random.default_rng(2), teacher([0.3], [1.0])
    record = rng.standard_normal(50)
    sequences, labels = windows(record, simulate(truth, record), 20)
    assert sequences.shape == (31, 20)
    # What lies before a window is forgotten at the rate of the pole: 0.3^20 = 3e-11.
    np.testing.assert_allclose(simulate(truth, sequences)[:, -1], labels, atol=1e-9)


def test_bad_input_is_named(plain):
    rng = np.random.default_rng(3)
    with pytest.raises(ValueError, match="inputs must have shape"):
        empirical_loss(rng.standard_normal((4, 3)), rng.standard_normal(5))
    with pytest.raises(ValueError, match="labels has 1 NaN"):
        empirical_loss(np.ones((2, 1)), np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match=r"inputs of shape \(0, 3\) hold no data"):
        empirical_loss(np.zeros((0, 3)), np.zeros(0))
    with pytest.raises(ValueError, match=r"inputs of shape \(3, 0\) hold no data"):
        empirical_loss(np.zeros((3, 0)), np.zeros(3))
    with pytest.raises(TypeError, match="rng must be a numpy Generator, but is 0"):
        draw_inputs(4, 3, 0)
    with pytest.raises(ValueError, match="correlation must lie"):
        autoregressive_covariance(3, 1.0)
    with pytest.raises(ValueError, match="records of one length"):
        windows(np.ones(4), np.ones(4), 5)


def test_drawn_labels_are_the_last_outputs_and_their_noise_has_the_size_asked_for():
    truth, sigma = teacher([0.8, -0.3], [0.7, 0.5]), autoregressive_covariance(4, 0.6)
    inputs, exact = draw_data(truth, 4000, 4, np.random.default_rng(0), covariance=sigma)
    np.testing.assert_allclose(inputs[:, ::-1] @ impulse_response(truth, 4), exact, rtol=1e-12)
    np.testing.assert_allclose(inputs.T @ inputs / 4000, sigma, atol=0.1)
    again, noisy = draw_data(truth, 4000, 4, np.random.default_rng(0), 0.1, sigma)
    np.testing.assert_array_equal(again, inputs)
    # A sample standard deviation of 4000 draws has a relative standard error of 1 / sqrt(8000).
    assert np.std(noisy - exact) == pytest.approx(0.1, rel=4 / np.sqrt(8000))


def test_lags_not_observed_leave_no_trace_in_the_loss():
    rng = np.random.default_rng(5)
    student, target = random_student(4, 0.5, rng), rng.standard_normal(7)
    r = impulse_response(student, 7) - target
    loss = population_loss(student, target, gram=observed_lags([1, 4, 6]))
    np.testing.assert_allclose(loss, r[1] ** 2 + r[4] ** 2 + r[6] ** 2, rtol=1e-13)
    assert observed_lags([2], 5).tolist() == np.diag([0.0, 0.0, 1.0, 0.0, 0.0]).tolist()


@pytest.mark.parametrize(("lags", "k"), [([], None), ([-1, 2], None), ([0, 5], 5)])
def test_lags_outside_the_sequences_are_refused(lags, k):
    with pytest.raises(ValueError, match="lags must lie between 0 and k - 1"):
        observed_lags(lags, k)


def test_no_loss_is_negative():
    """Of fewer sequences than lags the form is singular, and at a perfect fit rounding decides its sign."""
    losses = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        truth, inputs = random_student(3, 0.5, rng), draw_inputs(4, 9, rng)
        data = empirical_loss(inputs, simulate(truth, inputs)[:, -1])
        near = truth.map(lambda x: x * (1 + 1e-9))
        losses.append(float(population_loss(near, data.target, covariance=data.covariance)))
    assert min(losses) >= 0


@pytest.mark.parametrize(("lags", "k"), [([0, 1.5], None), ([0.5], 3), ([True, False], 3), ([0, np.nan], 3)])
def test_lags_between_the_steps_are_refused(lags, k, plain):
    with pytest.raises(ValueError, match="lags must be whole numbers"):
        observed_lags(lags, k)
