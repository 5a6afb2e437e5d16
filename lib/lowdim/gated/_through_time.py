r"""Networks run through time in place, and the gradient of a loss carried back in closed form.

The equations are those of `lowdim.gated.network`, with the arrays (copies, rows, batch) as there. With the
columns $u_t = (h_{t-1}, x_t, 1)$ one product $M u_t$ has all that is linear in a step: the sums in the gates
and the output $y_{t-1}$. On the way back, with $\delta_t$ for the derivative of the loss by $M u_t$, the
gradient is $\sum_t \delta_t u_t^{\mathsf T}$, and one product takes $\delta_t$ to $h_{t-1}$. Automatic
differentiation of the steps one by one takes about twice the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from lowdim.gated._steps import STEPS, Column

if TYPE_CHECKING:
    from lowdim.gated.network import Recurrent

_CACHED = 100_000  # sums of one step that stay in a core's cache, with all that becomes of them


class _Packed:
    """The matrices M of a network, and where in them its parameters stand.

    Their rows are the recurrent ones by gate, the output, and for a GRU the candidate's share of the input,
    which its reset gate does not touch.
    """

    def __init__(self, network: Recurrent) -> None:
        n, sums = network.units, network.recurrent.shape[1]
        both = 2 * n if network.cell == "gru" else sums  # rows that add what state and input give
        self.matrix = network.offset.new_zeros(network.copies, 2 * sums - both + 1, n + 2)
        self.n, self.output, self.both = n, sums, both
        self.recurrent, self.readout = self.matrix[:, :sums, :n], self.matrix[:, sums, :n]
        self.offset, self.row = self.matrix[:, sums, n + 1], self.matrix[:, sums : sums + 1]
        self.drive = self.matrix[:, :both, n:], self.matrix[:, sums + 1 :, n:]

    def take(self, network: Recurrent) -> None:
        """Copy the parameters of the network into their places."""
        self.recurrent.copy_(network.recurrent)
        self.readout.copy_(network.readout[:, 0])
        self.offset.copy_(network.offset[:, 0, 0])
        self.drive[0].copy_(network.drive[:, : self.both])
        self.drive[1].copy_(network.drive[:, self.both :])

    def parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What stands in the places of the parameters, in the order of `Recurrent`."""
        return (
            self.recurrent.contiguous(),
            torch.cat(self.drive, dim=1),
            self.readout[:, None].contiguous(),
            self.offset[:, None, None].contiguous(),
        )


class Tape:
    """Some steps of a network, kept for the way back; its arrays serve again with other weights.

    Args:
        network: of the same kind, size and number of copies as those that will run.
        batch: how many sequences.
        time: how many steps.
    """

    def __init__(self, network: Recurrent, batch: int, time: int) -> None:
        self.weights, self.gradient = _Packed(network), _Packed(network)
        n, (copies, rows, _) = network.units, self.weights.matrix.shape
        new, step = network.offset.new_empty, STEPS[network.cell]
        self.u = new(time + 1, copies, network.rest(1)[1] + 2, batch).zero_()
        self.u[:, :, n + 1] = 1.0
        self.columns = [Column(u[:, : n + 2], u[:, :n], u[:, n + 2 :]) for u in self.u]
        self.totals, beside = new(time, copies, rows, batch), new(time, copies, n, batch)
        self.steps = [step(*each) for each in zip(self.totals, beside, strict=True)]
        self.down = new(copies, rows, batch)
        self.back = step(self.down, new(copies, n, batch))

    def forward(
        self,
        network: Recurrent,
        inputs: Float[Tensor, "copies batch time"],
        state: Float[Tensor, "copies sn batch"] | None,
    ) -> tuple[Float[Tensor, "time copies batch"], Float[Tensor, "copies sn batch"]]:
        """Outputs at every time, and the state at the end.

        Args:
            network: the network as it is now.
            inputs: the sequences.
            state: where to start; zero when None.
        """
        weights, n = self.weights, self.weights.n
        weights.take(network)
        self.u[:-1, :, n] = inputs.permute(2, 0, 1)
        self.columns[0].h.copy_(state[:, :n]) if state is not None else self.columns[0].h.zero_()
        self.columns[0].c.copy_(state[:, n:]) if state is not None else self.columns[0].c.zero_()
        for t, step in enumerate(self.steps):
            torch.bmm(weights.matrix, self.columns[t].all, out=self.totals[t])
            step.forward(self.columns[t], self.columns[t + 1])
        last = self.columns[-1]
        outputs = torch.cat((self.totals[1:, :, weights.output], (weights.row @ last.all).transpose(0, 1)))
        return outputs, torch.cat((last.h, last.c), dim=1)

    def backward(self, slope: Float[Tensor, "time copies batch"]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The gradient by each parameter, in the order of `Recurrent`.

        Args:
            slope: derivative of the loss by the outputs of the last `forward`.
        """
        weights, gradient, output = self.weights, self.gradient, self.weights.output
        onto = weights.matrix[:, : output + 1, : weights.n].mT
        down, received, output_before = self.down, self.down[:, : output + 1], self.down[:, output]
        self.back.beside.zero_()
        up = weights.readout[:, :, None] * slope[-1][:, None]
        gradient.matrix.zero_()
        gradient.matrix[:, output] = (self.columns[-1].all @ slope[-1][:, :, None])[..., 0]
        for t in reversed(range(len(self.steps))):
            before, after = self.columns[t], self.columns[t + 1]
            through = self.steps[t].backward(up, self.back, before, after)
            output_before.copy_(slope[t - 1]) if t else output_before.zero_()
            gradient.matrix.baddbmm_(down, before.all.mT)
            if through is None:
                torch.bmm(onto, received, out=up)
            else:
                torch.baddbmm(through, onto, received, out=up)
        gradient.matrix[:, output, weights.n] = 0.0  # no input enters the output at once
        return gradient.parts()


@torch.no_grad()
def read(
    network: Recurrent,
    inputs: Float[Tensor, "#copies batch time"],
    state: Float[Tensor, "copies sn batch"] | None = None,
) -> tuple[Float[Tensor, "copies batch time"], Float[Tensor, "copies sn batch"]]:
    """What `Recurrent.forward` returns, by the arrays of one step, a few copies at a time.

    Args:
        network: the networks to run.
        inputs: as in `Recurrent.forward`.
        state: as there.
    """
    weights, batch = _Packed(network), inputs.shape[1]
    weights.take(network)
    copies, rows, _ = weights.matrix.shape
    x = inputs.permute(2, 0, 1).contiguous()
    outputs, end = x.new_empty(len(x), copies, batch), x.new_zeros(network.rest(batch))
    if state is not None:
        end.copy_(state)
    few = max(1, _CACHED // (rows * batch))
    for some in (slice(first, first + few) for first in range(0, copies, few)):
        shared = slice(None) if x.shape[1] == 1 else some
        _read(network.cell, weights, weights.matrix[some], x[:, shared], end[some], outputs[:, some])
    return outputs.permute(1, 2, 0), end


def _read(
    cell: str, weights: _Packed, matrix: Tensor, inputs: Tensor, state: Tensor, outputs: Tensor
) -> None:
    """Write outputs, and the last state over the first."""
    n, (copies, rows, _), batch = weights.n, matrix.shape, state.shape[2]
    u = torch.cat((state[:, :n], state.new_ones(copies, 2, batch), state[:, n:]), dim=1)
    column = Column(u[:, : n + 2], u[:, :n], u[:, n + 2 :])
    total = state.new_empty(copies, rows, batch)
    step = STEPS[cell](total, state.new_empty(copies, n, batch))
    entry, said, at = u[:, n], total[:, weights.output], outputs.unbind()
    for t, x in enumerate(inputs.unbind()):
        entry.copy_(x)
        torch.bmm(matrix, column.all, out=total)
        if t:
            at[t - 1].copy_(said)
        step.forward(column, column)
    at[-1].copy_(torch.bmm(matrix, column.all, out=total)[:, weights.output])
    state.copy_(torch.cat((column.h, column.c), dim=1))
