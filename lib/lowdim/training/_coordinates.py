r"""A student as one flat vector $y$, its responses, and the Jacobian that pulls their residuals back.

Gradient flow is $\dot y = -J^{\mathsf T} g$ with $J_j = \nabla m_j$ the Jacobian of the first k responses and
$g = \partial L / \partial m$.  The coordinates keep lengths,
$|\delta y|^2 = \|\delta A\|_F^2 + |\delta B|^2 + |\delta C|^2$ (an off-diagonal entry of a symmetric A is
stored once, times $\sqrt 2$), so this is the flow of `objective.gradients`.  Symmetric and diagonal
students keep $u = (B - C)/\sqrt2$ and $v = (B + C)/\sqrt2$ in place of B and C: the integrator then
resolves the imbalance relative to its own size, however small.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.systems.linear import LinearRNN

_ROOT2 = np.sqrt(2.0)
_HALVES = np.array([[-0.5], [0.5]])  # of u and of v in `prop-balance-split`


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
        lag = np.arange(k - 1)
        self._hankel = np.minimum(lag[:, None] + lag + 1, k)  # entry (i, l) is g_{i+l+1}, or the zero after g

    def pullback(self, g: Float[Array, "*many k"]) -> Float[Array, "*many n"]:
        r"""$J^{\mathsf T} g$ where `responses` was last called.

        Args:
            g: a weight for each response; leading axes hold several, and the identity matrix gives J.
        """
        padded = np.concatenate([g, np.zeros_like(g[..., :1])], axis=-1)
        rows = (self.k - 1) * self.pairs
        weighted = padded[..., self._hankel] @ self.right[:-1].reshape(self.k - 1, self.pairs * self.d)
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


class Symmetric(Coordinates):
    r"""Lower triangle of A, u, v; $m_j = \frac12 (v^{\mathsf T} A^j v - u^{\mathsf T} A^j u)$.

    Args:
        d: state dimension.
        k: number of responses.
    """

    def __init__(self, d: int, k: int) -> None:
        super().__init__(d, k, pairs=2)
        rows, columns = np.tril_indices(d)
        self._lower = rows * d + columns
        self._length = np.where(rows == columns, 1.0, _ROOT2)
        self._full = np.empty((d, d), dtype=int)
        self._full[rows, columns] = self._full[columns, rows] = np.arange(rows.size)

    def pack(self, rnn: LinearRNN) -> Float[Array, " n"]:
        """The student as a vector.

        Args:
            rnn: a single NumPy system of this structure.
        """
        A = rnn.A.ravel()[self._lower] * self._length
        return np.concatenate([A, (rnn.B - rnn.C) / _ROOT2, (rnn.B + rnn.C) / _ROOT2])

    def unpack(self, y: Float[Array, "*batch n"]) -> LinearRNN:
        """The students behind vectors.

        Args:
            y: vectors, shape (..., n).
        """
        u, v = y[..., -2 * self.d : -self.d], y[..., -self.d :]
        return LinearRNN(self._matrix(y), (v + u) / _ROOT2, (v - u) / _ROOT2)

    def responses(self, y: Float[Array, " n"]) -> Float[Array, " k"]:
        """The first k responses; keeps the rows that `pullback` needs.

        Args:
            y: a vector.
        """
        self.right[0] = y[-2 * self.d :].reshape(2, self.d)
        self._powers(y)
        np.multiply(self.right, _HALVES, out=self.left)
        return self.left.reshape(self.k, -1) @ self.right[0].ravel()

    def rows_along(self, y: Float[Array, " n"], v: Float[Array, " n"]) -> tuple[Array, Array]:
        """The derivatives of the left and the right rows along v.

        Args:
            y: the vector that `responses` was last called with.
            v: a direction.
        """
        A, toward, moved = self._matrix(y), self._matrix(v), np.empty_like(self.right)
        moved[0] = v[-2 * self.d :].reshape(2, self.d)
        for j in range(self.k - 1):
            moved[j + 1] = moved[j] @ A + self.right[j] @ toward
        return moved * _HALVES, moved

    def _matrix(self, y: Array) -> Array:
        return (y[..., : -2 * self.d] / self._length)[..., self._full]

    def _powers(self, y: Array) -> None:
        A = self._matrix(y)
        for j in range(self.k - 1):
            np.dot(self.right[j], A, out=self.right[j + 1])

    def _entries(self, left: Array, weighted: Array) -> Array:
        full = left.T @ weighted
        return full.reshape(*full.shape[:-2], self.d**2)[..., self._lower] * self._length

    def _toward_vectors(self, g: Array) -> list:
        return [g @ (2.0 * self.left.reshape(self.k, -1))]


class Diagonal(Symmetric):
    """Diagonal of A, u, v.

    Args:
        d: state dimension.
        k: number of responses.
    """

    def __init__(self, d: int, k: int) -> None:
        Coordinates.__init__(self, d, k, pairs=2)
        self._lower, self._length = np.arange(d) * (d + 1), 1.0

    def _matrix(self, y: Array) -> Array:
        return y[..., : self.d, None] * np.eye(self.d)

    def _powers(self, y: Array) -> None:
        for j in range(self.k - 1):
            np.multiply(self.right[j], y[: self.d], out=self.right[j + 1])

    def _entries(self, left: Array, weighted: Array) -> Array:
        return (left * weighted).sum(axis=-2)


class Free(Coordinates):
    """All of A row by row, B, C; the left rows are powers of A transposed applied to C.

    Args:
        d: state dimension.
        k: number of responses.
    """

    def __init__(self, d: int, k: int) -> None:
        super().__init__(d, k, pairs=1)

    def pack(self, rnn: LinearRNN) -> Float[Array, " n"]:
        """The student as a vector.

        Args:
            rnn: a single NumPy system.
        """
        return np.concatenate([rnn.A.ravel(), rnn.B, rnn.C])

    def unpack(self, y: Float[Array, "*batch n"]) -> LinearRNN:
        """The students behind vectors.

        Args:
            y: vectors, shape (..., n).
        """
        A, B, C = np.split(y, [self.d**2, self.d**2 + self.d], axis=-1)
        return LinearRNN(A.reshape(*y.shape[:-1], self.d, self.d), B, C)

    def responses(self, y: Float[Array, " n"]) -> Float[Array, " k"]:
        """The first k responses; keeps the rows that `pullback` needs.

        Args:
            y: a vector.
        """
        A = y[: self.d**2].reshape(self.d, self.d)
        self.right[0], self.left[0] = y[-2 * self.d : -self.d], y[-self.d :]
        for j in range(self.k - 1):
            np.dot(self.right[j], A.T, out=self.right[j + 1])
            np.dot(self.left[j], A, out=self.left[j + 1])
        return self.left[:, 0] @ self.right[0, 0]

    def rows_along(self, y: Float[Array, " n"], v: Float[Array, " n"]) -> tuple[Array, Array]:
        """The derivatives of the left and the right rows along v.

        Args:
            y: the vector that `responses` was last called with.
            v: a direction.
        """
        A, toward = (x[: self.d**2].reshape(self.d, self.d) for x in (y, v))
        left, right = np.empty_like(self.left), np.empty_like(self.right)
        right[0], left[0] = v[-2 * self.d : -self.d], v[-self.d :]
        for j in range(self.k - 1):
            right[j + 1] = right[j] @ A.T + self.right[j] @ toward.T
            left[j + 1] = left[j] @ A + self.left[j] @ toward
        return left, right

    def _entries(self, left: Array, weighted: Array) -> Array:
        full = left.T @ weighted
        return full.reshape(*full.shape[:-2], self.d**2)

    def _toward_vectors(self, g: Array) -> list:
        return [g @ self.left[:, 0], g @ self.right[:, 0]]


CHARTS = {"symmetric": Symmetric, "free": Free, "diagonal": Diagonal}
