r"""Training on short sequences: fresh data at every step, many copies at once, each with its own outcome."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor
from tqdm import tqdm

from lowdim.arrays import require_count
from lowdim.gated._run import Run
from lowdim.gated.checkpoint import fingerprint, held, load, save
from lowdim.gated.construct import require_seeds, stream
from lowdim.gated.drift import Drift
from lowdim.gated.network import Recurrent

_DATA = 2  # stream of training sequences
_CHUNK = 50  # steps whose data are drawn in one go, and after which outcomes and checkpoint are written

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    # The data are fresh and free of noise, so a short memory of squared gradients is enough: PyTorch's own
    # (0.9, 0.999) left about twice the error after the same number of steps.
    "adam": partial(torch.optim.Adam, betas=(0.95, 0.98), fused=True),
    "sgd": torch.optim.SGD,
}
DECAYS: dict[str, Callable[[float], float]] = {
    "cosine": lambda done: 0.5 + 0.5 * math.cos(math.pi * done),
    "none": lambda done: 1.0,
}


@dataclass(frozen=True, eq=False)
class Training:
    """What came out, copy by copy.

    Args:
        network: the trained students; a diverged one as it was before the 50 steps in which it diverged.
        outcome: "finished" (all steps taken, no target asked for), "reached" or "unreached" (the target), or
            "diverged" (a loss that is NaN or infinite).
        steps: steps that each copy took, shape (copies,).
        loss: mean loss over each 50 steps, shape (chunks, copies); NaN where a copy had stopped.
        past: the students after each of these 50 steps, if they were kept.
    """

    network: Recurrent
    outcome: tuple[str, ...]
    steps: Integer[np.ndarray, " copies"]
    loss: Float[np.ndarray, "chunks copies"]
    past: tuple[Recurrent, ...] = ()


def train(
    student: Recurrent,
    teacher: Recurrent | Drift,
    k: int,
    steps: int,
    seeds: Sequence[int],
    sequences: int = 32,
    outputs: str = "every",
    optimizer: str = "adam",
    rate: float = 0.02,
    decay: str = "cosine",
    target: float | Sequence[float] | None = None,
    carried: float = 0.0,
    keep: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Training:
    r"""Fit each student to its teacher on white Gaussian sequences of length k, drawn afresh at each step.

    The loss of a copy is the mean of $(y_t - \hat y_t)^2$ over its sequences and over t = 1, ..., k, or at
    t = k alone. Its data are a function of its seed and the step, and no operation mixes copies, so it trains
    alike alone and in any batch, up to rounding. On one machine with one number of threads two runs give the
    same bits.

    Args:
        student: where to start; it is not changed.
        teacher: one teacher per student, or a single one for all; on the student's device, in its precision.
        k: training length.
        steps: most steps to take; the decay runs over them.
        seeds: of the data, one per student; students with the same seed read the same sequences.
        sequences: how many per copy and step.
        outputs: "every" or "last", the outputs that the loss sees.
        optimizer: "adam" (decay rates 0.95 and 0.98) or "sgd" (plain, without momentum).
        rate: learning rate at the start.
        decay: of the learning rate: "cosine", to zero, or "none".
        target: a copy stops once its mean loss over 50 steps is at most this, one number for all or one for
            each; None never stops one early.
        carried: share of the sequences that go on where those of the step before have ended, student and
            teacher alike, the gradient cut there; the others begin at rest, which at first all do.
        keep: whether to keep the students as they are after every 50 steps.
        checkpoint: a file, rewritten every 50 steps. Where it exists, training continues from it; a run that
            was killed and is called again with the same arguments ends with the bits of one left alone.  A
            damaged file is warned of, and training begins anew.
        progress: whether to draw a bar, where there is a terminal to draw it on.

    Raises:
        ValueError: copies, teachers and seeds of different number, an unknown name, a number out of range, a
            checkpoint of another run, or in use by one.
    """
    k, steps = require_count("k", k), require_count("steps", steps)
    sequences = require_count("sequences", sequences)
    seeds = require_seeds(seeds)
    targets = _targets(target, student.copies)
    _check(student, teacher, seeds, rate, carried)
    for name, value, known in (
        ("outputs", outputs, ("every", "last")),
        ("optimizer", optimizer, tuple(OPTIMIZERS)),
        ("decay", decay, tuple(DECAYS)),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, but is {value!r}.")
    if teacher.copies == 1:
        teacher = teacher.select([0] * student.copies)
    mark = fingerprint(
        student, teacher, k=k, steps=steps, seeds=seeds, sequences=sequences, outputs=outputs,
        optimizer=f"{optimizer} {OPTIMIZERS[optimizer]!r}", rate=rate, decay=decay, target=targets,
        carried=carried, keep=keep,
    )  # fmt: skip
    going_on = round(carried * sequences)
    with held(checkpoint):
        run = Run(student, partial(OPTIMIZERS[optimizer], lr=rate), keep)
        saved = load(checkpoint, mark, student.offset.device) if checkpoint is not None else None
        if saved is not None:
            run.restore(saved)
        # disable=None: no bar where the output is no terminal.
        with tqdm(total=steps, initial=run.step, desc=f"k = {k}", disable=None if progress else True) as bar:
            while run.step < steps and run.live:
                count = min(_CHUNK, steps - run.step)
                live = [seeds[copy] for copy in run.live]
                of_live = teacher.select(run.live)
                data = _data(of_live, live, run.step // _CHUNK, count, sequences, k)
                if going_on:
                    _go_on(run, of_live, *data, going_on)
                losses = [
                    run.advance(*batch, outputs == "last", rate * DECAYS[decay](run.step / steps), going_on)
                    for batch in zip(*data, strict=True)
                ]
                run.book(torch.stack(losses).mean(0), targets)
                if checkpoint is not None:
                    save(checkpoint, mark, run.saved())
                bar.update(count)
    end = "finished" if target is None else "unreached"
    outcome = tuple(end if each is None else each for each in run.outcome)
    past = tuple(Recurrent(student.cell, *weights) for weights in run.past)
    return Training(run.weights, outcome, np.array(run.taken), np.array(run.loss), past)


def _data(
    teacher: Recurrent | Drift, seeds: list[int], chunk: int, count: int, sequences: int, k: int
) -> tuple[Tensor, Tensor]:
    """Inputs and targets of `count` steps, each (count, copies, sequences, k)."""
    drawn = {seed: stream(seed, _DATA, chunk).standard_normal((count * sequences, k)) for seed in set(seeds)}
    inputs = torch.from_numpy(np.stack([drawn[seed] for seed in seeds])).to(teacher.offset)
    with torch.no_grad():
        targets, _ = teacher(inputs)  # all steps in one call: a small teacher costs calls, not arithmetic
    shape = (len(seeds), count, sequences, k)
    return inputs.reshape(shape).transpose(0, 1), targets.reshape(shape).transpose(0, 1)


def _go_on(run: Run, teacher: Recurrent | Drift, inputs: Tensor, targets: Tensor, carried: int) -> None:
    """The targets of the first `carried` sequences of each step, as of one sequence through all steps."""
    assert isinstance(teacher, Recurrent)  # as `_check` has seen to
    if not run.states:
        run.states = [
            inputs.new_zeros(run.network.rest(inputs.shape[2])),
            inputs.new_zeros(teacher.rest(carried)),
        ]
    count, copies, _, k = inputs.shape
    streams = inputs[:, :, :carried].permute(1, 2, 0, 3).reshape(copies, carried, count * k)
    with torch.no_grad():
        said, run.states[1] = teacher(streams, run.states[1])
    targets[:, :, :carried] = said.reshape(copies, carried, count, k).permute(2, 0, 1, 3)


def _targets(target: float | Sequence[float] | None, copies: int) -> list[float]:
    """A loss for each copy, at which it stops."""
    if target is None:
        return [-math.inf] * copies
    each = [float(x) for x in ([target] * copies if isinstance(target, (int, float)) else target)]
    if len(each) != copies or not all(value > 0 for value in each):
        raise ValueError(
            f"target must be a positive loss, one for each of the {copies} students, or None, "
            f"but is {target!r}."
        )
    return each


def _check(
    student: Recurrent, teacher: Recurrent | Drift, seeds: list[int], rate: float, carried: float
) -> None:
    if len(seeds) != student.copies or teacher.copies not in (1, student.copies):
        raise ValueError(
            f"seeds must be one per student and teacher one per student or a single one, but there are "
            f"{student.copies} students, {len(seeds)} seeds and {teacher.copies} teachers."
        )
    ours, theirs = ((network.offset.dtype, network.offset.device) for network in (student, teacher))
    if ours != theirs:
        raise ValueError(f"student is {ours}, but teacher is {theirs}; convert with teacher.to(...).")
    if not (rate > 0 and math.isfinite(rate)):
        raise ValueError(f"rate must be positive and finite, but is {rate!r}.")
    if carried and isinstance(teacher, Drift):
        raise ValueError(
            "carried must be 0 where the teacher drifts: it is defined from a sequence's beginning."
        )
    if not 0 <= carried <= 1:
        raise ValueError(f"carried must be a share of the sequences, from 0 to 1, but is {carried!r}.")
