"""Running in place, and the gradient in closed form, against the recurrence step by step and autograd."""

import pytest
import torch

from lowdim import gated
from lowdim.gated import _through_time
from lowdim.gated._through_time import Tape, read
from lowdim.gated.network import CELLS

F64 = torch.float64


def drawn(cell, copies, units, batch, time):
    """Networks in which every weight and bias matters, inputs, a state to begin with, weights of a loss."""
    g, rows = torch.Generator().manual_seed(3), CELLS[cell].gates * units
    shapes = (copies, rows, units), (copies, rows, 2), (copies, 1, units), (copies, 1, 1)
    network = gated.Recurrent(cell, *(0.7 * torch.randn(*s, generator=g, dtype=F64) for s in shapes))
    inputs, slope = torch.randn(2, copies, batch, time, generator=g, dtype=F64)
    return network, inputs, torch.randn(*network.rest(batch), generator=g, dtype=F64), slope


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("time", [1, 6])
def test_the_gradient_in_closed_form_is_that_of_autograd(cell, time):
    network, inputs, begin, slope = drawn(cell, 3, 5, 4, time)
    tape = Tape(network, 4, time)
    for state in (begin, None):  # the same arrays twice
        network.zero_grad()
        outputs, end = network(inputs, state)
        (outputs * slope).sum().backward()
        with torch.no_grad():
            said, last = tape.forward(network, inputs, state)
            gradient = tape.backward(slope.permute(2, 0, 1))
        torch.testing.assert_close(said.permute(1, 2, 0), outputs, rtol=1e-12, atol=1e-14)
        torch.testing.assert_close(last, end, rtol=1e-12, atol=1e-14)
        for ours, parameter in zip(gradient, network.parameters(), strict=True):
            torch.testing.assert_close(ours, parameter.grad, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("cached", [1, 200, 100_000])
def test_reading_in_place_is_the_recurrence(cell, cached, monkeypatch):
    monkeypatch.setattr(_through_time, "_CACHED", cached)  # one copy at a time, some, all
    network, inputs, begin, _ = drawn(cell, 5, 3, 4, 7)
    kept = begin.clone()
    for given in (inputs, inputs[:1]):
        for state in (begin, None):
            for ours, wanted in zip(read(network, given, state), network(given, state), strict=True):
                torch.testing.assert_close(ours, wanted.detach(), rtol=1e-12, atol=1e-14)
    assert torch.equal(begin, kept)
