r"""From moments to the measure behind them: Hankel matrices and Gauss quadrature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.linalg import solve_triangular
from scipy.special import binom

from lowdim.arrays import Array, as_numbers, require_count
from lowdim.systems.linear import LinearRNN
from lowdim.systems.teachers import teacher

_ROUNDING = 8 * np.finfo(np.float64).eps  # of a moment, relative to the largest one


def hankel(
    moments: Float[Array, "*batch k"] | Sequence[float], shift: int = 0
) -> Float[np.ndarray, "*batch n n"]:
    r"""Hankel matrix $H_{ij} = m_{i+j+\mathrm{shift}}$, the largest square one that the moments fill.

    With shift 0 it is positive semidefinite for a non-negative measure, and its rank is the number of atoms,
    as long as there are no more atoms than rows.

    Args:
        moments: $m_0, \dots, m_{k-1}$, shape (..., k).
        shift: lag of the first entry.

    Returns:
        Array of shape (..., n, n), $n = \lfloor (k - \mathrm{shift} + 1) / 2 \rfloor$.

    Raises:
        TypeError: moments of booleans or text.
        ValueError: a negative shift, or no moment left after it.

    >>> hankel([1.0, 0.5, 0.25])
    array([[1.  , 0.5 ],
           [0.5 , 0.25]])
    """
    shift = require_count("shift", shift, least=0)  # a slice would count a negative one from the end
    moments = as_numbers("moments", moments)[..., shift:]
    n = (moments.shape[-1] + 1) // 2
    if n == 0:
        raise ValueError(f"moments must have more entries than shift = {shift}, which leaves none.")
    return moments[..., np.arange(n)[:, None] + np.arange(n)]


def chebyshev_moments(rnn: LinearRNN, horizon: int) -> Float[np.ndarray, "*batch horizon"]:
    r"""Chebyshev moments $C\, T_j(A)\, B$, $j < \mathrm{horizon}$, by the three-term recurrence.

    Args:
        rnn: NumPy system or batch, spectrum in [-1, 1].
        horizon: how many.

    Returns:
        Array of shape (..., horizon).

    >>> chebyshev_moments(teacher([0.5], [1.0]), 3)  # 1, x, 2 x^2 - 1 at x = 1/2
    array([ 1. ,  0.5, -0.5])
    """
    horizon = require_count("horizon", horizon)
    before, now, out = rnn.B, rnn.B, []
    for j in range(horizon):
        out.append(np.sum(rnn.C * now, axis=-1))
        moved = np.matmul(rnn.A, now[..., None])[..., 0]
        before, now = now, 2 * moved - before if j else moved
    return np.stack(out, axis=-1)


def quadrature(
    moments: Float[Array, " k"] | Sequence[float], basis: str = "monomial"
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    r"""The measure of n atoms with the given 2n moments: Gauss quadrature (Golub and Welsch 1969).

    With the Gram matrix $G = \int \phi_i \phi_j d\mu = L L^{\mathsf T}$ of the basis, the poles are the
    eigenvalues of the Jacobi matrix $L^{-1} (\int x \phi_i \phi_j d\mu) L^{-\mathsf T}$ and the weights are
    $m_0$ times the squared first entries of its eigenvectors.

    Where G is singular up to the rounding of the moments they fit fewer than n atoms and these are returned:
    any number of responses, from 2d̂ on, of a teacher with d̂ poles gives d̂ atoms.

    Args:
        moments: $\int x^j d\mu$ or $\int T_j d\mu$, shape (2n,) or (2n + 1,); the last one of an odd number
            serves only to check.
        basis: "monomial", moments are the responses; "chebyshev", moments of $T_j$, as of
            `chebyshev_moments`.  Powers carry about 20 atoms spread over [-1, 1] in double precision, with
            half of the digits lost at 15; Chebyshev moments carry hundreds at full accuracy.

    Returns:
        Poles, ascending, and weights, both of shape (n,) or shorter.

    Raises:
        TypeError: moments of booleans or text.
        ValueError: fewer than two moments, or moments that no non-negative measure has.

    >>> poles, weights = quadrature([2.0, 0.0, 2 / 3, 0.0])  # Gauss-Legendre, two points
    >>> bool(np.allclose(poles, [-(3**-0.5), 3**-0.5]) and np.allclose(weights, 1.0))
    True
    """
    moments = as_numbers("moments", moments)
    if moments.ndim != 1 or moments.size < 2 or not np.isfinite(moments).all():
        raise ValueError(f"moments must be a list of at least two finite numbers, but is {moments!r}.")
    if not moments.any():
        return np.empty(0), np.empty(0)
    moments, mass, time = _scaled(moments, basis)
    gram, shifted = _gram(moments, basis)
    reach = _reach(moments, basis)
    L, noise = _cholesky(gram, float(np.abs(moments).max()), reach)
    n = min(len(L), len(shifted))
    half = solve_triangular(L[:n, :n], shifted[:n, :n], lower=True)
    poles, vectors = np.linalg.eigh(solve_triangular(L[:n, :n], half.T, lower=True))
    weights = moments[0] * vectors[:1].sum(axis=0) ** 2
    if n < len(shifted):
        _require_fit(moments, poles, weights, basis, noise, reach)
    return np.ldexp(poles, time), np.ldexp(weights, mass)


def recover_teacher(responses: Float[Array, " k"] | Sequence[float]) -> LinearRNN:
    r"""The balanced teacher of smallest dimension with these first responses (2d̂ of them determine it).

    Args:
        responses: $m_0, \dots, m_{k-1}$, shape (k,).

    Returns:
        A diagonal LinearRNN of dimension at most k // 2.

    Raises:
        TypeError: responses of booleans or text.
        ValueError: responses of no balanced system, or all zero.

    >>> recover_teacher([1.0, 0.2, 0.5, 0.14]).dim
    2
    """
    poles, weights = quadrature(responses)
    if not poles.size:
        raise ValueError(
            f"responses must not all be zero, but is {responses!r}: they need no state, and a system has at "
            "least one; teacher([0.0], [0.0]) answers zero."
        )
    return teacher(poles, weights)


def _scaled(moments: np.ndarray, basis: str) -> tuple[np.ndarray, int, int]:
    """Moments of a measure of mass and width near 1, and the powers of two that lead back to the given one.

    Powers of two, because they change no digit: the atoms of a scaled measure are the scaled atoms.
    """
    mass = int(np.frexp(moments[0] or np.abs(moments).max())[1])
    time = int(np.frexp(_reach(moments, basis))[1]) if basis == "monomial" else 0
    return np.ldexp(moments, -mass - time * np.arange(len(moments))), mass, time


def _reach(moments: np.ndarray, basis: str) -> float:
    r"""$\max_j |m_j / m_0|^{1/j}$, no larger than the largest pole; 1 for Chebyshev moments."""
    if basis != "monomial" or moments[0] <= 0 or not moments[1:].any():
        return 1.0
    with np.errstate(divide="ignore"):
        logs = np.log2(np.abs(moments[1:])) - np.log2(moments[0])
    return float(np.exp2(np.max(logs / np.arange(1, len(moments)))))


def _require_fit(
    moments: np.ndarray, poles: np.ndarray, weights: np.ndarray, basis: str, noise: float, reach: float
) -> None:
    r"""Refuse moments that n atoms miss although they leave room for no more.

    Where the square of degree 2n that vanishes at the poles integrates to at most `noise`, every measure on
    [-1, 1] with these first 2n moments has its j-th within noise times the largest divided difference of
    order 2n, which for $T_j$ (and $x^j$, whose is smaller) is $T_j^{(2n)}(1) / (2n)!$.  On [-R, R] that of
    $x^j$ is $R^{j - 2n}$ times as large.
    """
    chebyshev = basis == "chebyshev"
    functions = np.polynomial.chebyshev.chebvander if chebyshev else np.polynomial.polynomial.polyvander
    missed = np.abs(functions(poles, len(moments) - 1).T @ weights - moments)
    order, j = 2 * len(poles), np.arange(len(moments))
    growth = 2.0**order * j / max(order, 1) * binom(j + order - 1, 2 * order - 1)
    outer = float(np.abs(poles).max(initial=reach))
    noise *= (outer / reach) ** order  # what was taken for rounding on the smaller interval
    reach = outer
    allowed = noise * reach ** (j - order) * np.maximum(growth, 1.0)
    allowed += _ROUNDING * np.abs(moments).max() * reach**j
    if (missed > allowed).any():
        raise ValueError(
            f"no non-negative measure has these moments: the first {order} leave room for {len(poles)} "
            f"atoms, which miss the others by up to {missed.max():.3g}."
        )


def _gram(moments: np.ndarray, basis: str) -> tuple[np.ndarray, np.ndarray]:
    r"""Integrals of $\phi_i \phi_j$ and of $x \phi_i \phi_j$ for the polynomials of the basis."""
    if basis == "monomial":
        return hankel(moments), hankel(moments, 1)
    if basis != "chebyshev":
        raise ValueError(f"basis must be 'monomial' or 'chebyshev', but is {basis!r}.")
    i, n = np.arange((len(moments) + 1) // 2), len(moments) // 2
    add, sub = i[:, None] + i, abs(i[:, None] - i)
    gram = (moments[add] + moments[sub]) / 2
    add, sub = add[:n, :n], sub[:n, :n]
    shifted = (moments[add + 1] + moments[abs(add - 1)] + moments[sub + 1] + moments[abs(sub - 1)]) / 4
    return gram, shifted


def _cholesky(gram: np.ndarray, size: float, reach: float) -> tuple[np.ndarray, float]:
    r"""The Cholesky factor as far as the pivots exceed their rounding, and the rounding of the last one.

    A pivot is the integral of the square of a polynomial; with coefficients c that is a sum of products of
    two of them and a moment, no larger than $m_0 R^j$.  So relative errors in the moments move it by their
    size times $m_0 (\sum_i |c_i| R^i)^2$.
    """
    L, noise = np.zeros_like(gram), 0.0
    for r in range(len(gram)):
        row = solve_triangular(L[:r, :r], gram[:r, r], lower=True)
        pivot = gram[r, r] - row @ row
        c = solve_triangular(L[:r, :r], row, lower=True, trans=1)
        noise = _ROUNDING * size * float(reach**r + np.abs(c) @ reach ** np.arange(r)) ** 2
        if pivot < -noise:
            raise ValueError(
                f"no non-negative measure has these moments: the square of a polynomial of degree {r} "
                f"integrates to {pivot:.3g}. Responses of an unbalanced system need not be moments."
            )
        if pivot <= noise:
            return L[:r, :r], noise
        L[r, :r], L[r, r] = row, np.sqrt(pivot)
    return L, noise
