r"""Students that are perfect on every training lag and wrong after it.

A student with real poles answers with $m_j = \sum_l w_l z_l^j$, so its first n responses are a Vandermonde
system in its n weights, and any n poles can be made to say any n numbers (`thm-many`).
Fewer states suffice to deceive when the teacher is small: $d = k + 1 - \hat d$, and no fewer (`thm-sharp`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat
from jaxtyping import Float
from scipy.linalg import block_diag

from lowdim.arrays import require_count, require_finite, require_rng
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.structures import require_structure
from lowdim.systems.teachers import teacher as diagonal

_MISSED = 1e-6  # of the largest response, by a system that was asked to have it
_SPREADS = 1.25 ** np.arange(100)  # of the far poles, tried one after the other


def impostor(
    responses: Float[np.ndarray, " n"] | Sequence[float], poles: Float[np.ndarray, " n"] | Sequence[float]
) -> LinearRNN:
    r"""The system with n given poles whose first n responses are n given numbers (`thm-many`).

    With the teacher's first k responses and any number M after them it is a student of zero loss with $m_k =
    M$.

    Args:
        responses: what it shall answer at lags 0, ..., n-1, shape (n,).
        poles: distinct real poles, shape (n,).

    Returns:
        A diagonal LinearRNN of dimension n; a negative weight gives B and C opposite signs.

    Raises:
        ValueError: other shapes, poles that repeat, NaN or infinite entries; poles so close, or so large,
            that in float64 the system misses these responses by more than a millionth of the largest.

    >>> impulse_response(impostor([1.0, 0.5, -7.0], [0.5, 0.1, -0.3]), 3).round(12)
    array([ 1. ,  0.5, -7. ])
    """
    m, z = _numbers(responses, poles)
    if len(m) != len(z):
        raise ValueError(
            f"n poles can be told n responses, but there are {len(z)} poles and {len(m)} responses."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        powers = z ** np.arange(len(m))[:, None]
        weights = _weights(m, z) if np.isfinite(powers).all() else np.full(len(m), np.inf)
        missed = np.abs(powers @ weights - m).max()
    if not missed <= _MISSED * np.abs(m).max():
        raise ValueError(
            f"with the poles {z} these responses take weights of up to {np.abs(weights).max():.1g}, which "
            "float64 does not resolve: take fewer poles, further apart, and none far above 1."
        )
    return diagonal(z, weights)


def misfit(
    responses: Float[np.ndarray, " n"] | Sequence[float], poles: Float[np.ndarray, " p"] | Sequence[float]
) -> float:
    r"""How far systems with these poles stay from these responses, $\max_j |\sum_l w_l z_l^j - m_j|$.

    The weights are those of least squares, so no others do better by more than a factor $\sqrt n$.

    Args:
        responses: what they should answer at lags 0, ..., n-1, shape (n,).
        poles: distinct real poles, at most n, shape (p,).

    Raises:
        ValueError: more poles than responses, poles that repeat, NaN or infinite entries.

    >>> round(misfit([1.0, 0.0, 1.0], [0.0]), 12)
    1.0
    """
    m, z = _numbers(responses, poles)
    return float(np.abs(z ** np.arange(len(m))[:, None] @ _weights(m, z) - m).max())


def sharp_impostor(teacher: LinearRNN, k: int, next_response: float) -> LinearRNN:
    r"""A zero-loss student of dimension $k + 1 - \hat d$ with $m_k$ as prescribed (`thm-sharp`).

    Its poles are the roots of $\Pi = \Lambda R_\rho + F$: $\Lambda$ has the teacher's poles as roots,
    $R_\rho$ has $\rho, -\rho, 2\rho, \dots$, and F, of degree below $\hat d$, gives $\Pi$ the values at the
    teacher's poles that the weights require.  Far enough out all roots are real and simple; the least $\rho$
    tried that does is taken, so that a small excess over the teacher's response comes from a stable student.

    Args:
        teacher: the teacher, symmetric A, with distinct poles and no zero weight.
        k: training length, at least $2 \hat d$.
        next_response: the number $M \ne \hat m_k$ that it shall answer at lag k.

    Returns:
        A diagonal LinearRNN.

    Raises:
        ValueError: k too small, M the teacher's own response, poles that repeat or have no weight.
    """
    k, (poles, weights) = require_count("k", k), spectral_measure(teacher)
    if np.array_equal(teacher.A, np.diag(np.diag(teacher.A))):  # as given, to the last digit and in its order
        poles, weights = np.diag(teacher.A), teacher.B * teacher.C
    size = len(poles)
    if k < 2 * size:
        raise ValueError(f"k must be at least 2 * {size}, twice the teacher's dimension, but is {k}.")
    if len(np.unique(poles)) < size or not weights.all():
        raise ValueError(f"teacher must have distinct poles and no zero weight: {poles} with {weights}.")
    *learned, own = impulse_response(teacher, k + 1)
    if not np.isfinite(next_response):
        raise ValueError(f"next_response must be a finite number, but is {next_response!r}.")
    if next_response == own:
        raise ValueError("next_response is the teacher's own; an impostor differs at lag k.")
    apart = np.prod(poles[:, None] - poles + np.eye(size), axis=1)
    correction = np.polyfit(poles, (own - next_response) / (weights * apart), size - 1)
    far = np.array([(-1.0) ** l * (l // 2 + 1) for l in range(k + 1 - 2 * size)])
    for spread in 0.95 / np.abs(far).max() * _SPREADS:
        z = np.roots(np.polyadd(np.polymul(np.poly(poles), np.poly(spread * far)), correction))
        z = np.sort_complex(z)
        if not z.imag.any() and (np.diff(z.real) > 1e-3 * spread).all():
            return diagonal(z.real, _weights(np.array([*learned, next_response]), z.real))
    raise ValueError(
        f"no real poles found that answer {next_response:g} at lag {k}, where the teacher answers {own:g}."
    )


def disguise(rnn: LinearRNN, d: int, rng: np.random.Generator) -> LinearRNN:
    r"""The same responses from d states in general position: padded with silent states, then rotated.

    Args:
        rnn: a system of at most d states, with symmetric A.
        d: states wanted.
        rng: NumPy random generator for the rotation; it is advanced.

    Returns:
        LinearRNN $(QAQ^{\mathsf T}, QB, CQ^{\mathsf T})$ of dimension d with symmetric A.

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: a batch, d below the dimension of `rnn`, or A not symmetric.
    """
    require_rng(rng)
    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}; one system is disguised at a time: rnn[i].")
    require_structure(rnn.A, "symmetric")
    if d < rnn.dim:
        raise ValueError(f"d must be at least {rnn.dim}, the states there are, but is {d}.")
    Q = np.linalg.qr(rng.standard_normal((d, d)))[0][:, : rnn.dim]
    A = Q @ rnn.A @ Q.T
    return LinearRNN((A + A.T) / 2, Q @ rnn.B, Q @ rnn.C)


def is_forced(student: LinearRNN, teacher: LinearRNN, k: int) -> bool:
    r"""Whether agreement with the teacher at lags 0, ..., k-1 forces agreement at lag k, for every B.

    The residuals are $e_j = O_j (B; -\hat B)$ with rows $O_j = (C A^j, \hat C \hat A^j)$; lag k is forced
    when $O_k$ depends linearly on the rows before it, as Cayley-Hamilton has it for $k \ge d + \hat d$.
    Decided exactly: floating-point numbers are rational.

    Args:
        student: gives A and C; a single NumPy system.
        teacher: the teacher.
        k: training length.
    """
    step, row = (
        _exact(np.asarray(block_diag(student.A, teacher.A))),
        _exact(np.append(student.C, teacher.C)[None]),
    )
    rows = [row.entries()]
    for _ in range(k):
        row = row * step
        rows.append(row.entries())
    return fmpq_mat(rows).rank() == fmpq_mat(rows[:-1]).rank()


def _numbers(
    responses: np.ndarray | Sequence[float], poles: np.ndarray | Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    m, z = np.asarray(responses, dtype=np.float64), np.asarray(poles, dtype=np.float64)
    if m.ndim != 1 or z.ndim != 1 or not 0 < z.size <= m.size:
        raise ValueError(
            "responses and poles must be lists, no more poles than responses, but have shapes "
            f"{m.shape} and {z.shape}."
        )
    require_finite("responses", m)
    require_finite("poles", z)
    if len(np.unique(z)) < len(z):
        raise ValueError(f"poles must be distinct, but are {z}.")
    return m, z


def _weights(responses: np.ndarray, poles: np.ndarray) -> np.ndarray:
    """Least-squares weights; columns are scaled to one, or far poles would drown the near ones."""
    size = np.maximum(1.0, np.abs(poles)) ** (len(responses) - 1)
    powers = poles ** np.arange(len(responses))[:, None]
    return np.linalg.lstsq(powers / size, responses, rcond=0)[0] / size


def _exact(matrix: np.ndarray) -> fmpq_mat:
    return fmpq_mat([[fmpq(*x.as_integer_ratio()) for x in row] for row in matrix.tolist()])
