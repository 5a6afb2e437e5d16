r"""True errors, to the last digit: what a certified bound is held against."""

from __future__ import annotations

import numpy as np
from flint import ctx
from jaxtyping import Float

from lowdim import _balls
from lowdim.checks import require_count
from lowdim.systems import LinearRNN

_BITS = 512  # twice the certificate's; 500 steps of a stable recurrence lose a few dozen


def exact_errors(student: LinearRNN, teacher: LinearRNN, horizon: int) -> Float[np.ndarray, " horizon"]:
    r"""$|m_q - \hat m_q|$ of two systems whose float64 entries are taken as exact, rounded to nearest.

    In double precision the difference of two responses near 1 is rounded by $10^{-16}$ and more, which hides
    whether a bound of that size holds.

    Args:
        student: a single NumPy system.
        teacher: a single NumPy system.
        horizon: number of lags.

    Returns:
        Array of shape (horizon,).

    >>> from lowdim.systems import teacher
    >>> exact_errors(teacher([0.5], [4.0]), teacher([0.5], [1.0]), 3)
    array([3.  , 1.5 , 0.75])
    """
    horizon = require_count("horizon", horizon)
    with ctx.workprec(_BITS):
        own, true = (_balls.responses(*_balls.parts(rnn), horizon) for rnn in (student, teacher))
        return np.array([float(abs(m - t).mid()) for m, t in zip(own, true, strict=True)])
