r"""Teachers beyond balance: oscillating and delayed.

`systems.teacher` places real poles.  A rotation makes a pair of complex ones, a shift register a pole of any
multiplicity at zero; neither has a balanced realization, whose response is $m_0 > 0$ at lag 0 and never
negative at even lags.
"""

from __future__ import annotations

import numpy as np

from lowdim.checks import require_count
from lowdim.systems import LinearRNN


def oscillating_teacher(radius: float, angle: float, weight: float = 1.0) -> LinearRNN:
    r"""The response $m_j = w \rho^j \cos(\omega j)$, of two states: $A = \rho$ times a rotation by $\omega$.

    Args:
        radius: $\rho \ge 0$, the modulus of the two poles $\rho e^{\pm i\omega}$.
        angle: $\omega$ in radians per step.
        weight: $w$, the response at lag 0.

    Returns:
        A LinearRNN of dimension 2.

    Raises:
        ValueError: negative radius.

    >>> from lowdim.systems import impulse_response
    >>> impulse_response(oscillating_teacher(0.5, np.pi), 3)
    array([ 1.  , -0.5 ,  0.25])
    """
    if radius < 0:
        raise ValueError(f"radius must not be negative, but is {radius!r}; a negative pole has angle pi.")
    c, s = radius * np.cos(angle), radius * np.sin(angle)
    return LinearRNN(np.array([[c, -s], [s, c]]), np.array([1.0, 0.0]), np.array([float(weight), 0.0]))


def delayed(teacher: LinearRNN, delay: int) -> LinearRNN:
    r"""The same response `delay` lags later: $0, \dots, 0, m_0, m_1, \dots$

    A register of `delay` more states holds the inputs back, so the dimension grows by as many, and no
    realization is smaller when C B is not zero.

    Args:
        teacher: the system to delay, single.
        delay: number of lags, at least 1.

    Returns:
        A LinearRNN of dimension d + delay.

    Raises:
        ValueError: delay below 1, or a batch of systems.
    """
    delay, d = require_count("delay", delay), teacher.dim
    if teacher.batch:
        raise ValueError(f"delayed takes a single system, but this one has batch axes {teacher.batch}.")
    A = np.eye(d + delay, k=-1)  # input -> first register -> ... -> last register -> the system
    A[delay:, :] = 0.0
    A[delay:, delay - 1] = teacher.B
    A[delay:, delay:] = teacher.A
    return LinearRNN(A, np.eye(d + delay)[0], np.concatenate([np.zeros(delay), teacher.C]))
