r"""Gradient descent and the torch optimizers, on one student or on many at once.

The gradients are the closed forms of `objective`: 2k products of a matrix with a vector, as much again for
the gradient of A, and no graph.  A batch of students is trained in one go: rules that treat each coordinate
by itself (gradient descent, momentum, Adam, ...) then act on each student as if it were alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jaxtyping import Float

from lowdim.arrays import Array, like
from lowdim.systems.compare import as_target
from lowdim.systems.linear import LinearRNN, detached
from lowdim.systems.structures import require_structure
from lowdim.training._steps import in_torch, record, torch_steps
from lowdim.training.objective import lag_gram, loss_and_gradients
from lowdim.training.trajectory import Trajectory


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
    start = rnn if plain else in_torch(rnn)
    target = as_target(start, target)
    gram = like(start.A, lag_gram(target.shape[-1], covariance, outputs, gram))

    def gradient(A: Array, B: Array, C: Array) -> tuple:
        return loss_and_gradients(A, B, C, target, gram, structure)

    rule = _plain_steps(start, gradient, step) if plain else torch_steps(start, gradient, step, optimizer)
    return record(rule, rnn, step, steps, record_every)


def _plain_steps(rnn: LinearRNN, gradient: Callable, step: float) -> Iterator[tuple[tuple, Array]]:
    """Yield (weights, their loss), then move by -step * gradient, for ever."""
    weights = (rnn.A, rnn.B, rnn.C)
    while True:
        loss, *slopes = gradient(*weights)
        yield weights, loss
        weights = tuple(w - step * s for w, s in zip(weights, slopes, strict=True))
