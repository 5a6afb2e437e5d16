r"""Ball arithmetic where a number must be a bound: floats in exactly, floats out rounded outward.

Every float is a dyadic rational, so what was measured on a student enters a ball (midpoint and radius,
python-flint's ``arb``) without error; each operation then widens the radius by its own rounding.  Interval
arithmetic in float64 would do as well for the constants, but not for the residuals: a residual of 1e-10
between responses near 1 has lost ten digits before it is multiplied by a constant.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from flint import arb, arb_mat, ctx

from lowdim.systems.linear import LinearRNN

PRECISION = 256  # bits; a bound loses some 2 d̂ log2(horizon) of them, 100 for d̂ = 5 and 1,000 lags
_ALONE = threading.RLock()


@contextmanager
def precision(bits: int = PRECISION) -> Iterator[None]:
    """Compute with balls of this many bits.

    python-flint has one precision for all threads, so one of them computes at a time: two that set and
    restore it in turn would change each other's bits, and could leave it set for good.

    Args:
        bits: of each midpoint.
    """
    with _ALONE, ctx.workprec(bits):
        yield


def parts(rnn: LinearRNN) -> tuple[arb_mat, arb_mat, arb_mat]:
    """A of shape (d, d), and B and C as columns of shape (d, 1), exactly.

    Args:
        rnn: NumPy float64, no batch axes.
    """
    d = rnn.dim
    return arb_mat(d, d, rnn.A.ravel().tolist()), arb_mat(d, 1, rnn.B.tolist()), arb_mat(d, 1, rnn.C.tolist())


def upper(ball: arb) -> float:
    """A float that is at least every number in the ball.

    Args:
        ball: the ball; one that holds NaN gives inf.
    """
    value = float(ball.upper())
    if math.isnan(value):
        return math.inf
    return value if arb(value) >= ball else math.nextafter(value, math.inf)


def lower(ball: arb) -> float:
    """A float that is at most every number in the ball.

    Args:
        ball: the ball; one that holds NaN gives -inf.
    """
    return -upper(-ball)


def responses(A: arb_mat, b: arb_mat, c: arb_mat, length: int) -> list[arb]:
    r"""$c^{\mathsf T} A^j b$ for $j = 0, \dots, \mathrm{length} - 1$.

    Args:
        A: shape (d, d).
        b: shape (d, 1).
        c: shape (d, 1).
        length: how many.
    """
    out, state, row = [], b, c.transpose()
    for j in range(length):
        state = A * state if j else state
        out.append((row * state)[0, 0])
    return out


def norm(values: arb_mat) -> arb:
    """Frobenius norm.

    Args:
        values: any shape.
    """
    return sum((entry * entry for entry in values.entries()), arb(0)).sqrt()


def eigenvalues(S: np.ndarray) -> tuple[np.ndarray, float]:
    r"""Eigenvalues of an exactly symmetric float64 matrix, ascending, and a proven bound e on their errors.

    Nothing is believed of the computed eigenvectors V but the norms of $SV - V\Lambda$ and $V^{\mathsf T} V -
    I$.  With the polar decomposition $V = QH$, $\lVert H - I \rVert \le \lVert V^{\mathsf T} V - I \rVert$
    and $Q^{\mathsf T} S Q - \Lambda = Q^{\mathsf T}(SV - V\Lambda) + (H - I)\Lambda - Q^{\mathsf T} S Q (H -
    I)$, whose norm bounds every error by Weyl's inequality.

    Args:
        S: shape (d, d).

    Returns:
        Eigenvalues, shape (d,), and e: in ascending order each is off by at most e.
    """
    values, vectors = np.linalg.eigh(S)
    unit = (len(S) + 3) * np.finfo(np.float64).eps  # twice the relative rounding of a product of length d
    size, spread = float(np.linalg.norm(S)), float(np.linalg.norm(vectors))
    residual = float(np.linalg.norm(S @ vectors - vectors * values)) + 2 * unit * size * spread
    defect = float(np.linalg.norm(vectors.T @ vectors - np.eye(len(S)))) + unit * (spread**2 + 1)
    underflow = len(S) * 1e-150
    return values, 1.01 * (residual + defect * (size + float(np.abs(values).max()))) + underflow
