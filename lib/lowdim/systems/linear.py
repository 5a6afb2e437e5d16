r"""Linear recurrent networks: what they are, what they answer, how to make one.

A linear RNN with state dimension $d$ reads a scalar sequence $x_0, x_1, \dots$ and writes $y_0, y_1, \dots$:

$$h_t = A h_{t-1} + B x_t, \qquad y_t = C h_t, \qquad h_{-1} = 0 .$$

All it can ever do is in its impulse response (Markov parameters) $m_j = C A^j B$, lag $j = 0, 1, \dots$:
$y_t = \sum_{j \le t} m_j x_{t-j}$.  Everything here runs on NumPy arrays and on torch tensors alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float

from lowdim.arrays import Array, own, require_alike, require_count, require_finite
from lowdim.systems.structures import require_structure

_DIRECT_LENGTH = 64  # beyond this the two-sided product in impulse_response wins, for d up to some 130


@dataclass(frozen=True, eq=False)
class LinearRNN:
    r"""The system $h_t = A h_{t-1} + B x_t$, $y_t = C h_t$, or a batch of them.

    It holds copies: what is later written into the arrays that were passed does not change it.  Tensors that
    require gradients are the exception; they stay the leaves of their graph.

    Args:
        A: transition matrix, shape (..., d, d).
        B: input vector, shape (..., d).
        C: output vector, shape (..., d) (the row $C$ of the equations, stored flat).

    Raises:
        TypeError: entries that are not floating point; NumPy and torch, or two precisions, mixed.
        ValueError: shapes that do not fit, NaN or infinite entries.
    """

    A: Float[Array, "*batch d d"]
    B: Float[Array, "*batch d"]
    C: Float[Array, "*batch d"]

    def __post_init__(self) -> None:
        require_alike(A=self.A, B=self.B, C=self.C)
        square = tuple(self.A.shape)
        if len(square) < 2 or square[-1] != square[-2] or square[-1] == 0:
            raise ValueError(f"A must be square, (..., d, d) with d >= 1, but has shape {square}.")
        for name in ("B", "C"):
            shape = tuple(getattr(self, name).shape)
            if shape != square[:-1]:
                raise ValueError(
                    f"{name} has shape {shape}, but A of shape {square} needs {name} of shape {square[:-1]}: "
                    "one entry per state, the same batch axes first. A column or row vector goes in flat."
                )
        for name in ("A", "B", "C"):
            require_finite(name, getattr(self, name))
            object.__setattr__(self, name, own(getattr(self, name)))

    @property
    def dim(self) -> int:
        """State dimension d."""
        return self.A.shape[-1]

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch axes; () for a single system."""
        return tuple(self.A.shape[:-2])

    def __getitem__(self, index: Any) -> LinearRNN:
        """Select along the batch axes: `rnn[3]`, `rnn[:, 0]`, `rnn[-1]`."""
        if not self.batch:
            raise IndexError("This LinearRNN has no batch axes to select from.")
        index = index if isinstance(index, tuple) else (index,)
        return LinearRNN(
            self.A[(*index, ..., slice(None), slice(None))],
            self.B[(*index, ..., slice(None))],
            self.C[(*index, ..., slice(None))],
        )

    def map(self, function: Callable[[Array], Array]) -> LinearRNN:
        """The system with `function` applied to A, B and C, for example `rnn.map(torch.from_numpy)`.

        Args:
            function: takes an array and returns an array of the same trailing shape.
        """
        return LinearRNN(function(self.A), function(self.B), function(self.C))


def impulse_response(rnn: LinearRNN, horizon: int) -> Float[Array, "*batch horizon"]:
    r"""Impulse response $m_j = C A^j B$ for lags $j = 0, \dots, \mathrm{horizon} - 1$.

    Where horizon exceeds both 64 and $2 (d - 100)$, $m_{i + s l} = \big((A^s)^{\mathsf T\,l} C^{\mathsf T}
    \big)^{\mathsf T} A^i B$ with $s \approx \sqrt{\mathrm{horizon}}$: two short Krylov sequences and one
    product in place of `horizon` of them.

    Args:
        rnn: the system or a batch of systems.
        horizon: number of lags, at least 1.

    Returns:
        Array of shape (..., horizon); lag 0 is $CB$.

    Raises:
        ValueError: horizon below 1.

    >>> from lowdim.systems import teacher
    >>> impulse_response(teacher([0.5], [2.0]), 4)
    array([2.  , 1.  , 0.5 , 0.25])
    """
    horizon = require_count("horizon", horizon)
    xp = array_namespace(rnn.A)
    if horizon <= _direct_length(rnn.dim):
        return xp.matmul(krylov(rnn.A, rnn.B, horizon), rnn.C[..., None])[..., 0]
    stride = math.isqrt(horizon)
    near = krylov(rnn.A, rnn.B, stride)
    leap = xp.linalg.matrix_power(xp.matrix_transpose(rnn.A), stride)
    far = krylov(leap, rnn.C, -(-horizon // stride))
    response = xp.matmul(far, xp.matrix_transpose(near))
    return xp.reshape(response, (*rnn.batch, far.shape[-2] * stride))[..., :horizon]


def _direct_length(d: int) -> int:
    """Up to how many lags one product with a vector for each beats the two-sided product.

    For the power that pays some products of two d x d matrices. Measured on one thread it loses up to some
    100 lags at d = 128, 200 at d = 200 and 500 at d = 400, and severalfold at 100 lags for d = 400.
    """
    return max(_DIRECT_LENGTH, 2 * (d - 100))


def simulate(rnn: LinearRNN, inputs: Float[Array, "*sequences T"]) -> Float[Array, "*outputs T"]:
    r"""Run the recurrence $h_t = A h_{t-1} + B x_t$, $y_t = C h_t$ from $h_{-1} = 0$.

    Args:
        rnn: the system or a batch of systems.
        inputs: scalar sequences, shape (..., T); leading axes broadcast against the batch axes of `rnn`.

    Returns:
        Outputs, shape (..., T).

    Raises:
        TypeError: inputs that are not floating point, or of another array kind or precision than the system.
        ValueError: inputs without a time axis, empty, NaN or infinite, or with leading axes that do not
            broadcast.
    """
    require_alike(rnn=rnn.A, inputs=inputs)
    require_finite("inputs", inputs)
    if inputs.ndim == 0 or inputs.shape[-1] == 0:
        raise ValueError(f"inputs must have a non-empty time axis last, but has shape {tuple(inputs.shape)}.")
    if inputs.ndim == 3 and inputs.shape[-1] == 1 and inputs.shape[-2] > 1 and not rnn.batch:
        raise ValueError(
            f"inputs of shape {tuple(inputs.shape)} end in an axis of length 1, as (batch, time, features) "
            "does in torch.nn; here time comes last: pass inputs[..., 0]."
        )
    extra = max(0, inputs.ndim - 1 - len(rnn.batch))
    try:
        np.broadcast_shapes(rnn.batch, tuple(inputs.shape[extra:-1]))
    except ValueError:
        raise ValueError(
            f"inputs of shape {tuple(inputs.shape)} do not broadcast against the batch axes {rnn.batch} "
            "of the system; for N sequences through each of S systems pass inputs of shape (N, 1, T)."
        ) from None
    xp = array_namespace(rnn.A, inputs)
    # All sequences of one system advance in one product: they go, as rows, next to the state.
    lead, rest = inputs.shape[:extra], inputs.shape[extra:]
    rows = xp.moveaxis(xp.reshape(inputs, (math.prod(lead), *rest)), 0, -2)
    transposed, b, c = xp.matrix_transpose(rnn.A), rnn.B[..., None, :], rnn.C[..., None]
    state = b * rows[..., 0, None]
    outputs = [xp.matmul(state, c)[..., 0]]
    for t in range(1, inputs.shape[-1]):
        state = xp.matmul(state, transposed) + b * rows[..., t, None]
        outputs.append(xp.matmul(state, c)[..., 0])
    result = xp.moveaxis(xp.stack(outputs, axis=-1), -2, 0)
    return xp.reshape(result, (*lead, *result.shape[1:]))


def spectral_measure(rnn: LinearRNN) -> tuple[Float[Array, "*batch d"], Float[Array, "*batch d"]]:
    r"""The signed measure $\mu = \sum_i w_i \delta_{\lambda_i}$ with $m_j = \int x^j d\mu$, for symmetric A.

    With $A = \sum_i \lambda_i q_i q_i^{\mathsf T}$ the weights are $w_i = (q_i^{\mathsf T} B)(C q_i)$; a
    balanced system, $B = C^{\mathsf T}$, has $w_i \ge 0$.

    Args:
        rnn: a system with symmetric A, or a batch of them.

    Returns:
        Poles, ascending, and weights, both of shape (..., d).

    Raises:
        ValueError: A that is not symmetric.
    """
    require_structure(rnn.A, "symmetric")
    xp = array_namespace(rnn.A)
    poles, vectors = xp.linalg.eigh(rnn.A)
    along = xp.matmul(xp.stack([rnn.B, rnn.C], axis=-2), vectors)
    return poles, along[..., 0, :] * along[..., 1, :]


def krylov(
    A: Float[Array, "*batch d d"], b: Float[Array, "*batch d"], horizon: int
) -> Float[Array, "*batch n d"]:
    r"""Krylov rows $b, Ab, \dots, A^{n-1}b$.

    Args:
        A: matrix, shape (..., d, d).
        b: vector, shape (..., d).
        horizon: number n of rows, at least 1.

    Returns:
        Array of shape (..., n, d) whose row j is $A^j b$.
    """
    xp = array_namespace(A, b)
    rows = [b]
    for _ in range(horizon - 1):
        rows.append(xp.matmul(A, rows[-1][..., None])[..., 0])
    return xp.stack(rows, axis=-2)


def detached(rnn: LinearRNN) -> LinearRNN:
    """The system without the graph of gradients that its tensors may belong to.

    Args:
        rnn: NumPy or torch.
    """
    return rnn.map(lambda weights: weights.detach() if getattr(weights, "requires_grad", False) else weights)


def stack(systems: Sequence[LinearRNN]) -> LinearRNN:
    """Systems of one size as one batch, for what takes a batch, such as `gradient_descent`.

    Args:
        systems: at least one, all of the same dimension and batch axes.

    Returns:
        A LinearRNN with a new batch axis in front.

    Raises:
        ValueError: no system, or systems of different shapes.
    """
    shapes = {tuple(rnn.A.shape) for rnn in systems}
    if len(shapes) != 1:
        raise ValueError(
            f"stack needs at least one system, all of one shape, but the shapes of A are {sorted(shapes)}; "
            "leave systems of different dimensions in a list."
        )
    xp = array_namespace(systems[0].A)
    return LinearRNN(*(xp.stack([getattr(rnn, name) for rnn in systems]) for name in ("A", "B", "C")))
