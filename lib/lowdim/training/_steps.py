"""The steps that descent takes by a torch optimizer, and what is kept of any steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from tqdm import tqdm

from lowdim.arrays import Array, require_count
from lowdim.systems.linear import LinearRNN
from lowdim.training.trajectory import RunStopped, Trajectory

_SNAPSHOTS = 200  # recorded by default: enough for a curve, little enough for d = 200
_ACROSS = {"Adafactor"}  # take means over all students of a batch
_UNSUITED = {"Optimizer", "LBFGS", "Muon", "SparseAdam"}  # want a closure, matrices only, sparse gradients


def in_torch(rnn: LinearRNN) -> LinearRNN:
    """The student as tensors, which share the memory of its arrays."""
    import torch

    return rnn.map(torch.as_tensor)


def torch_steps(
    rnn: LinearRNN, gradient: Callable, step: float, optimizer: str | Callable
) -> Iterator[tuple[tuple, Array]]:
    """Yield (weights, their loss), then let a torch optimizer move the weights in place, for ever."""
    weights = [w.detach().clone() for w in (rnn.A, rnn.B, rnn.C)]
    rule = _find_optimizer(optimizer)(weights, lr=step)
    if rnn.batch and type(rule).__name__ in _ACROSS:
        raise ValueError(
            f"{type(rule).__name__} takes means over a whole tensor, so that in a batch the students would "
            "change each other's steps; train them one by one: rnn[i]."
        )
    while True:
        loss, *slopes = gradient(*weights)
        yield tuple(weights), loss
        for w, s in zip(weights, slopes, strict=True):
            w.grad = s
        rule.step()


def _find_optimizer(optimizer: str | Callable) -> Callable:
    import torch

    if callable(optimizer):
        return optimizer
    known = {n: o for n, o in vars(torch.optim).items() if isinstance(o, type) and n not in _UNSUITED}
    for name, rule in known.items():
        if name.lower() == str(optimizer).lower():
            return rule
    names = ", ".join(sorted(known))
    raise ValueError(f"optimizer must be 'gd', a callable or one of torch's {names}, but is {optimizer!r}.")


def record(
    states: Iterator[tuple], rnn: LinearRNN, step: float, steps: int, record_every: int | None
) -> Trajectory:
    """Take the steps, keeping the first state, every `record_every`-th and the last; stop if one diverges."""
    steps = require_count("steps", steps)
    if np.ndim(step) or not (step > 0 and np.isfinite(step)):
        raise ValueError(f"step must be positive and finite, but is {step!r}.")
    default = max(1, steps // _SNAPSHOTS)
    every = require_count("record_every", default if record_every is None else record_every)
    kept: list[tuple[int, tuple, Array]] = []
    counted = tqdm(range(steps + 1), desc="descent", leave=False, disable=None)
    with np.errstate(over="ignore", invalid="ignore"):
        for done, (weights, loss) in zip(counted, states, strict=False):
            finite = array_namespace(loss).isfinite(loss)
            if not bool(finite.all()):
                why = f"step size {step:g} is too large for the curvature met; try {step / 10:g}"
                raise RunStopped(
                    f"the loss is not finite at step {done} of {steps}{_which(finite)}: "
                    f"{why if done else 'the weights it starts from are too large'}. "
                    f"{len(kept)} earlier states are in .trajectory.",
                    _trajectory(kept, rnn, done),
                )
            if done % every == 0 or done == steps:
                kept.append((done, *(array_namespace(a).asarray(a, copy=True) for a in (*weights, loss))))
    return _trajectory(kept, rnn, steps)


def _which(finite: Array) -> str:
    """Name the first student whose loss is not finite, where there are several."""
    bad = np.argwhere(~np.asarray(finite.tolist()))
    return f" for student {', '.join(map(str, bad[0]))}" if finite.ndim else ""


def _trajectory(kept: list, rnn: LinearRNN, steps: int) -> Trajectory:
    """Stack what was kept, back in the array kind of the student that came in."""
    if not kept:
        A, B, C, loss = (a[None][:0] for a in (rnn.A, rnn.B, rnn.C, rnn.B[..., 0]))
        return Trajectory(np.asarray([], dtype=int), LinearRNN(A, B, C), loss, evaluations=1, steps=0)
    times, *columns = zip(*kept, strict=True)
    xp = array_namespace(columns[0][0])
    stacked = [xp.stack(list(column)) for column in columns]
    if is_numpy_array(rnn.A):
        stacked = [np.asarray(s) for s in stacked]
    return Trajectory(np.asarray(times), LinearRNN(*stacked[:3]), stacked[3], steps + 1, steps)
