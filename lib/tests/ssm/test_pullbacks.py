"""Gradients written out, and steps on one matrix: both equal torch's."""

import numpy as np
import pytest
import torch

from lowdim import ssm
from lowdim.ssm._pullbacks import PULLBACKS
from lowdim.ssm._rules import Adam, Torch

STARTS = {
    "real": ssm.real_diagonal,
    "s4d": ssm.s4d_lin,
    "s4d-real": ssm.s4d_real,
    "lru": ssm.lru,
    "dense": ssm.dense,
    "symmetric": lambda d, rng, batch: ssm.dense(d, rng, batch, structure="symmetric"),
    "rotated": lambda d, rng, batch: ssm.rotated(ssm.real_diagonal(d, rng, batch)),
}


def start(family):
    return STARTS[family](8, np.random.default_rng(3), (5,))


@pytest.mark.parametrize("k", [1, 2, 9])
@pytest.mark.parametrize("family", PULLBACKS)
def test_a_pullback_is_the_gradient_of_autograd(family, k):
    layer, slope = start(family), torch.tensor(np.random.default_rng(4).standard_normal((5, k)))
    free = layer.map(lambda w: w.clone().requires_grad_())
    expected = torch.autograd.grad((ssm.responses(free, k) * slope).sum(), list(free.weights.values()))
    answer, pullback = PULLBACKS[family](layer.weights, k)
    torch.testing.assert_close(answer, ssm.responses(layer, k), rtol=1e-13, atol=1e-13)
    found = pullback(slope)
    assert set(found) == set(layer.weights)
    for name, gradient in zip(layer.weights, expected, strict=True):
        torch.testing.assert_close(found[name], gradient, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("family", STARTS)
def test_adam_on_one_matrix_takes_the_steps_of_torch(family):
    aim = torch.tensor(np.random.default_rng(5).standard_normal((5, 6)))
    ours, theirs = Adam(start(family), 0.01), Torch(start(family), 0.01, torch.optim.Adam)
    for i in range(60):
        for rule in (ours, theirs):
            if i == 30:
                rule.keep(torch.tensor([0, 2, 3]))
            rule.residual(aim if i < 30 else aim[[0, 2, 3]])
            rule.step()
    for name, weight in theirs.layer.weights.items():
        torch.testing.assert_close(ours.layer.weights[name], weight.detach(), rtol=1e-7, atol=1e-9)
