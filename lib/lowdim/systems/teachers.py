r"""Teachers: systems with the poles and weights one asks for, and two kinds beyond balance.

`teacher` places real poles.  A rotation makes a pair of complex ones, a shift register a pole of any
multiplicity at zero; neither has a balanced realization, whose response is $m_0 > 0$ at lag 0 and never
negative at even lags.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj
from jaxtyping import Float

from lowdim.arrays import Array, identity_like, require_alike, require_count, require_finite, require_float
from lowdim.systems.linear import LinearRNN


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


def spread_teacher(d_hat: int) -> LinearRNN:
    r"""A teacher of $\hat d$ equal weights $1/\hat d$ on poles spread evenly from 0.95 down to -0.8.

    Args:
        d_hat: number of poles; a single one is at 0.95.

    Returns:
        A balanced LinearRNN of dimension d_hat.
    """
    return teacher(np.linspace(0.95, -0.8, require_count("d_hat", d_hat)), np.full(d_hat, 1 / d_hat))


def teacher(
    poles: Float[Array, "*batch d"] | Sequence, weights: Float[Array, "*batch d"] | Sequence
) -> LinearRNN:
    r"""The diagonal system with spectral measure $\sum_i w_i \delta_{\lambda_i}$, so $m_j = \sum_i w_i
    \lambda_i^j$.

    $A = \mathrm{diag}(\lambda)$, $B_i = \sqrt{|w_i|}$, $C_i = \mathrm{sgn}(w_i)\sqrt{|w_i|}$.  It is
    balanced, $B = C^{\mathsf T}$, exactly when no weight is negative.

    Args:
        poles: eigenvalues $\lambda_i$ of A, shape (..., d).
        weights: weights $w_i$ of either sign, shape (..., d).

    Returns:
        A LinearRNN of dimension d, in the array kind of `poles` (NumPy for lists).

    Raises:
        TypeError: integer arrays; NumPy and torch, or two precisions, mixed.
        ValueError: shapes that differ, NaN or infinite entries.

    >>> teacher([0.9, -0.5], [1.0, -4.0]).C
    array([ 1., -2.])
    """
    at: Array = _as_array("poles", poles)
    masses: Array = _as_array("weights", weights)
    if tuple(at.shape) != tuple(masses.shape) or at.ndim == 0:
        raise ValueError(
            f"poles and weights must have the same shape (..., d), one weight per pole, but have shapes "
            f"{tuple(at.shape)} and {tuple(masses.shape)}."
        )
    require_alike(poles=at, weights=masses)
    require_finite("poles", at)
    require_finite("weights", masses)
    xp = array_namespace(at, masses)
    A = at[..., None] * identity_like(at)
    root = xp.sqrt(xp.abs(masses))
    return LinearRNN(A, root, xp.sign(masses) * root)


def _as_array(name: str, value: Array | Sequence) -> Array:
    array = value if is_array_api_obj(value) else np.asarray(value, dtype=np.float64)
    require_float(name, array)
    return array
