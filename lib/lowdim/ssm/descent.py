r"""Many students at once, by a torch optimizer, each kept where it first fits its target to a level.

Comparing students after the same number of steps compares how fast they fit. At the first step at which the
training error passes a level they fit alike, and what they do beyond training can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor
from tqdm import tqdm

from lowdim.arrays import Array, require_count, require_finite, require_float
from lowdim.ssm._rules import Adam, Torch
from lowdim.ssm.layers import Layer, responses

_CHUNK = 50  # steps after which students that are done leave the batch
_UNSUITED = ("Optimizer", "LBFGS", "Muon", "SparseAdam")  # want a closure, matrices only, sparse gradients


@dataclass(frozen=True, eq=False)
class Descent:
    r"""What came out.

    Args:
        final: the students as they were last: after all steps, or at the lowest level.
        passed: the students at the first step at which $\max_{j<k} |r_j|$ was at most each level, shape
            (levels, ...); NaN where it never was.
        steps: that step, shape (levels, ...); -1 where there is none.
        error: $\max_{j<k} |r_j|$ of the students of `final`, shape (...); NaN if training diverged.
        student_steps: how many steps were taken, summed over the students.
    """

    final: Layer
    passed: Layer
    steps: Integer[np.ndarray, "levels ..."]
    error: Float[np.ndarray, " ..."]
    student_steps: int


def train(
    student: Layer,
    target: Float[Array, "*target k"],
    steps: int,
    levels: Sequence[float] = (),
    optimizer: str | Callable = "Adam",
    rate: float = 0.01,
    device: str | torch.device | None = None,
    progress: bool = True,
) -> Descent:
    r"""Minimize the population loss $\sum_{j<k} r_j^2$ of each student, in float64.

    A student leaves the batch at the lowest level, or when its error is not finite. The loss of one does not
    depend on another, and neither does its step, for optimizers that treat each coordinate by itself.

    Args:
        student: where to start; it is not changed.
        target: the teachers' first k responses, one for each student, shape (..., k), or one for all, (k,).
        steps: most steps to take.
        levels: of the training error $\max_{j<k} |r_j|$; none stops no student early.
        optimizer: the name of a torch optimizer, or a callable `optimizer(params, lr=rate)`.
        rate: learning rate.
        device: where to train, such as "cuda"; where the student is by default. Results come back from there.
        progress: whether to draw a bar, where there is a terminal to draw it on.

    Returns:
        A Descent, its layers on the device of `student`.

    Raises:
        TypeError: target that is not floating point.
        ValueError: a target that does not fit, levels or a rate not positive, an unknown optimizer.
    """
    steps, batch = require_count("steps", steps), student.batch
    home = next(iter(student.weights.values())).device
    goal = as_goal(target, batch).to(device=device or home)
    flat = Layer(student.family, {n: _flat(w, batch).to(goal.device) for n, w in student.weights.items()})
    run = _Run(flat, goal, _levels(levels), _find(optimizer), _positive("rate", rate))
    with tqdm(total=steps, desc=student.family, disable=None if progress else True, leave=False) as bar:
        while run.step < steps and run.live.numel():
            count = min(_CHUNK, steps - run.step)
            for _ in range(count):
                run.advance()
            run.settle()
            bar.update(count)
    run.look(responses(run.rule.layer, goal.shape[-1]).detach() - run.aim)
    run.settle()

    def shaped(layer: Layer, lead: tuple[int, ...] = ()) -> Layer:
        return layer.map(lambda w: w.reshape(*lead, *batch, *w.shape[1 + len(lead) :]).to(home))

    return Descent(
        shaped(run.final),
        shaped(run.passed, (len(levels),)),
        run.first.reshape(len(levels), *batch).cpu().numpy(),
        run.error.reshape(batch).cpu().numpy(),
        run.student_steps,
    )


class _Run:
    """A training under way: the students that still train, and what became of the others."""

    def __init__(self, start: Layer, goal: Tensor, levels: list[float], maker: Callable, rate: float) -> None:
        self.goal = goal
        self.levels = goal.new_tensor(levels)
        self.final = start.map(torch.clone)
        self.passed = start.map(lambda w: torch.full_like(w.expand(len(levels), *w.shape), math.nan))
        self.first = torch.full((len(levels), len(goal)), -1, device=goal.device)
        self.error = goal.new_full((len(goal),), math.nan)
        self.live = torch.arange(len(goal), device=goal.device)
        self.step = self.student_steps = 0
        self.rule: Adam | Torch = maker(start, rate)
        self._enter()

    def _enter(self) -> None:
        self.aim = self.goal[self.live]
        self.ahead = self.first[:, self.live] < 0  # levels that lie ahead of each student

    def look(self, residual: Tensor) -> None:
        """Keep the students that pass a level for the first time.

        Args:
            residual: of the students that train.
        """
        self.now = residual.abs().amax(-1)
        if not len(self.levels):
            return
        new = self.ahead & (self.now <= self.levels[:, None])
        if bool(new.any()):
            level, row = new.nonzero(as_tuple=True)
            for name, weight in self.rule.layer.weights.items():
                self.passed.weights[name][level, self.live[row]] = weight.detach()[row]
            self.first[level, self.live[row]] = self.step
            self.error[self.live[row]] = self.now[row]
            self.ahead &= ~new

    def advance(self) -> None:
        """One step of the optimizer."""
        self.look(self.rule.residual(self.aim))
        self.rule.step()
        self.step += 1
        self.student_steps += len(self.live)

    def settle(self) -> None:
        """After a chunk of steps: who diverged or has passed all levels leaves the batch."""
        done = ~self.ahead.any(0) if len(self.levels) else torch.zeros_like(self.now, dtype=torch.bool)
        bad = ~self.now.isfinite()
        for name, weight in self.rule.layer.weights.items():
            self.final.weights[name][self.live] = weight.detach()
            if len(self.levels):
                self.final.weights[name][self.live[done]] = self.passed.weights[name][
                    self.levels.argmin(), self.live[done]
                ]
        self.error[self.live[~done]] = self.now[~done]
        stay = (~(done | bad)).nonzero()[:, 0]
        if len(stay) < len(self.live):
            self.live, self.now = self.live[stay], self.now[stay]
            self.rule.keep(stay)
            self._enter()


def as_goal(target: Array, batch: tuple[int, ...]) -> Tensor:
    """The target checked, one row for each student, in float64.

    Args:
        target: shape (k,) or (..., k).
        batch: batch axes of the students.
    """
    require_float("target", target)
    require_finite("target", target)
    goal = target.detach() if isinstance(target, Tensor) else torch.tensor(np.asarray(target))
    if goal.dim() == 0 or goal.shape[-1] == 0 or tuple(goal.shape[:-1]) not in ((), batch):
        raise ValueError(
            f"target must have shape (k,) or {(*batch, 'k')}, one row for each student, but has shape "
            f"{tuple(goal.shape)}."
        )
    return goal.to(torch.float64).expand(*batch, -1).reshape(-1, goal.shape[-1]).clone()


def _flat(weight: Tensor, batch: tuple[int, ...]) -> Tensor:
    return weight.detach().to(torch.float64).reshape(-1, *weight.shape[len(batch) :])


def _levels(levels: Sequence[float]) -> list[float]:
    return [_positive("a level", level) for level in levels]


def _positive(name: str, value: float) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{name} must be positive and finite, but is {value!r}.")
    return float(value)


def _find(optimizer: str | Callable) -> Callable:
    if callable(optimizer):
        return partial(Torch, maker=optimizer)
    if optimizer.lower() == "adam":
        return Adam
    known = {n: o for n, o in vars(torch.optim).items() if isinstance(o, type) and n not in _UNSUITED}
    for name, rule in known.items():
        if name.lower() == optimizer.lower():
            return partial(Torch, maker=rule)
    raise ValueError(f"optimizer must be a callable or one of {', '.join(sorted(known))}; is {optimizer!r}.")
