"""One step of each kind of network in place, and the same step backwards.

The arrays of a step are slices of two larger ones: `total`, the product that has every sum of the step in
its rows (see `lowdim.gated._through_time`), which the step turns into gates, and `beside`, a number for each
unit that the way back needs. On that way a second step holds derivatives in the places of these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


@dataclass(frozen=True, slots=True)
class Column:
    """What a step begins with: `all`, the column (h, x, 1), `h` in it, and the c of an LSTM."""

    all: Tensor
    h: Tensor
    c: Tensor


class Gru:
    """Rows r, z, W_n h, the output, V_n x; beside them h - n."""

    def __init__(self, total: Tensor, beside: Tensor) -> None:
        n = beside.shape[1]
        self.open, self.reset, self.update = total[:, : 2 * n], total[:, :n], total[:, n : 2 * n]
        self.recalled, self.new = total[:, 2 * n : 3 * n], total[:, 3 * n + 1 :]
        self.beside = beside

    def forward(self, before: Column, after: Column) -> None:
        """From sums to gates, and to the state of the column after."""
        self.open.sigmoid_()
        self.new.addcmul_(self.reset, self.recalled).tanh_()
        torch.sub(before.h, self.new, out=self.beside)
        torch.addcmul(self.new, self.update, self.beside, out=after.h)

    def backward(self, up: Tensor, down: Gru, before: Column, after: Column) -> Tensor | None:
        """From the derivative by h after, `up`, to those by the sums; returns what h before gets directly."""
        torch.mul(up, self.beside, out=down.update)
        torch.mul(up, self.update, out=down.beside)
        _tanh_backward(up.sub_(down.beside), self.new, grad_input=down.new)
        torch.mul(down.new, self.recalled, out=down.reset)
        torch.mul(down.new, self.reset, out=down.recalled)
        _sigmoid_backward(down.open, self.open, grad_input=down.open)
        return down.beside


class Lstm:
    """Rows i, f, g, o, the output; beside them tanh c, and on the way back the derivative by c."""

    def __init__(self, total: Tensor, beside: Tensor) -> None:
        n = beside.shape[1]
        self.open, self.write, self.forget = total[:, : 2 * n], total[:, :n], total[:, n : 2 * n]
        self.new, self.show = total[:, 2 * n : 3 * n], total[:, 3 * n : 4 * n]
        self.beside = beside

    def forward(self, before: Column, after: Column) -> None:
        """From sums to gates, and to the state of the column after."""
        self.open.sigmoid_()
        self.new.tanh_()
        self.show.sigmoid_()
        torch.mul(self.forget, before.c, out=after.c).addcmul_(self.write, self.new)
        torch.tanh(after.c, out=self.beside)
        torch.mul(self.show, self.beside, out=after.h)

    def backward(self, up: Tensor, down: Lstm, before: Column, after: Column) -> Tensor | None:
        """From the derivatives by h and c after to those by the sums and c before."""
        torch.mul(up, self.beside, out=down.show)
        _tanh_backward(up.mul_(self.show), self.beside, grad_input=up)
        down.beside.add_(up)
        torch.mul(down.beside, self.new, out=down.write)
        torch.mul(down.beside, before.c, out=down.forget)
        torch.mul(down.beside, self.write, out=down.new)
        _sigmoid_backward(down.open, self.open, grad_input=down.open)
        _tanh_backward(down.new, self.new, grad_input=down.new)
        _sigmoid_backward(down.show, self.show, grad_input=down.show)
        down.beside.mul_(self.forget)
        return None


class Tanh:
    """Rows W h + V x, the output; nothing beside them."""

    def __init__(self, total: Tensor, beside: Tensor) -> None:
        self.new, self.beside = total[:, : beside.shape[1]], beside

    def forward(self, before: Column, after: Column) -> None:
        """From the sums to the state of the column after."""
        torch.tanh(self.new, out=after.h)

    def backward(self, up: Tensor, down: Tanh, before: Column, after: Column) -> Tensor | None:
        """From the derivative by h after to that by the sums."""
        _tanh_backward(up, after.h, grad_input=down.new)
        return None


STEPS = {"gru": Gru, "lstm": Lstm, "tanh": Tanh}
