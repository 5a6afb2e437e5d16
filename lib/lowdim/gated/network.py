r"""Recurrent networks with gates, many independent ones run as one batch.

Each of the `copies` networks has a state $h \in \mathbb R^n$, reads a scalar $x_t$, writes $y_t = C h_t + c$.
With $\sigma$ the logistic function, $\odot$ the product entry by entry and $\bar x_t = (x_t, 1)$, so that the
second column of each $V$ is a bias:

- GRU (Cho et al. 2014): $r = \sigma(W_r h + V_r \bar x)$, $z = \sigma(W_z h + V_z \bar x)$,
  $h' = z \odot h + (1 - z) \odot \tanh(V_n \bar x + r \odot W_n h)$;
- LSTM (Hochreiter and Schmidhuber 1997): $i, f, o = \sigma(W h + V \bar x)$ each with weights of its own,
  $c' = f \odot c + i \odot \tanh(W_g h + V_g \bar x)$, $h' = o \odot \tanh c'$; its state is $(h, c)$;
- tanh: $h' = \tanh(W h + V \bar x)$.

Gates are stacked in the order of PyTorch, and the equations are those of `torch.nn.GRU`, `LSTM` and `RNN`.
Inside, an array has the axes (copies, units, batch): a gate is then one contiguous block, and all copies
advance in one `torch.bmm`, which is faster than one network after another (`make bench`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lowdim.gated._through_time import read

_Step = Callable[[Tensor, Tensor], Tensor]


def _gru(recurrent: Tensor, drive: Tensor) -> _Step:
    n = recurrent.shape[-1]
    gates, candidate = recurrent.split((2 * n, n), dim=1)
    gates_drive, candidate_drive = drive.split((2 * n, n), dim=1)

    def step(x: Tensor, h: Tensor) -> Tensor:
        reset, update = torch.baddbmm(torch.bmm(gates_drive, x), gates, h).sigmoid().chunk(2, dim=1)
        new = torch.addcmul(torch.bmm(candidate_drive, x), reset, torch.bmm(candidate, h)).tanh()
        return torch.lerp(new, h, update)

    return step


def _lstm(recurrent: Tensor, drive: Tensor) -> _Step:
    n = recurrent.shape[-1]

    def step(x: Tensor, state: Tensor) -> Tensor:
        h, c = state.chunk(2, dim=1)
        total = torch.baddbmm(torch.bmm(drive, x), recurrent, h)
        gates, candidate, output = total.split((2 * n, n, n), dim=1)
        write, forget = gates.sigmoid().chunk(2, dim=1)
        c = torch.addcmul(forget * c, write, candidate.tanh())
        return torch.cat((output.sigmoid() * c.tanh(), c), dim=1)

    return step


def _tanh(recurrent: Tensor, drive: Tensor) -> _Step:
    return lambda x, h: torch.baddbmm(torch.bmm(drive, x), recurrent, h).tanh()


@dataclass(frozen=True)
class Cell:
    """A kind of network.

    Args:
        gates: how many blocks of n rows the recurrent matrix stacks.
        parts: how many vectors of n entries make a state.
        stepper: from recurrent and drive weights to the function (input, state) -> next state.
    """

    gates: int
    parts: int
    stepper: Callable[[Tensor, Tensor], _Step]


CELLS = {"gru": Cell(3, 1, _gru), "lstm": Cell(4, 2, _lstm), "tanh": Cell(1, 1, _tanh)}


class Recurrent(nn.Module):
    """Independent networks of one kind and size, one per copy.

    Args:
        cell: "gru", "lstm" or "tanh".
        recurrent: the matrices W, stacked by gate, shape (copies, gates * n, n).
        drive: the matrices V, their second column the biases, shape (copies, gates * n, 2).
        readout: C, shape (copies, 1, n).
        offset: c, shape (copies, 1, 1).

    Raises:
        ValueError: an unknown cell, shapes that do not fit.
    """

    recurrent: Tensor
    drive: Tensor
    readout: Tensor
    offset: Tensor

    def __init__(
        self,
        cell: str,
        recurrent: Float[Tensor, "copies gn n"],
        drive: Float[Tensor, "copies gn 2"],
        readout: Float[Tensor, "copies 1 n"],
        offset: Float[Tensor, "copies 1 1"],
    ) -> None:
        super().__init__()
        kind = require_cell(cell)
        copies, _, n = recurrent.shape
        wanted = {
            "recurrent": (copies, kind.gates * n, n),
            "drive": (copies, kind.gates * n, 2),
            "readout": (copies, 1, n),
            "offset": (copies, 1, 1),
        }
        self.cell = cell
        for (name, shape), value in zip(wanted.items(), (recurrent, drive, readout, offset), strict=True):
            if value.shape != shape:
                raise ValueError(
                    f"{name} has shape {tuple(value.shape)}, but {copies} copies of a {cell} with {n} units "
                    f"need {shape}: gates are stacked along the second axis."
                )
            setattr(self, name, nn.Parameter(value.detach().clone(memory_format=torch.contiguous_format)))

    @property
    def copies(self) -> int:
        """How many networks run side by side."""
        return self.recurrent.shape[0]

    @property
    def units(self) -> int:
        """n, the number of units of each."""
        return self.recurrent.shape[-1]

    def rest(self, batch: int) -> tuple[int, int, int]:
        """Shape of a state, in which networks at rest have zeros.

        Args:
            batch: how many sequences.
        """
        return self.copies, CELLS[self.cell].parts * self.units, batch

    def select(self, copies: list[int] | Tensor) -> Recurrent:
        """The networks with the given indices, in that order; an index may repeat.

        Args:
            copies: indices, or a mask of booleans.
        """
        return Recurrent(self.cell, *(parameter[copies] for parameter in self.parameters()))

    def forward(
        self,
        inputs: Float[Tensor, "#copies batch time"],
        state: Float[Tensor, "copies sn batch"] | None = None,
    ) -> tuple[Float[Tensor, "copies batch time"], Float[Tensor, "copies sn batch"]]:
        """Outputs at every time, and the state at the end.

        Args:
            inputs: sequences, shape (copies, batch, time); a first axis of 1 gives all copies the same.
            state: where to start, shape (copies, parts * n, batch); zero when None.
        """
        if not torch.is_grad_enabled():
            return read(self, inputs, state)
        outputs, now = [], state
        for now in self._walk(inputs, state):
            outputs.append(torch.baddbmm(self.offset, self.readout, now[:, : self.units]))
        assert now is not None  # there is at least one time
        return torch.cat(outputs, dim=1).transpose(1, 2), now

    def states(
        self,
        inputs: Float[Tensor, "#copies batch time"],
        state: Float[Tensor, "copies sn batch"] | None = None,
    ) -> Float[Tensor, "time copies sn batch"]:
        """The state at every time.

        Args:
            inputs: as in `forward`.
            state: as in `forward`.
        """
        return torch.stack(list(self._walk(inputs, state)))

    def _walk(self, inputs: Tensor, state: Tensor | None) -> Iterator[Tensor]:
        kind, batch = CELLS[self.cell], inputs.shape[1]
        # Time first, so that each step reads one contiguous block: a quarter less time than a strided one.
        x = inputs.permute(2, 0, 1)
        driven = torch.stack((x, torch.ones_like(x)), dim=2).expand(-1, self.copies, -1, -1)
        if state is None:
            state = inputs.new_zeros(self.rest(batch))
        step = kind.stepper(self.recurrent, self.drive)
        for x in driven.unbind():
            state = step(x, state)
            yield state


def join(networks: list[Recurrent]) -> Recurrent:
    """All copies of several networks of one kind and size as one batch.

    Args:
        networks: at least one.

    Raises:
        ValueError: none at all, or kinds or sizes that differ.
    """
    kinds = {(network.cell, network.units) for network in networks}
    if len(kinds) != 1:
        raise ValueError(f"networks must be of one kind and size, but are {sorted(kinds) or 'none'}.")
    parameters = zip(*(network.parameters() for network in networks), strict=True)
    return Recurrent(networks[0].cell, *(torch.cat(each) for each in parameters))


def require_cell(name: str) -> Cell:
    """The cell of that name.

    Args:
        name: "gru", "lstm" or "tanh".

    Raises:
        ValueError: any other name.
    """
    if name not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(map(repr, CELLS))}, but is {name!r}.")
    return CELLS[name]
