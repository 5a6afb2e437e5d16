"""The state of a training under way: the copies that still train, and what became of the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from lowdim.gated._through_time import Tape
from lowdim.gated.network import Recurrent

Maker = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]


class Run:
    """A training that can be advanced, booked, saved and continued.

    Args:
        student: where to start; it is copied.
        maker: from parameters to their optimizer.
        keep: whether to keep the weights after each chunk.
    """

    def __init__(self, student: Recurrent, maker: Maker, keep: bool = False) -> None:
        self.maker, self.keep = maker, keep
        self.step = 0
        self.live = list(range(student.copies))  # indices of the copies that still train, in batch order
        self.weights = student.select(self.live)  # of all copies, as of the last chunk
        self.taken = [0] * student.copies
        self.outcome: list[str | None] = [None] * student.copies
        self.loss: list[list[float]] = []
        self.past: list[list[Tensor]] = []  # weights of all copies after each chunk, if kept
        self.states: list[Tensor] = []  # of students and teachers where sequences are to go on; none at first
        self._enter(student.select(self.live), None)

    def _enter(self, network: Recurrent, state: dict[str, Any] | None) -> None:
        self.network, self.optimizer = network, self.maker(network.parameters())
        self.tape: Tape | None = None  # made for the first batch
        if state is not None:
            self.optimizer.load_state_dict(state)

    def advance(self, inputs: Tensor, targets: Tensor, last: bool, rate: float, carried: int = 0) -> Tensor:
        """One optimizer step; returns the loss of each live copy before it.

        The first `carried` sequences begin in the states in which those of the step before have ended.
        """
        self.optimizer.param_groups[0]["lr"] = rate
        if self.tape is None:
            self.tape = Tape(self.network, *inputs.shape[1:])
        with torch.no_grad():
            outputs, end = self.tape.forward(self.network, inputs, self.states[0] if carried else None)
            if carried:
                self.states[0] = end
                self.states[0][..., carried:] = 0.0
            missed = outputs - targets.permute(2, 0, 1)
            if last:
                missed[:-1] = 0.0
            share = 1 / missed[0 if not last else -1 :, 0].numel()
            gradient = self.tape.backward(missed.mul(2 * share))
        for parameter, slope in zip(self.network.parameters(), gradient, strict=True):
            parameter.grad = slope
        self.optimizer.step()
        self.step += 1
        return missed.square().sum((0, 2)) * share

    def book(self, loss: Tensor, target: list[float]) -> None:
        """After a chunk of steps: note its mean loss; a copy that diverged or reached the target leaves."""
        row = [math.nan] * len(self.outcome)
        for copy, value in zip(self.live, loss.tolist(), strict=True):
            row[copy], self.taken[copy] = value, self.step
            if not math.isfinite(value):
                self.outcome[copy] = "diverged"
            elif value <= target[copy]:
                self.outcome[copy] = "reached"
        self.loss.append(row)
        finite = [i for i, copy in enumerate(self.live) if self.outcome[copy] != "diverged"]
        into = [self.live[i] for i in finite]
        for all_, some in zip(self.weights.parameters(), self.network.parameters(), strict=True):
            all_.data[into] = some.data[finite]  # a diverged copy keeps its weights from before the chunk
        if self.keep:
            self.past.append([parameter.data.clone() for parameter in self.weights.parameters()])
        self._leave([i for i, copy in enumerate(self.live) if self.outcome[copy] is None])

    def _leave(self, stay: list[int]) -> None:
        if len(stay) == len(self.live):
            return
        self.live = [self.live[i] for i in stay]
        state = self.optimizer.state_dict()
        for moments in state["state"].values():
            for name, value in moments.items():
                if isinstance(value, Tensor) and value.dim():  # Adam's step count has no row for each copy
                    moments[name] = value[stay]
        self.states = [state[stay] for state in self.states]
        self._enter(self.network.select(stay), state)

    def saved(self) -> dict[str, Any]:
        """All of it, as `torch.save` takes it."""
        return {
            "step": self.step,
            "live": self.live,
            "taken": self.taken,
            "outcome": self.outcome,
            "loss": self.loss,
            "past": self.past,
            "states": self.states,
            "weights": [parameter.data for parameter in self.weights.parameters()],
            "network": [parameter.data for parameter in self.network.parameters()],
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from what `saved` returned."""
        for name in ("step", "live", "taken", "outcome", "loss", "past", "states"):
            setattr(self, name, saved[name])
        self.weights = Recurrent(self.weights.cell, *saved["weights"])
        self._enter(Recurrent(self.weights.cell, *saved["network"]), saved["optimizer"])
