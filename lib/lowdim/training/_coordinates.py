r"""A student as one flat vector $y$, its responses, and the Jacobian that pulls their residuals back.

Gradient flow is $\dot y = -J^{\mathsf T} g$ with $J_j = \nabla m_j$ the Jacobian of the first k responses and
$g = \partial L / \partial m$.  The coordinates keep lengths,
$|\delta y|^2 = \|\delta A\|_F^2 + |\delta B|^2 + |\delta C|^2$ (an off-diagonal entry of a symmetric A is
stored once, times $\sqrt 2$), so this is the flow of `objective.gradients`.  What differs between the
structures is in `_charts`.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.systems.linear import LinearRNN


class Coordinates:
    r"""What the structures share (`thm-gradient`, `cor-structures`).

    With right rows $r_j$ and left rows $l_j$, powers of A applied to vectors, $m_j = l_j \cdot r_0$ and
    $\nabla_A m_j = \sum_{i + l = j - 1} l_i r_l^{\mathsf T}$: a weighted sum over j puts a Hankel matrix
    between rows.

    Args:
        d: state dimension.
        k: number of responses.
        pairs: vectors that the powers of A are applied to, on each side.
    """

    def __init__(self, d: int, k: int, pairs: int) -> None:
        self.d, self.k, self.pairs = d, k, pairs
        self.left, self.right = np.empty((2, k, pairs, d))
        # Views made once: an index costs about as much as the product of a matrix with a vector of forty.
        self._rows_right = list(self.right)
        self._padded = np.zeros(k + 1)
        lag = np.arange(k - 1)
        self._hankel = np.minimum(lag[:, None] + lag + 1, k)  # entry (i, l) is g_{i+l+1}, or the zero after g

    def pullback(self, g: Float[Array, "*many k"]) -> Float[Array, "*many n"]:
        r"""$J^{\mathsf T} g$ where `responses` was last called.

        Args:
            g: a weight for each response; leading axes hold several, and the identity matrix gives J.
        """
        if g.ndim == 1:
            padded = self._padded
            padded[:-1] = g
        else:
            padded = np.concatenate([g, np.zeros_like(g[..., :1])], axis=-1)
        rows = (self.k - 1) * self.pairs
        weighted = padded.take(self._hankel, axis=-1) @ self.right[:-1].reshape(
            self.k - 1, self.pairs * self.d
        )
        weighted = weighted.reshape(*g.shape[:-1], rows, self.d)
        toward_A = self._entries(self.left[:-1].reshape(rows, self.d), weighted)
        return np.concatenate([toward_A, *self._toward_vectors(g)], axis=-1)

    def pack(self, rnn: LinearRNN) -> Float[Array, " n"]:
        """The student as a vector.

        Args:
            rnn: a single NumPy system of this structure.
        """
        raise NotImplementedError

    def unpack(self, y: Float[Array, "*batch n"]) -> LinearRNN:
        """The students behind vectors.

        Args:
            y: vectors, shape (..., n).
        """
        raise NotImplementedError

    def responses(self, y: Float[Array, " n"]) -> Float[Array, " k"]:
        """The first k responses; keeps the rows that `pullback` needs.

        Args:
            y: a vector.
        """
        raise NotImplementedError

    def rows_along(self, y: Float[Array, " n"], v: Float[Array, " n"]) -> tuple[Array, Array]:
        """The derivatives of the left and the right rows along v, where `responses` was last called.

        Args:
            y: the vector that it was called with.
            v: a direction.
        """
        raise NotImplementedError

    def second(
        self, y: Float[Array, " n"], v: Float[Array, " n"], g: Float[Array, " k"]
    ) -> tuple[Array, Array]:
        r"""The derivative $J v$ of the responses along v, and that of $J^{\mathsf T} g$ for fixed g.

        Both are bilinear in the left and the right rows, so a difference over any distance is exact; it is
        taken over one of the size of y.

        Args:
            y: the vector that `responses` was last called with.
            v: a direction.
            g: a weight for each response.
        """
        distance = np.linalg.norm(y) / (np.linalg.norm(v) or 1.0) or 1.0
        left, right = self.left, self.right
        more_left, more_right = self.rows_along(y, distance * v)
        along = np.einsum("kpd,pd->k", more_left, right[0]) + np.einsum("kpd,pd->k", left, more_right[0])
        self.left, self.right = left + more_left, right + more_right
        moved = self.pullback(g)
        self.left, self.right = left - more_left, right - more_right
        moved -= self.pullback(g)
        self.left, self.right = left, right
        return along / distance, moved / (2.0 * distance)

    def _entries(self, left: Array, weighted: Array) -> Array:
        """The stored entries of a weighted sum over pairs of rows."""
        raise NotImplementedError

    def _toward_vectors(self, g: Array) -> list:
        """What `pullback` gives in the directions of the vectors."""
        raise NotImplementedError

    def at_edge(self) -> float:
        """The largest entry of the rows in the last two directions, where `responses` was last called."""
        return np.abs(self.right[..., -2:]).max()
