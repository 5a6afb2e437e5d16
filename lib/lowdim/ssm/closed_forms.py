r"""Impulse responses in closed form, with gradients written out: no loop over time, and no graph over lags.

Automatic differentiation would keep every power and walk back through all of them. The gradient with respect
to poles and weights needs the same powers once more, that with respect to a dense A the Krylov rows of
`thm-gradient`: a half to a fifth of the time (`make bench`).
"""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Complex, Float
from torch import Tensor

Numbers = Float[Tensor, "*batch d"] | Complex[Tensor, "*batch d"]


def diagonal_response(poles: Numbers, weights: Numbers, horizon: int) -> Float[Tensor, "*batch horizon"]:
    r"""$m_j = \mathrm{Re} \sum_i w_i \lambda_i^j$, a product with a Vandermonde matrix.

    Args:
        poles: $\lambda_i$, real or complex, shape (..., d).
        weights: $w_i$, of the same kind and shape.
        horizon: number of lags.

    Returns:
        Real tensor of shape (..., horizon), differentiable once.
    """
    return _Diagonal.apply(poles, weights, horizon)


def dense_response(
    A: Float[Tensor, "*batch d d"], B: Float[Tensor, "*batch d"], C: Float[Tensor, "*batch d"], horizon: int
) -> Float[Tensor, "*batch horizon"]:
    r"""$m_j = C A^j B$.

    Args:
        A: shape (..., d, d).
        B: shape (..., d).
        C: shape (..., d).
        horizon: number of lags.

    Returns:
        Tensor of shape (..., horizon), differentiable once.
    """
    return _Dense.apply(A, B, C, horizon)


def powers(poles: Numbers, horizon: int) -> Tensor:
    r"""The Vandermonde matrix $\lambda_i^j$, by doubling: $\log_2$ horizon products and no logarithm.

    Args:
        poles: shape (..., d).
        horizon: number of lags.

    Returns:
        Shape (..., horizon, d), row j the j-th powers.
    """
    table = poles.new_ones((*poles.shape[:-1], horizon, poles.shape[-1]))
    done = 1
    while done < horizon:
        more = min(done, horizon - done)
        leap = table[..., done - 1 : done, :] * poles[..., None, :]
        torch.mul(table[..., :more, :], leap, out=table[..., done : done + more, :])
        done += more
    return table


def powers_and_response(poles: Numbers, weights: Numbers, horizon: int) -> tuple[Tensor, Tensor]:
    """What `diagonal_response` returns, after the powers that its gradient needs.

    Args:
        poles: shape (..., d).
        weights: shape (..., d).
        horizon: number of lags.

    Returns:
        Real and imaginary parts of the powers in turn, shape (..., horizon, d or 2d), and the responses.
    """
    table = _real(powers(poles, horizon))
    # Re(w x) is the real product of (Re x, Im x) with (Re w, -Im w).
    return table, (table @ _real(weights.conj().resolve_conj())[..., None])[..., 0]


def diagonal_gradients(
    table: Tensor, weights: Numbers, slope: Float[Tensor, "*batch horizon"]
) -> tuple[Tensor, Tensor]:
    """Gradients in poles and weights, from that in the responses.

    Args:
        table: from `powers_and_response`.
        weights: shape (..., d).
        slope: gradient in the responses.
    """
    lags = torch.arange(1, slope.shape[-1], dtype=slope.dtype, device=slope.device)
    moved = torch.nn.functional.pad(lags * slope[..., 1:], (0, 1))  # j s_j meets the power j - 1
    both = table.mT @ torch.stack((slope, moved), dim=-1)
    toward_weights, toward_poles = (_like(weights, column) for column in both.unbind(-1))
    return (toward_poles * weights).conj(), toward_weights.conj()


class _Diagonal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, poles: Tensor, weights: Tensor, horizon: int) -> Tensor:
        table, answer = powers_and_response(poles, weights, horizon)
        ctx.save_for_backward(table, weights)
        return answer

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None]:
        table, weights = ctx.saved_tensors
        return *diagonal_gradients(table, weights, slope), None


def dense_rows(A: Tensor, B: Tensor, C: Tensor, horizon: int) -> tuple[Tensor, Tensor, Tensor]:
    r"""What `dense_response` returns, after the power of A and the rows $A^j B$ that its gradient needs.

    Args:
        A: shape (..., d, d).
        B: shape (..., d).
        C: shape (..., d).
        horizon: number of lags.
    """
    leap = torch.linalg.matrix_power(A, math.isqrt(horizon))
    right = krylov_rows(A, leap, B, horizon)
    return leap, right, (right @ C[..., None])[..., 0]


def dense_gradients(
    A: Tensor, leap: Tensor, right: Tensor, C: Tensor, slope: Float[Tensor, "*batch horizon"]
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in A, B and C, from that in the responses.

    Args:
        A: shape (..., d, d).
        leap: from `dense_rows`.
        right: from there.
        C: shape (..., d).
        slope: gradient in the responses.
    """
    k = slope.shape[-1]
    left = krylov_rows(A.mT, leap.mT, C, k)
    toward_B, toward_C = ((slope[..., None, :] @ rows)[..., 0, :] for rows in (left, right))
    # thm-gradient: row i, column l of the Hankel matrix is the slope at lag i + l + 1.
    at = torch.arange(k - 1, device=slope.device)
    hankel = torch.nn.functional.pad(slope, (0, k))[..., at[:, None] + at + 1]
    return left[..., :-1, :].mT @ (hankel @ right[..., :-1, :]), toward_B, toward_C


class _Dense(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor, B: Tensor, C: Tensor, horizon: int) -> Tensor:
        leap, right, answer = dense_rows(A, B, C, horizon)
        ctx.save_for_backward(A, leap, right, C)
        return answer

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        A, leap, right, C = ctx.saved_tensors
        return *dense_gradients(A, leap, right, C, slope), None


def krylov_rows(A: Tensor, leap: Tensor, start: Tensor, horizon: int) -> Tensor:
    r"""Rows $A^j s$: the first $\sqrt n$ one by one, then that many at a time by a power of A.

    Args:
        A: shape (..., d, d).
        leap: $A^s$ with $s = \lfloor \sqrt n \rfloor$.
        start: s, shape (..., d).
        horizon: how many, n.

    Returns:
        Shape (..., n, d).
    """
    rows = [start[..., None, :]]
    for _ in range(math.isqrt(horizon) - 1):
        rows.append(rows[-1] @ A.mT)
    blocks = [torch.cat(rows, dim=-2)]
    while len(blocks) * len(rows) < horizon:
        blocks.append(blocks[-1] @ leap.mT)
    return torch.cat(blocks, dim=-2)[..., :horizon, :]


def _real(numbers: Tensor) -> Tensor:
    """Real and imaginary parts in turn along the last axis; real numbers as they are."""
    return torch.view_as_real(numbers).flatten(-2) if numbers.is_complex() else numbers


def _like(numbers: Tensor, parts: Tensor) -> Tensor:
    """The inverse of `_real`, in the kind of `numbers`."""
    if not numbers.is_complex():
        return parts
    return torch.view_as_complex(parts.unflatten(-1, (-1, 2)).contiguous())
