r"""Descent on mini-batches of fresh sequences, as one would first write it.

The student runs, and autograd goes back through its recurrence: nothing of the closed forms of `objective` is
used, which have the same gradient in the mean.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array, like, require_count, require_rng
from lowdim.systems.linear import LinearRNN, detached, impulse_response
from lowdim.training._steps import in_torch, record, torch_steps
from lowdim.training.trajectory import Trajectory


def stochastic_descent(
    rnn: LinearRNN,
    teacher: LinearRNN,
    k: int,
    step: float | Float[np.ndarray, "*batch"],
    steps: int,
    rng: np.random.Generator,
    sequences: int = 64,
    shared: bool = True,
    optimizer: str | Callable = "SGD",
    record_every: int | None = None,
    noise: float | Float[np.ndarray, "*batch"] = 0.0,
) -> Trajectory:
    r"""Train as one would first write it: fresh white sequences, autograd back through the recurrence.

    Each step draws N sequences $x \sim N(0, I_k)$ and descends $\frac1N \sum (y_{k-1} - \hat y_{k-1})^2$ in
    torch.  The expected gradient is that of `population_loss`.  A student that starts symmetric stays so.

    Args:
        rnn: the student or a batch of students.
        teacher: the teacher whose outputs are the labels, a single system or one for each student.
        k: sequence length.
        step: learning rate; with SGD there may be one for each student.
        steps: number of steps, at least 1.
        rng: NumPy random generator for the sequences; it is advanced.
        sequences: mini-batch size N.
        shared: whether all students of a batch see the same sequences; otherwise each has its own.
        optimizer: as in `gradient_descent`, "gd" being torch's "SGD".
        record_every: steps between recorded states.
        noise: standard deviation of Gaussian noise on the labels, one for all or one for each student.

    Returns:
        Trajectory with the mini-batch losses, in the array kind of `rnn`.

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: arguments out of range, teachers that are not one for each student, unknown optimizer,
            several rates with another optimizer than SGD, rates or noise not finite.
        RunStopped: the first non-finite loss, with the step and the trajectory so far.
    """
    import torch

    k, sequences = require_count("k", k), require_count("sequences", sequences)
    require_rng(rng)
    rnn, teacher = detached(rnn), detached(teacher)
    if teacher.batch not in ((), rnn.batch):
        raise ValueError(
            f"teacher must be a single system or one for each student, but has batch axes {teacher.batch}, "
            f"and the students have {rnn.batch}."
        )
    optimizer = "SGD" if optimizer == "gd" else optimizer
    if np.ndim(step) and (optimizer != "SGD" or np.min(step) <= 0):
        raise ValueError(
            "step must be one number for all students unless the optimizer is 'SGD', and positive."
        )
    for name, value in (("step", step), ("noise", noise)):
        if not (_fits(np.shape(value), rnn.batch) and np.isfinite(value).all()):
            raise ValueError(
                f"{name} must be finite, one number or one for each student, of the batch axes {rnn.batch}, "
                f"but is {value!r}."
            )
    start = in_torch(rnn)
    teacher = teacher.map(lambda weights: like(start.A, weights))
    students = tuple(1 if shared else n for n in rnn.batch)
    symmetric = bool((start.A.mT == start.A).all())
    # With plain SGD a rate is a factor of the gradient, so students of several rates can go side by side.
    largest = float(np.max(step))
    shares = like(start.A, np.full(rnn.batch, np.asarray(step) / largest))[..., None]
    spread = like(start.A, np.full(rnn.batch, noise, dtype=float))
    # The teacher stays, so its last output is a product with its responses; the student runs.
    newest_last = torch.flip(impulse_response(teacher, k), (-1,))

    def gradient(*weights: Array) -> tuple:
        if not all(bool(w.isfinite().all()) for w in weights):
            return (weights[1].sum(-1) * float("nan"), *weights)
        inputs = like(start.A, rng.standard_normal((sequences, *students, k)))
        leaves = [w.detach().clone().requires_grad_() for w in weights]
        errors = _last_outputs(LinearRNN(*leaves), inputs) - (inputs * newest_last).sum(-1)
        if spread.any():
            errors = errors + spread * like(start.A, rng.standard_normal((sequences, *rnn.batch)))
        loss = (errors**2).mean(0)
        toward_A, *rest = torch.autograd.grad(loss.sum(), leaves, materialize_grads=True)  # k = 1: no A
        toward_A = (toward_A + toward_A.mT) / 2 if symmetric else toward_A
        return loss.detach(), toward_A * shares[..., None], *(toward * shares for toward in rest)

    return record(torch_steps(start, gradient, largest, optimizer), rnn, largest, steps, record_every)


def _last_outputs(rnn: LinearRNN, inputs: Array) -> Array:
    """The last output of each sequence, shape (sequences, *batch): `simulate` without those before it."""
    import torch

    inputs = inputs.expand(len(inputs), *rnn.batch, inputs.shape[-1])
    rows = inputs.reshape(len(inputs), -1, inputs.shape[-1]).permute(2, 1, 0)  # (time, students, sequences)
    driven = rows[..., None] * rnn.B.reshape(-1, 1, rnn.dim)
    state, back = driven[0], rnn.A.reshape(-1, rnn.dim, rnn.dim).mT
    for drive in driven[1:]:
        state = torch.baddbmm(drive, state, back)
    return (state @ rnn.C.reshape(-1, rnn.dim, 1))[..., 0].T.reshape(len(inputs), *rnn.batch)


def _fits(shape: tuple[int, ...], batch: tuple[int, ...]) -> bool:
    """Whether numbers of this shape broadcast to one for each student."""
    try:
        return np.broadcast_shapes(shape, batch) == batch
    except ValueError:
        return False
