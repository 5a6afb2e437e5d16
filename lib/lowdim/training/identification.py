r"""Finding a system in one long record, and how much of the record a system explains.

A record is an input series $x_t$ and what was measured at the same times, $y_t$.  A system that runs freely
on the inputs says $\hat y_t = \sum_j m_j x_{t-j}$; it never sees an output.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.systems.linear import LinearRNN, simulate
from lowdim.training.finite_data import EmpiricalLoss, empirical_loss, windows
from lowdim.training.flow import gradient_flow


def explained(
    rnn: LinearRNN, inputs: Float[np.ndarray, " T"], outputs: Float[np.ndarray, " T"], part: slice
) -> Float[Array, "*batch"]:
    r"""Share of a part of a record that a freely running system explains:
    $1 - \sum_t (y_t - \hat y_t)^2 / \sum_t y_t^2$.

    The system runs from the beginning of the record, so that it enters the part with all its memory.

    Args:
        rnn: a system or a batch of systems.
        inputs: of the whole record, shape (T,).
        outputs: of the whole record, of mean zero where a constant is not to count, shape (T,).
        part: which times count, such as slice(500, 800).

    Returns:
        At most 1, and 0 for a system that says nothing, shape (...); not finite where an unstable system
        overflows.

    Raises:
        ValueError: inputs and outputs of different lengths, a part without times, or one in which nothing
            was measured but zeros.
    """
    if inputs.shape != outputs.shape or outputs[part].size == 0:
        raise ValueError(
            f"explained needs a record and a part of it, but inputs have shape {inputs.shape}, outputs "
            f"{outputs.shape}, and {part} holds {outputs[part].size} of the times."
        )
    times = range(len(inputs))[part]
    times = times if times.step > 0 else times[::-1]
    when = slice(times.start, times.stop, times.step)  # counted from the beginning, as the run is
    power = (outputs[when] ** 2).mean()
    if power == 0:
        raise ValueError(
            f"outputs are zero (or their squares are) at all {len(times)} times of {part}, and of nothing no "
            "share can be explained: choose a part in which something was measured."
        )
    squares = (outputs[when] - simulate(rnn, inputs[: times[-1] + 1])[..., when]) ** 2
    return 1 - squares.mean(-1) / power


def finite_response(
    inputs: Float[np.ndarray, " T"], outputs: Float[np.ndarray, " T"], lags: int
) -> LinearRNN:
    r"""The least-squares response of so many lags, as a system that forgets all older inputs.

    Args:
        inputs: of a record, shape (T,).
        outputs: of the record, shape (T,).
        lags: how many lags it has, at most T.

    Returns:
        A chain of `lags` states that hand on the input, read out by the responses: nilpotent A, C of shape
        (lags,).
    """
    response = empirical_loss(*windows(inputs, outputs, lags)).target
    return LinearRNN(np.eye(lags, k=-1), np.eye(lags)[0], response)


def stopped_early(
    start: LinearRNN,
    seen: EmpiricalLoss,
    held_out: Callable[[LinearRNN], Float[np.ndarray, " T"]],
    t_end: float,
    structure: str = "symmetric",
) -> LinearRNN:
    """Train on data by gradient flow, and keep the system along the way that does best on other data.

    Args:
        start: the student at time 0, a single system.
        seen: the loss on the data that train it.
        held_out: the loss on the other data, of each system of a batch; one that is not finite never wins.
        t_end: time of the flow.
        structure: "symmetric", "free" or "diagonal" transition matrices.

    Returns:
        The first system of least held-out loss among those that `gradient_flow` records; the start, where no
        loss is finite, as of a start that answers without bound.
    """
    path = gradient_flow(start, seen.target, t_end, structure, covariance=seen.covariance).rnn
    with np.errstate(over="ignore", invalid="ignore"):  # late in training some systems are unstable
        losses = held_out(path)
    return path[int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))]
