"""Several inputs and outputs: against the one-channel library, differences, and balance."""

import numpy as np
import pytest

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.channels import _gradients, channel_flow, channel_responses
from lowdim.training.flow import gradient_flow


def weights(d, p, std, seed=0):
    rng = np.random.default_rng(seed)
    G, B, C = (std * rng.standard_normal(shape) for shape in ((d, d), (d, p), (p, d)))
    return (G + G.T) / 2, B, C


def test_one_channel_is_the_flow_of_the_library():
    target = impulse_response(teacher([0.9, -0.5], [0.6, 0.4]), 5)
    start = random_student(4, 0.1, np.random.default_rng(0))
    A, B, C = channel_flow(start.A, start.B[:, None], start.C[None], target[:, None, None], 30.0)
    expected = gradient_flow(start, target, 30.0, rtol=1e-10).final
    for found, true in ((A, expected.A), (B[:, 0], expected.B), (C[0], expected.C)):
        np.testing.assert_allclose(found, true, atol=1e-6)
    found = LinearRNN(A, B[:, 0], C[0])
    np.testing.assert_allclose(channel_responses(A, B, C, 7)[:, 0, 0], impulse_response(found, 7))


def test_the_gradients_are_those_of_the_loss():
    start, target = weights(4, 2, 0.4), np.random.default_rng(1).standard_normal((5, 2, 2))
    move = weights(4, 2, 1.0, seed=2)

    def loss(h):
        now = [w + h * m for w, m in zip(start, move, strict=True)]
        return np.sum((channel_responses(*now, 5) - target) ** 2)

    slope = sum(np.sum(g * m) for g, m in zip(_gradients(*start, target), move, strict=True))
    assert (loss(1e-5) - loss(-1e-5)) / 2e-5 == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("symmetric", [True, False])
def test_balance_is_kept_where_the_responses_are_symmetric(symmetric):
    A, B, _ = weights(5, 2, 0.1)
    target = np.random.default_rng(3).standard_normal((4, 2, 2))
    target = target + target.mT if symmetric else target
    _, B, C = channel_flow(A, B, B.T.copy(), target, 3.0)
    assert (np.abs(B - C.T).max() < 1e-9) == symmetric


def test_bad_input_is_named(plain):
    A, B, C = weights(3, 2, 0.1)
    with pytest.raises(ValueError, match="t_end must be positive"):
        channel_flow(A, B, C, np.zeros((2, 2, 2)), 0.0)
    with pytest.raises(ValueError, match="symmetric"):
        channel_flow(np.triu(np.ones((3, 3))), B, C, np.zeros((2, 2, 2)), 1.0)
