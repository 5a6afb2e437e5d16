r"""Gated recurrent networks: the questions of the book, asked outside its theory.

Teachers and students are small networks of one kind: GRU, LSTM or tanh. Many train at once::

    from lowdim import gated

    seeds = range(5)
    teachers = gated.teacher(4, seeds)
    run = gated.train(gated.student(50, 0.1, seeds), teachers, k=16, steps=3000, seeds=seeds)
    gated.normalized_error(run.network, teachers, lengths=[16, 200])  # shape (2, 5)
"""

from lowdim.gated.construct import student, teacher
from lowdim.gated.experiment import Study, studies, study
from lowdim.gated.extrapolation import (
    Echo,
    error_curve,
    memory_floor,
    nonlinear_share,
    normalized_error,
    offset_share,
)
from lowdim.gated.inside import markov_parameters, principal_variances, state_dimension
from lowdim.gated.network import Recurrent, join
from lowdim.gated.training import Training, train

__all__ = [
    "Echo",
    "Recurrent",
    "Study",
    "Training",
    "error_curve",
    "join",
    "markov_parameters",
    "memory_floor",
    "nonlinear_share",
    "normalized_error",
    "offset_share",
    "principal_variances",
    "state_dimension",
    "student",
    "studies",
    "study",
    "teacher",
    "train",
]
