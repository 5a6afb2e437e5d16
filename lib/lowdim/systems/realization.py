r"""How many states a system really has: Hankel singular values, balanced reduction, Ho-Kalman realization.

The Hankel operator maps past inputs to future outputs; its matrix has entries $m_{i+l}$.  It factors through
the state, $m_{i+l} = (C A^i)(A^l B)$, so its rank is the number of states that matter, and its singular
values say how much each matters.
"""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float, Integer

from lowdim.arrays import Array, require_count, require_finite, require_float, safe_unit
from lowdim.systems.linear import LinearRNN, krylov


def hankel_singular_values(rnn: LinearRNN, horizon: int | None = None) -> Float[Array, "*batch n"]:
    r"""Singular values of the Hankel matrix $H_{il} = m_{i+l}$, descending.

    Stable systems, and `horizon` None: the infinite matrix; the values are $\sqrt{\lambda_i(W_c W_o)}$ with
    the Gramians $W_c = \sum_j A^j B B^{\mathsf T} (A^{\mathsf T})^j$ and $W_o = \sum_j (A^{\mathsf T})^j
    C^{\mathsf T} C A^j$.  At spectral radius 1 and above these sums diverge, and the $n \times n$ matrix
    over the past n inputs and the next n outputs takes their place: n = `horizon`, or n = d when `horizon` is
    None, which is enough for its rank to be the true one.  One such system in a batch makes all its values
    finite-lag ones, so that they compare.

    The Gramians are never formed: their factors are, which keeps small values to a relative error of
    about $10^{-16}$ of the largest instead of $10^{-8}$.

    Args:
        rnn: the system or a batch of systems.
        horizon: rows and columns n of a finite Hankel matrix; None for the infinite one where it exists.

    Returns:
        At most min(n, d) values for each system, n = d for the infinite matrix; all further ones are zero.

    Raises:
        ValueError: horizon below 1, responses of an unstable system that overflow.

    >>> from lowdim.systems import teacher
    >>> hankel_singular_values(teacher([0.5], [3.0])).round(12)  # 3 / (1 - 0.5²)
    array([4.])
    >>> hankel_singular_values(teacher([1.0], [3.0]), horizon=10).round(12)
    array([30.])
    """
    reach, observe = _factors(rnn, horizon)
    xp = array_namespace(reach)
    return xp.linalg.svdvals(xp.matmul(observe, xp.matrix_transpose(reach)))


def effective_dimension(
    rnn: LinearRNN, tolerance: float = 1e-6, horizon: int | None = None
) -> int | Integer[Array, "*batch"]:
    r"""Number of Hankel singular values above `tolerance` times the largest.

    The largest value grows without bound as a pole nears the unit circle, and states beside it are then not
    counted; at 1 the finite matrix takes over, and they are again.  To compare such systems pass a horizon.

    Args:
        rnn: the system or a batch of systems.
        tolerance: relative threshold, in (0, 1).
        horizon: as in `hankel_singular_values`.

    Returns:
        An int for a single system, an integer array of shape (...) for a batch; 0 for the zero response.

    Raises:
        ValueError: tolerance outside (0, 1), horizon below 1, responses that overflow.
    """
    if not 0 < tolerance < 1:
        raise ValueError(
            f"tolerance must be in (0, 1), relative to the largest singular value, but is {tolerance!r}."
        )
    values = hankel_singular_values(rnn, horizon)
    xp = array_namespace(values)
    count = xp.sum(xp.astype(values > tolerance * values[..., :1], xp.int64), axis=-1)
    return count if rnn.batch else int(count)


def reduce(rnn: LinearRNN, d: int, horizon: int | None = None) -> LinearRNN:
    r"""Balanced reduction: the `d` states that matter most, in coordinates where $W_c = W_o = \Sigma$.

    For a stable system the transfer function errs by at most $2\sum_{i > d} \sigma_i$ (Enns 1984,
    Glover 1984), and so does every lag of the response.  A symmetric system with $B = C^{\mathsf T}$ stays
    so.

    Args:
        rnn: a single system.
        d: number of states to keep, at most as many as rnn has.
        horizon: as in `hankel_singular_values`; the finite version is the Ho-Kalman realization.

    Returns:
        A LinearRNN of dimension `d`.

    Raises:
        ValueError: a batch; d out of range, or above the number of states that the response depends on.
    """
    if rnn.batch:
        raise ValueError(f"reduce takes a single system, but rnn has batch axes {rnn.batch}; pass rnn[i].")
    if require_count("d", d) > rnn.dim:
        raise ValueError(f"d = {d} exceeds the {rnn.dim} states that rnn has.")
    reach, observe = _factors(rnn, horizon)
    xp = array_namespace(reach)
    into, out_of = _balancing(xp.matmul(observe, xp.matrix_transpose(reach)), d)
    up = xp.matmul(xp.matrix_transpose(reach), into)  # (states, d): a reduced state as a state
    down = xp.matmul(xp.matrix_transpose(out_of), observe)  # (d, states): its left inverse
    return LinearRNN(xp.matmul(xp.matmul(down, rnn.A), up), xp.matmul(down, rnn.B), xp.matmul(rnn.C, up))


def realize(response: Float[Array, " length"], d: int) -> LinearRNN:
    r"""Ho-Kalman: a system of dimension `d` with the given impulse response, from the response alone.

    With $H_{il} = m_{i+l} \approx U \Sigma V^{\mathsf T}$ truncated to `d` singular values and the shifted
    $H'_{il} = m_{i+l+1}$: $A = \Sigma^{-1/2} U^{\mathsf T} H' V \Sigma^{-1/2}$, $B$ the first column of
    $\Sigma^{1/2} V^{\mathsf T}$, $C$ the first row of $U \Sigma^{1/2}$.  Exact when a system of dimension
    `d` and no smaller one has this response, of length at least 2 `d`: the theorem of B. L. Ho
    and R. E. Kalman.  That 2 `d` numbers suffice is `prop-moments-small` for distinct real poles.

    Args:
        response: $m_0, m_1, \dots$, shape (length,), length at least 2 `d`.
        d: state dimension wanted.

    Returns:
        A LinearRNN of dimension `d`, in the array kind of `response`.

    Raises:
        TypeError: response not floating point.
        ValueError: response not one-dimensional, too short, NaN or infinite, or of an order below `d`.

    >>> import numpy as np
    >>> from lowdim.systems import impulse_response
    >>> seen = np.array([1.0, 0.5, 0.25, 0.125])
    >>> impulse_response(realize(seen, d=1), 6)
    array([1.     , 0.5    , 0.25   , 0.125  , 0.0625 , 0.03125])
    """
    require_float("response", response)
    require_finite("response", response)
    if response.ndim != 1 or response.shape[0] < 2 * require_count("d", d):
        raise ValueError(
            f"response must be a list of at least 2 * d = {2 * d} lags, shape (length,), but has shape "
            f"{tuple(response.shape)}: fewer lags leave several systems of dimension {d}."
        )
    rows = response.shape[0] // 2
    xp = array_namespace(response)
    hankel = xp.stack([response[i : i + response.shape[0] - rows] for i in range(rows)])
    shifted = xp.stack([response[i + 1 : i + 1 + response.shape[0] - rows] for i in range(rows)])
    into, out_of = _balancing(hankel, d)
    left = xp.matrix_transpose(out_of)
    return LinearRNN(
        xp.matmul(xp.matmul(left, shifted), into),
        xp.matmul(left, hankel[:, :1])[:, 0],
        xp.matmul(hankel[:1, :], into)[0, :],
    )


def _balancing(hankel: Array, d: int) -> tuple[Array, Array]:
    r"""$V\Sigma^{-1/2}$ and $U\Sigma^{-1/2}$ of the leading `d` singular triples."""
    xp = array_namespace(hankel)
    U, s, Vh = xp.linalg.svd(hankel, full_matrices=False)
    order = int(xp.sum(xp.astype(s > max(hankel.shape) * xp.finfo(s.dtype).eps * s[0], xp.int64)))
    if order == 0:
        raise ValueError("the response is zero at every lag, so there is no state to keep.")
    if order < d:
        raise ValueError(
            f"d = {d}, but the response has order {order} to rounding (singular value {order + 1} is "
            f"{float(s[order]):.3g} of {float(s[0]):.3g}); use d={order}."
        )
    root = xp.sqrt(s[:d])
    return xp.matrix_transpose(Vh[:d, :]) / root, U[:, :d] / root


def _factors(rnn: LinearRNN, horizon: int | None) -> tuple[Array, Array]:
    r"""R and O with $R^{\mathsf T} R = W_c$ and $O^{\mathsf T} O = W_o$; $O R^{\mathsf T}$ has H's values."""
    xp = array_namespace(rnn.A)
    transposed = xp.matrix_transpose(rnn.A)
    if horizon is None and float(xp.max(_spectral_radius(rnn))) < 1 - 8 * rnn.dim * xp.finfo(rnn.A.dtype).eps:
        return _all_lags(rnn.A, rnn.B), _all_lags(transposed, rnn.C)
    horizon = rnn.dim if horizon is None else require_count("horizon", horizon)
    with np.errstate(over="ignore", invalid="ignore"):
        rows = krylov(rnn.A, rnn.B, horizon), krylov(transposed, rnn.C, horizon)
        whole = all(bool(xp.all(xp.isfinite(xp.sum(part * part)))) for part in rows)
    if not whole:
        raise ValueError(
            f"the responses of this unstable system overflow within {horizon} lags; pass a smaller horizon."
        )
    return _compress(rows[0]), _compress(rows[1])


def _all_lags(A: Array, b: Array) -> Array:
    r"""A factor of $\sum_j A^j b b^{\mathsf T} (A^{\mathsf T})^j$: the squared Smith iteration.

    The rows $A^j b$, $j < 2^n$, times $A^{2^n}$ are the next $2^n$ rows, and a QR step keeps d of them.  The
    usual Lyapunov solve loses half the digits, because a Gramian is the square of its factor.
    """
    xp = array_namespace(A)
    unit = safe_unit(b)
    rows, power, unit = (b / unit)[..., None, :], A, unit[..., None]
    while True:
        more = xp.matmul(rows, xp.matrix_transpose(power))
        if bool(xp.all(_size(more) <= xp.finfo(A.dtype).eps * _size(rows))):
            return rows * unit
        rows, power = _compress(xp.concat([rows, more], axis=-2)), xp.matmul(power, power)


def _compress(rows: Array) -> Array:
    """At most d rows with the same Gram matrix."""
    if rows.shape[-2] <= rows.shape[-1]:
        return rows
    return array_namespace(rows).linalg.qr(rows).R


def _size(rows: Array) -> Array:
    return array_namespace(rows).linalg.matrix_norm(rows)


def _spectral_radius(rnn: LinearRNN) -> Array:
    xp = array_namespace(rnn.A)
    return xp.max(xp.abs(xp.linalg.eigvals(rnn.A)), axis=-1)
