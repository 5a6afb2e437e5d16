"""What a training run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Num

from lowdim.arrays import Array
from lowdim.systems.linear import LinearRNN


@dataclass(frozen=True, eq=False)
class Trajectory:
    r"""Weights and loss along a run, of gradient flow (continuous time) or of descent (steps).

    Args:
        times: when each state was recorded, shape (T,): time of the flow, or number of steps taken.
        rnn: the systems recorded, a batch with the T times first and the students' batch axes after.
        loss: loss of each of them, shape (T, ...).
        evaluations: gradient evaluations the whole run took.
        steps: steps of the integrator or of the optimizer.
    """

    times: Num[Array, " T"]
    rnn: LinearRNN
    loss: Float[Array, " T *batch"]
    evaluations: int
    steps: int

    @property
    def final(self) -> LinearRNN:
        """The last system recorded."""
        return self.rnn[-1]


class RunStopped(RuntimeError):
    """A run that could not be finished; `trajectory` holds what was recorded before it stopped.

    Args:
        message: what happened, when, and the usual fix.
        trajectory: the partial run.
    """

    def __init__(self, message: str, trajectory: Trajectory) -> None:
        super().__init__(message)
        self.trajectory = trajectory
