"""What other packages say of the converted system is what it says itself."""

import control
import numpy as np
import pytest
import scipy.signal
import torch

from lowdim.systems.balance import imbalance
from lowdim.systems.conversions import from_continuous, from_state_space, from_torch, to_state_space, to_torch
from lowdim.systems.linear import LinearRNN, impulse_response, simulate
from lowdim.systems.students import random_student


def system(seed, d=4):
    rng = np.random.default_rng(seed)
    rnn = random_student(d, 0.4, rng, structure="free")
    return LinearRNN(rnn.A, rng.standard_normal(d), rng.standard_normal(d))


@pytest.mark.parametrize("seed", range(4))
def test_scipy_and_control_see_the_same_responses(seed):
    rnn = system(seed)
    m = impulse_response(rnn, 20)
    _, (theirs,) = scipy.signal.dimpulse(scipy.signal.dlti(*to_state_space(rnn), dt=1), n=20)
    np.testing.assert_allclose(theirs[:, 0], m, atol=1e-12)
    there = control.ss(*to_state_space(rnn), dt=1)
    np.testing.assert_allclose(control.impulse_response(there, np.arange(20)).outputs, m, atol=1e-12)
    x = np.random.default_rng(seed).standard_normal(20)
    np.testing.assert_allclose(control.forced_response(there, U=x).outputs, simulate(rnn, x), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_there_and_back_is_the_same_system_with_no_more_states(seed):
    rnn = system(seed)
    for back in (
        from_state_space(control.ss(*to_state_space(rnn), dt=1)),
        from_state_space(scipy.signal.dlti(*to_state_space(rnn), dt=1)),
        from_state_space(to_state_space(rnn)),
    ):
        assert back.dim == rnn.dim
        np.testing.assert_allclose(impulse_response(back, 20), impulse_response(rnn, 20), atol=1e-10)


@pytest.mark.parametrize("d_feedthrough", [0.0, 0.7])
def test_any_feedthrough_and_a_singular_matrix_take_one_state_more(d_feedthrough):
    A, B, C = np.diag([0.5, 0.0]), np.array([[1.0], [2.0]]), np.array([[1.0, 3.0]])
    _, (theirs,) = scipy.signal.dimpulse((A, B, C, [[d_feedthrough]], 1), n=10)
    rnn = from_state_space((A, B, C, [[d_feedthrough]]))
    assert rnn.dim == 3
    np.testing.assert_allclose(impulse_response(rnn, 10), theirs[:, 0], atol=1e-14)


def test_transfer_functions_are_taken():
    rnn = from_state_space(scipy.signal.dlti([1.0], [1.0, -0.5], dt=1))
    np.testing.assert_allclose(impulse_response(rnn, 4), [0, 1, 0.5, 0.25], atol=1e-14)


def test_continuous_time_is_sampled_and_a_collocated_heat_rod_is_balanced():
    A = 3.0 * (np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1) - 2 * np.eye(5))
    b = np.eye(5)[0]
    rnn = from_continuous(A, b, b, 0.1)
    times, theirs = scipy.signal.impulse((A, b[:, None], b[None], [[0.0]]), T=0.1 * np.arange(30))
    np.testing.assert_allclose(impulse_response(rnn, 30), theirs, atol=1e-10)
    assert imbalance(rnn) == 0
    assert np.array_equal(rnn.A, rnn.A.T)
    assert np.linalg.eigvalsh(rnn.A).min() > 0
    free = from_continuous(A + np.diag([1.0] * 4, 1), b, b, 0.1)
    _, theirs = scipy.signal.impulse((A + np.diag([1.0] * 4, 1), b[:, None], b[None], [[0.0]]), T=times)
    np.testing.assert_allclose(impulse_response(free, 30), theirs, atol=1e-10)


def test_torch_layers():
    rnn = system(0)
    layer = to_torch(rnn)
    back = from_torch(layer, rnn.C)
    np.testing.assert_array_equal(back.A, rnn.A)
    x = 1e-5 * torch.randn(1, 9, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    states = layer(x)[0][0].detach().numpy()
    np.testing.assert_allclose(states @ rnn.C, simulate(rnn, x[0, :, 0].numpy()), atol=1e-13)
    cell = torch.nn.RNNCell(1, 3, bias=False)
    assert from_torch(cell, np.ones(3)).A.dtype == np.float32


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (lambda: from_state_space(control.ss([[-1.0]], [[1.0]], [[1.0]], [[0.0]])), "continuous time"),
        (lambda: from_state_space(scipy.signal.lti([[-1.0]], [[1.0]], [[1.0]], [[0.0]])), "continuous time"),
        (lambda: from_state_space((np.eye(2), np.eye(2), np.eye(2), np.eye(2))), "one input and one output"),
        (
            lambda: from_state_space((np.eye(1), np.ones((1, 1)), np.ones((1, 1)), 0.0)),
            r"one output, .* D \(\)",
        ),
        (lambda: from_torch(torch.nn.RNN(2, 3, bias=False), np.ones(3)), "one input"),
        (lambda: from_torch(torch.nn.RNN(1, 3, num_layers=2, bias=False), np.ones(3)), "one input"),
        (lambda: from_torch(torch.nn.RNN(1, 3), np.ones(3)), "bias"),
        (lambda: from_continuous(-np.eye(1), np.ones(1), np.ones(1), 0.0), "dt must be"),
        (lambda: to_state_space(random_student(2, 0.1, np.random.default_rng(0), batch=(3,))), "batch axes"),
    ],
)
def test_what_has_no_counterpart_is_refused(convert, message):
    with pytest.raises(ValueError, match=message):
        convert()


@pytest.mark.parametrize(
    ("A", "message"),
    [
        (-torch.eye(2, dtype=torch.float64), r"A is a torch tensor.*pass A\.numpy\(\)"),
        (torch.tensor([[-1.0, 1.0], [0.0, -1.0]]), "A is a torch tensor"),
        ([[-1.0]], "A must be a NumPy array"),
    ],
)
def test_a_continuous_system_of_another_kind_is_refused(A, message, plain):
    with pytest.raises(TypeError, match=message):
        from_continuous(A, np.ones(2), np.ones(2), 0.1)
