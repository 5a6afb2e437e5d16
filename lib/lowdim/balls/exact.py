r"""True errors, to the last digit: what a certified bound is held against."""

from __future__ import annotations

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.arrays import require_count
from lowdim.balls import arithmetic
from lowdim.balls.arithmetic import precision
from lowdim.systems.linear import LinearRNN

_DIGITS = arb(2) ** -60  # a float64 needs 2^-53
_TINY = arb(2) ** -1080  # rounds to zero


def exact_errors(student: LinearRNN, teacher: LinearRNN, horizon: int) -> Float[np.ndarray, " horizon"]:
    r"""$|m_q - \hat m_q|$ of two systems whose float64 entries are taken as exact, rounded to nearest.

    In double precision the difference of two responses near 1 is rounded by $10^{-16}$ and more, which hides
    whether a bound of that size holds. Balls grow with every lag, by the norm of $|A|$, which may be above 1
    where that of A is not; the precision is doubled until all errors are known to the last digit.

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
    bits = 512
    while True:
        with precision(bits):
            own, true = (arithmetic.responses(*arithmetic.parts(rnn), horizon) for rnn in (student, teacher))
            errors = [abs(m - t) for m, t in zip(own, true, strict=True)]
            if all(e.rad() < _DIGITS * e.mid() or e.rad() < _TINY for e in errors):
                return np.array([float(e.mid()) for e in errors])
        bits *= 2
