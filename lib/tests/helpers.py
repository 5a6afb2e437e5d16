"""What several tests make use of."""

import numpy as np

from lowdim.systems.linear import LinearRNN
from lowdim.systems.students import random_student


def student(structure="symmetric", d=4, std=0.3, seed=0, balanced=False, batch=()):
    """A random student of a structure."""
    rnn = random_student(d, std, np.random.default_rng(seed), structure, batch)
    return LinearRNN(rnn.A, rnn.B, rnn.B.copy()) if balanced else rnn
