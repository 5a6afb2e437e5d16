r"""The coordinates of each structure: symmetric, diagonal and free students.

Symmetric and diagonal students keep $u = (B - C)/\sqrt2$ and $v = (B + C)/\sqrt2$ in place of B and C: the
integrator then resolves the imbalance relative to its own size, however small.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array
from lowdim.systems.linear import LinearRNN
from lowdim.training._coordinates import Coordinates

_ROOT2 = np.sqrt(2.0)
_HALVES = np.array([[-0.5], [0.5]])  # of u and of v in `prop-balance-split`


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
        A, rows = self._matrix(y), self._rows_right
        for row, following in pairwise(rows):
            np.dot(row, A, out=following)

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
        poles, rows = y[: self.d], self._rows_right
        for row, following in pairwise(rows):
            np.multiply(row, poles, out=following)

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
        self._right_vectors, self._left_vectors = list(self.right[:, 0]), list(self.left[:, 0])

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
        for rows, matrix in ((self._right_vectors, A), (self._left_vectors, A.T)):
            for row, following in pairwise(rows):
                np.dot(matrix, row, out=following)
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
