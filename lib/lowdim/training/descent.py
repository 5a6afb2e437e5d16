r"""Gradient descent and the torch optimizers, on one student or on many at once.

The gradients are the closed forms of `objective`: 2k products of a matrix with a vector, as much again for
the gradient of A, and no graph.  A batch of students is trained in one go: rules that treat each coordinate
by itself (gradient descent, momentum, Adam, ...) then act on each student as if it were alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from jaxtyping import Float
from tqdm import tqdm

from lowdim.arrays import Array, like, require_count, require_rng
from lowdim.systems.compare import as_target
from lowdim.systems.linear import LinearRNN, detached, impulse_response
from lowdim.systems.structures import require_structure
from lowdim.training.objective import lag_gram, loss_and_gradients
from lowdim.training.trajectory import RunStopped, Trajectory

_SNAPSHOTS = 200  # recorded by default: enough for a curve, little enough for d = 200
_ACROSS = {"Adafactor"}  # take means over all students of a batch
_UNSUITED = {"Optimizer", "LBFGS", "Muon", "SparseAdam"}  # want a closure, matrices only, sparse gradients


def gradient_descent(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    step: float,
    steps: int,
    optimizer: str | Callable = "gd",
    structure: str = "symmetric",
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    record_every: int | None = None,
    gram: Float[Array, "k k"] | None = None,
) -> Trajectory:
    r"""Minimize `population_loss` by $\theta \leftarrow \theta - \eta \nabla L$ or by a torch optimizer.

    Args:
        rnn: the student, or a batch of students trained side by side.
        target: the teacher's first k responses, shape (..., k).
        step: step size $\eta$ (the optimizer's learning rate).
        steps: number of steps, at least 1.
        optimizer: "gd"; the name of a torch optimizer such as "Adam"; or a callable `optimizer(params,
            lr=step)` such as `functools.partial(torch.optim.SGD, momentum=0.9)`.
        structure: "symmetric", "free" or "diagonal" transition matrices.
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.
        record_every: steps between recorded states; about 200 states by default. First and last are always
            recorded.
        gram: the matrix $M$ of the loss itself, shape (k, k), in place of covariance and outputs.

    Returns:
        Trajectory whose times count steps, in the array kind of `rnn`.

    Raises:
        TypeError: target, covariance or gram not floating point.
        ValueError: arguments out of range or refused by `lag_gram`, A not of the structure, unknown
            optimizer.
        RunStopped: the first non-finite loss, with the step and the trajectory so far.
    """
    rnn = detached(rnn)
    require_structure(rnn.A, structure)
    plain = optimizer == "gd"
    start = rnn if plain else _in_torch(rnn)
    target = as_target(start, target)
    gram = like(start.A, lag_gram(target.shape[-1], covariance, outputs, gram))

    def gradient(A: Array, B: Array, C: Array) -> tuple:
        return loss_and_gradients(A, B, C, target, gram, structure)

    rule = _plain_steps(start, gradient, step) if plain else _torch_steps(start, gradient, step, optimizer)
    return _record(rule, rnn, step, steps, record_every)


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
            several rates with another optimizer than SGD.
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
    start = _in_torch(rnn)
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

    return _record(_torch_steps(start, gradient, largest, optimizer), rnn, largest, steps, record_every)


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


def _plain_steps(rnn: LinearRNN, gradient: Callable, step: float) -> Iterator[tuple[tuple, Array]]:
    """Yield (weights, their loss), then move by -step * gradient, for ever."""
    weights = (rnn.A, rnn.B, rnn.C)
    while True:
        loss, *slopes = gradient(*weights)
        yield weights, loss
        weights = tuple(w - step * s for w, s in zip(weights, slopes, strict=True))


def _torch_steps(
    rnn: LinearRNN, gradient: Callable, step: float, optimizer: str | Callable
) -> Iterator[tuple[tuple, Array]]:
    """The same with a torch optimizer that is handed the gradient; it moves the weights in place."""
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


def _in_torch(rnn: LinearRNN) -> LinearRNN:
    import torch

    return rnn.map(torch.as_tensor)


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


def _record(
    states: Iterator[tuple], rnn: LinearRNN, step: float, steps: int, record_every: int | None
) -> Trajectory:
    """Take the steps, keeping the first state, every `record_every`-th and the last; stop if one diverges."""
    steps = require_count("steps", steps)
    if not (step > 0 and np.isfinite(step)):
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
