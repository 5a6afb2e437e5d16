"""Layers that read sequences: causal, one seed one network, trained; linear ones by their convolution."""

import numpy as np
import pytest
import torch

from lowdim import ssm
from lowdim.ssm.sequences import convolve
from lowdim.systems import simulate

SEEDS = range(3)
KINDS = {"selective": ssm.Selective, "attention": ssm.Attention}
RESPONSE = 0.8 ** np.arange(40) * np.array([[1.0], [0.5], [-1.0]])


def noise(seed=0, steps=12):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((3, 4, steps)))


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_do_not_see_later_inputs_and_see_all_earlier_ones(kind):
    net, inputs = ssm.network(KINDS[kind], SEEDS), noise()
    changed = inputs.clone()
    changed[..., 5] += 1.0
    moved = (net.answer(net.weights, changed) - net.answer(net.weights, inputs)).abs().amax((0, 1))
    assert (moved[:5] == 0).all()
    assert (moved[5:] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_a_function_of_its_seed(kind):
    state = torch.get_rng_state()
    alone, batch = (ssm.network(KINDS[kind], seeds) for seeds in ([2], SEEDS))
    assert torch.equal(torch.get_rng_state(), state)
    inputs = noise()
    torch.testing.assert_close(
        alone.answer(alone.weights, inputs[2:])[0], batch.answer(batch.weights, inputs)[2]
    )
    assert not torch.equal(*batch.weights["enter.weight"][:2])


def test_the_step_of_a_selective_layer_depends_on_its_input():
    """It is not linear: the answer to twice the input is not twice the answer."""
    net, inputs = ssm.network(ssm.Selective, SEEDS), noise()
    once, twice = (net.answer(net.weights, factor * inputs) for factor in (1.0, 2.0))
    rest = net.answer(net.weights, 0.0 * inputs)
    assert ((twice - rest) - 2 * (once - rest)).abs().max() > 1e-2


def test_a_linear_layer_reads_sequences_as_its_recurrence_does():
    layer, inputs = ssm.lru(6, np.random.default_rng(0), (3,)), noise()
    outputs = ssm.convolution(layer).answer(layer.weights, inputs).numpy()
    rnn = ssm.as_rnn(layer)
    for i in range(3):
        np.testing.assert_allclose(outputs[i], simulate(rnn[i], inputs[i].numpy()), atol=1e-13)


def test_the_error_of_silence_is_one_and_that_of_the_truth_is_zero():
    truth = torch.from_numpy(RESPONSE)
    for factor, error in ((0.0, 1.0), (1.0, 0.0), (0.5, 0.5)):
        net = ssm.Network({}, lambda _, x, f=factor: f * convolve(truth[:, : x.shape[-1]], x))
        found = ssm.errors_at(net, RESPONSE, [3, 30], np.random.default_rng(0), sequences=4000)
        np.testing.assert_allclose(found, np.full((2, 3), error), atol=0.05)


@pytest.mark.parametrize("kind", ["selective", "linear"])
def test_training_on_sequences_lowers_the_error(kind):
    start = (
        ssm.network(ssm.Selective, SEEDS)
        if kind == "selective"
        else ssm.convolution(ssm.dense(6, np.random.default_rng(0), (3,)))
    )
    before = {name: weight.clone() for name, weight in start.weights.items()}
    end = ssm.train_on_sequences(start, RESPONSE, 5, 150, np.random.default_rng(1), rate=0.02)
    errors = [ssm.errors_at(net, RESPONSE, [5], np.random.default_rng(2)) for net in (start, end)]
    assert (errors[1] < 0.8 * errors[0]).all()
    assert all(torch.equal(start.weights[name], weight) for name, weight in before.items())


def test_too_few_lags_are_refused(plain):
    net = ssm.network(ssm.Attention, SEEDS)
    with pytest.raises(ValueError, match="at least 50 lags for each student"):
        ssm.errors_at(net, RESPONSE, [50], np.random.default_rng(0))
