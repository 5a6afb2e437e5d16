r"""A student beside its teacher: residuals at the lags of training, errors beyond them, lags remembered."""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float

from lowdim.arrays import Array, like, require_finite, require_float
from lowdim.systems.linear import LinearRNN, impulse_response


def residuals(rnn: LinearRNN, target: Float[Array, "*target k"]) -> Float[Array, "*batch k"]:
    r"""Residuals $r_j = m_j - \hat m_j$ at lags $j = 0, \dots, k-1$.

    Args:
        rnn: the student or a batch of students.
        target: the teacher's first k responses, shape (..., k), broadcast against the batch.

    Returns:
        Array of shape (..., k).

    Raises:
        TypeError: target not floating point.
        ValueError: target empty, NaN or infinite, or with batch axes that do not fit those of the students.
    """
    target = as_target(rnn, target)
    return impulse_response(rnn, target.shape[-1]) - target


def as_target(rnn: LinearRNN, target: Array) -> Array:
    """The target checked, in the array kind and precision of the student.

    Args:
        rnn: the student it is for.
        target: the teacher's first k responses, shape (..., k).
    """
    require_float("target", target)
    if target.ndim == 0 or target.shape[-1] == 0:
        raise ValueError(
            f"target has shape {tuple(target.shape)} but needs k >= 1 lags: use impulse_response(teacher, k)."
        )
    try:
        fits = np.broadcast_shapes(rnn.batch, tuple(target.shape[:-1])) == rnn.batch
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"target of shape {tuple(target.shape)} does not fit a system with batch axes {rnn.batch}: "
            "pass one target, shape (k,), or one for each system, the same batch axes first."
        )
    require_finite("target", target)
    return like(rnn.A, target)


def extrapolation_error(student: LinearRNN, teacher: LinearRNN, horizon: int) -> Float[Array, "*batch"]:
    r"""Largest response error up to a horizon, $\max_{j < q} |m_j - \hat m_j|$.

    By $y_t = \sum_j m_j x_{t-j}$ an output error on any input with $|x_t| \le 1$ and length up to q is at
    most q times this.

    Args:
        student: the student or a batch of students.
        teacher: the teacher.
        horizon: number q of lags compared, usually far beyond the training length.

    Returns:
        Error, shape (...).
    """
    error = residuals(student, impulse_response(teacher, horizon))
    xp = array_namespace(error)
    return xp.max(xp.abs(error), axis=-1)


def remembered_lags(
    response: Float[np.ndarray, " lags"], target: Float[np.ndarray, " lags"], tolerance: float = 0.1
) -> int:
    r"""Number of lags before the first with $|m_j - \hat m_j| > \mathrm{tolerance} \, |\hat m_j|$.

    Args:
        response: of the student, shape (lags,).
        target: of the teacher, shape (lags,).
        tolerance: relative error that still counts as remembering.

    Returns:
        Between 0 and the number of lags compared, which it is when nothing was forgotten.

    Raises:
        ValueError: lists of different lengths.

    >>> remembered_lags(np.array([1.0, 0.52, 0.1]), np.array([1.0, 0.5, 0.25]))
    2
    """
    if np.shape(response) != np.shape(target):
        raise ValueError(
            f"response and target must be of the same lags, but have shapes {np.shape(response)} and "
            f"{np.shape(target)}."
        )
    forgotten = ~(np.abs(response - target) <= tolerance * np.abs(target))  # NaN is no memory
    return int(np.argmax(forgotten)) if forgotten.any() else forgotten.size
