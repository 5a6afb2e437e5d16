r"""The most that the spectrum of a student and its first moments leave open at a later lag.

A certificate sees the poles of a balanced student and its responses at the training lags, and not which
weight sits at which pole.  The worst student with the same data is a linear program over the weights: what a
certificate exceeds it by, it gives away.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from lowdim.arrays import require_count
from lowdim.systems.balance import require_balanced
from lowdim.systems.compare import residuals
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure


def largest_residual(student: LinearRNN, teacher: LinearRNN, k: int, lag: int) -> float:
    r"""$\max \lvert \sum_i w_i \lambda_i^q - \hat m_q \rvert$ over all weights $w \ge 0$ on the student's
    poles that give its first k responses.

    The program is solved for the difference to the student's own weights, in an orthonormal basis of the
    differences that no training lag sees, and in units of the least weights, so that tiny ones count.

    Args:
        student: a single balanced student, symmetric A.
        teacher: the teacher.
        k: training length.
        lag: q, beyond the training lags.

    Returns:
        The largest absolute residual.

    Raises:
        ValueError: an unbalanced student, k or lag no whole number from 1 on, or a lag that training sees.
        RuntimeError: the linear program was not solved.
    """
    require_balanced("student", student)
    k, lag = require_count("k", k), require_count("lag", lag)
    if lag < k:
        raise ValueError(f"lag {lag} is among the first k = {k}, which the student's data fix.")
    poles, weights = spectral_measure(student)
    chebyshev = np.polynomial.chebyshev.chebvander(poles, k - 1).T
    hidden = null_space(chebyshev / np.linalg.norm(chebyshev, axis=1, keepdims=True))
    own = float(residuals(student, impulse_response(teacher, lag + 1))[lag])
    if not hidden.shape[1]:
        return abs(own)
    slope = poles**lag @ hidden
    steep, small = np.linalg.norm(slope), np.sort(weights)[: -teacher.dim].sum() or weights.sum()
    ends = [
        linprog(sign * slope / steep, A_ub=-hidden, b_ub=weights / small, bounds=(None, None))
        for sign in (1, -1)
    ]
    if not all(end.success for end in ends):
        raise RuntimeError(f"the linear program at lag {lag} was not solved: {[e.message for e in ends]}")
    low, high = (sign * end.fun * steep * small for sign, end in zip((1, -1), ends, strict=True))
    return float(max(abs(own + low), abs(own + high)))
