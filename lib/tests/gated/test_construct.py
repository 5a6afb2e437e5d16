"""Gated networks: recurrence and training against PyTorch's own, teachers, students, linearization."""

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss

from lowdim import gated
from lowdim.gated.construct import stream
from lowdim.gated.network import CELLS
from lowdim.moments.gauss import hankel
from lowdim.systems.linear import LinearRNN, impulse_response

KINDS = pytest.mark.parametrize("cell", CELLS)
F64 = torch.float64


def wild(cell, copies=2, units=5, seed=0, scale=0.7):
    """Networks in which every weight and bias matters."""
    g, n = torch.Generator().manual_seed(seed), units
    rows = CELLS[cell].gates * n
    shapes = (copies, rows, n), (copies, rows, 2), (copies, 1, n), (copies, 1, 1)
    return gated.Recurrent(cell, *(scale * torch.randn(*s, generator=g, dtype=F64) for s in shapes))


def white(*shape, seed=9):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def as_torch(network, copy):
    """The same network made of PyTorch's own modules."""
    kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "tanh": torch.nn.RNN}[network.cell]
    module = kind(1, network.units, batch_first=True, dtype=F64)
    readout = torch.nn.Linear(network.units, 1, dtype=F64)
    with torch.no_grad():
        module.weight_hh_l0.copy_(network.recurrent[copy])
        module.weight_ih_l0.copy_(network.drive[copy, :, :1])
        module.bias_ih_l0.copy_(network.drive[copy, :, 1])
        module.bias_hh_l0.zero_().requires_grad_(False)
        readout.weight.copy_(network.readout[copy])
        readout.bias.copy_(network.offset[copy, 0])
    module.bias_hh_l0.requires_grad_(False)
    return module, readout


@KINDS
def test_every_copy_is_the_network_of_pytorch(cell):
    network, inputs = wild(cell), white(2, 3, 11)
    outputs, state = network(inputs)
    for copy in range(2):
        module, readout = as_torch(network, copy)
        hidden, last = module(inputs[copy, :, :, None])
        last = torch.cat(last, dim=-1)[0] if cell == "lstm" else last[0]
        torch.testing.assert_close(outputs[copy], readout(hidden)[..., 0], rtol=1e-12, atol=1e-13)
        torch.testing.assert_close(state[copy].T, last, rtol=1e-12, atol=1e-13)


@KINDS
def test_a_run_can_be_cut_anywhere_and_copies_picked_at_will(cell):
    network, inputs = wild(cell), white(1, 3, 9)
    whole, end = network(inputs)
    first, middle = network(inputs[..., :4])
    second, last = network(inputs[..., 4:], middle)
    torch.testing.assert_close(torch.cat((first, second), -1), whole, rtol=0, atol=0)
    torch.testing.assert_close(last, end, rtol=0, atol=0)
    torch.testing.assert_close(network.states(inputs)[-1], end, rtol=0, atol=0)
    joined = gated.join([network.select([1]), network]).select([2, 0])
    torch.testing.assert_close(joined(inputs)[0], whole[[1, 1]], rtol=1e-13, atol=1e-13)


def reference(student, teacher, seed, k, steps, sequences, outputs, optimizer):
    """The same training by PyTorch's own modules and loop, one copy."""
    module, readout = as_torch(student, 0)
    parameters = [p for p in (*module.parameters(), *readout.parameters()) if p.requires_grad]
    if optimizer == "adam":
        optimizer = torch.optim.Adam(parameters, lr=0.01, betas=(0.95, 0.98))
    else:
        optimizer = torch.optim.SGD(parameters, lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    drawn = [stream(seed, 2, chunk).standard_normal((50, sequences, k)) for chunk in range(2)]
    for inputs in torch.from_numpy(np.concatenate(drawn))[:steps]:
        wanted = teacher(inputs[None])[0][0].detach()
        said = readout(module(inputs[..., None])[0])[..., 0]
        optimizer.zero_grad()
        (mse_loss(said, wanted) if outputs == "every" else mse_loss(said[:, -1], wanted[:, -1])).backward()
        optimizer.step()
        schedule.step()
    return [module.weight_hh_l0, module.weight_ih_l0, module.bias_ih_l0, readout.weight, readout.bias]


@pytest.mark.parametrize(
    ("cell", "outputs", "optimizer"),
    [("gru", "every", "adam"), ("lstm", "last", "adam"), ("tanh", "last", "sgd")],
)
def test_training_is_that_of_a_plain_loop_alone_and_in_a_batch(cell, outputs, optimizer):
    seeds, settings = (
        [4, 2],
        {"k": 5, "steps": 60, "sequences": 8, "outputs": outputs, "optimizer": optimizer},
    )
    start = gated.student(6, 0.2, seeds, cell, dtype=F64)
    teachers = gated.teacher(2, seeds, cell=cell, dtype=F64)
    both = gated.train(start, teachers, seeds=seeds, rate=0.01, **settings).network
    alone = gated.train(start.select([1]), teachers.select([1]), seeds=[2], rate=0.01, **settings).network
    expected = reference(start.select([1]), teachers.select([1]), 2, **settings)
    # Float64 and 60 steps: only rounding differs, some 1e-16 times what the steps make of it.
    for network, copy in ((both, 1), (alone, 0)):
        drive = network.drive[copy]
        got = (
            network.recurrent[copy],
            drive[:, :1],
            drive[:, 1],
            network.readout[copy],
            network.offset[copy, 0],
        )
        for ours, theirs in zip(got, expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    assert not torch.allclose(alone.recurrent, start.recurrent[1:], atol=1e-3)


def test_students_are_gaussians_that_belong_to_their_seed():
    alone, many = gated.student(50, 0.1, [7]), gated.student(50, 0.1, [3, 7, 4])
    for one, all_ in zip(alone.parameters(), many.parameters(), strict=True):
        assert torch.equal(one[0], all_[1])
    tenfold = gated.student(50, 1.0, [7])
    torch.testing.assert_close(tenfold.recurrent, 10 * alone.recurrent)
    # 7500 Gaussians: the sampling error of their standard deviation is 0.8 %.
    assert tenfold.recurrent.std().item() == pytest.approx(1.0, abs=0.04)
    assert not torch.equal(many.recurrent[0], many.recurrent[1])
    assert not many.drive[..., 1].any()
    assert not many.offset.any()


@KINDS
def test_teachers_belong_to_their_seed_rest_at_zero_and_have_the_spread_asked_for(cell):
    teachers = gated.teacher(4, [3, 7], cell=cell, spread=0.5, dtype=F64)
    alone = gated.teacher(4, [7], cell=cell, spread=0.5, dtype=F64)
    for one, all_ in zip(alone.parameters(), teachers.parameters(), strict=True):
        torch.testing.assert_close(one[0], all_[1], rtol=1e-10, atol=1e-12)
    with torch.no_grad():
        assert not teachers.states(torch.zeros(1, 1, 20, dtype=F64)).any()
        states = teachers.states(white(1, 64, 1200))[200:, :, :4]
        outputs = (states * teachers.readout[:, 0, :, None]).sum(2) + teachers.offset[:, 0]
    # 64,000 outputs with memories of some ten steps: sampling errors near 1 %.
    assert outputs.mean((0, 2)).abs().max() < 0.03
    assert outputs.std((0, 2)).numpy() == pytest.approx(0.5, rel=0.05)
    shares = states.std((0, 3)) * teachers.readout[:, 0].abs()
    assert (shares.max(-1)[0] / shares.min(-1)[0]).max() < 1.05


# Forward-mode differentiation loads a module of PyTorch that trips over PyTorch's own deprecation.
FORWARD = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")


@FORWARD
@KINDS
def test_an_uncoupled_teacher_has_the_poles_it_was_given(cell):
    teacher = gated.teacher(3, [5], memory=18.0, coupling=0.0, cell=cell, dtype=F64)
    slow = np.array([18.0, 6.0, 2.0])
    # d candidate / d input = +-1: the GRU and tanh network take 1 / tau of it, the LSTM half, twice.
    taken = 1 / slow if cell != "lstm" else np.full(3, 0.25)
    weights = taken * teacher.readout[0, 0].abs().detach().numpy()
    expected = (weights * (1 - 1 / slow) ** np.arange(30)[:, None]).sum(-1)
    np.testing.assert_allclose(gated.markov_parameters(teacher, 30)[0], expected, rtol=1e-12)


@FORWARD
@KINDS
def test_markov_parameters_are_those_of_the_linearization_at_rest(cell):
    network = wild(cell, copies=1, scale=0.3)
    rest = network.states(torch.zeros(1, 1, 600, dtype=F64))[-1, 0, :, 0].detach()

    def step(state, x):
        return network(x.reshape(1, 1, 1), state.reshape(1, -1, 1))[1][0, :, 0]

    A, B = torch.func.jacrev(step, argnums=(0, 1))(rest, torch.zeros(1, dtype=F64))
    C = torch.zeros_like(rest)
    C[:5] = network.readout[0, 0].detach()
    expected = impulse_response(LinearRNN(*(x.detach().numpy() for x in (A, B[:, 0], C))), 25)
    np.testing.assert_allclose(gated.markov_parameters(network, 25, 600)[0], expected, rtol=1e-9, atol=1e-13)
    values = np.linalg.svd(hankel(expected), compute_uv=False)
    assert (values[rest.numel() :] < 1e-12 * values[0]).all()


def test_a_missing_device_is_named(plain):
    with pytest.raises(
        ValueError, match=r"device='cuda:99' was asked for, but PyTorch .* cannot use it here"
    ):
        gated.student(3, 0.1, [0], device="cuda:99")
    with pytest.raises(ValueError, match=r"device='cuda:99'"):
        gated.teacher(3, [0], device="cuda:99")


S, T = gated.student(3, 0.1, [0, 1]), gated.teacher(2, [0, 1])
WRONG = {
    "std must be positive": lambda: gated.student(3, 0.0, [0]),
    "seeds must be whole numbers": lambda: gated.student(3, 0.1, []),
    "seeds must be whole": lambda: gated.teacher(3, [-1]),
    "cell must be one of 'gru', 'lstm', 'tanh', but is 'rnn'": lambda: gated.student(3, 0.1, [0], "rnn"),
    "memory must be above 2 steps": lambda: gated.teacher(3, [0], memory=2.0),
    "networks must be of one kind and size": lambda: gated.join([S, T]),
    "readout has shape": lambda: gated.Recurrent("gru", S.recurrent, S.drive, S.recurrent, S.offset),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_right_is_refused(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG[message]()
