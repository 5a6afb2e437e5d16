r"""What training on length-$k$ sequences minimizes, and its gradients in closed form.

A student answers lag $j$ with $m_j$, the teacher with $\hat m_j$; $r_j = m_j - \hat m_j$ is the residual.  On
white inputs the expected squared error of the last output of a length-$k$ sequence is $L = \sum_{j<k} r_j^2$;
on inputs with covariance $\Sigma$ it is $L = r^{\mathsf T} M r$ with the lag Gram matrix $M$ (`thm-loss`).
"""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float

from lowdim.arrays import Array, as_numpy, identity_like, like, require_finite, require_float
from lowdim.systems.compare import as_target, residuals
from lowdim.systems.linear import LinearRNN, krylov
from lowdim.systems.structures import project, require_structure


def population_loss(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    gram: Float[Array, "k k"] | None = None,
) -> Float[Array, "*batch"]:
    r"""Expected squared error on length-$k$ sequences, $L = r^{\mathsf T} M r$ (`thm-loss`).

    Args:
        rnn: the student or a batch of students.
        target: the teacher's first k responses, shape (..., k).
        covariance: $\Sigma = E[x x^{\mathsf T}]$ of the inputs in order of time, shape (k, k); white if None.
        outputs: "last" supervises the output after k inputs, "all" the sum over every output.
        gram: the matrix $M$ itself, shape (k, k), in place of the two before.

    Returns:
        Loss, shape (...).

    Raises:
        TypeError: target, covariance or gram not floating point.
        ValueError: target empty, NaN or infinite; what `lag_gram` refuses.

    >>> from lowdim.systems import teacher
    >>> student, target = teacher([0.5], [1.0]), np.array([0.5, 0.5])  # m = 1, 1/2
    >>> float(population_loss(student, target))
    0.25
    >>> float(population_loss(student, target, outputs="all"))  # m_0 is in both
    0.5
    """
    r = residuals(rnn, target)
    return quadratic_loss(r, like(r, lag_gram(r.shape[-1], covariance, outputs, gram)))


def lag_gram(
    k: int,
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    gram: Float[Array, "k k"] | None = None,
) -> Array | None:
    r"""The matrix $M$ of $L = r^{\mathsf T} M r$; None stands for the identity.

    The output after inputs $x_0, \dots, x_t$ errs by $\sum_{j \le t} r_j x_{t-j}$, so
    $M_{jl} = \sum_t \Sigma_{t-j,\,t-l}$, the sum over $t = k-1$ alone ("last") or over all $t < k$ with $t
    \ge j, l$ ("all").

    Every loss of this room passes its three arguments through here: a covariance and what is supervised, or M
    itself, which counts lags rather than times.  `np.diag(w)` gives lag j the weight $w_j$.

    Args:
        k: training length.
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all".
        gram: M in order of lags, shape (k, k), with neither covariance nor outputs="all".

    Returns:
        Symmetric NumPy array of shape (k, k), or None for white inputs and the last output.

    Raises:
        TypeError: covariance or gram not floating point.
        ValueError: covariance or gram of another shape, NaN or infinite, not symmetric or with a negative
            eigenvalue; unknown `outputs`; gram beside a covariance or outputs="all".

    >>> lag_gram(2, outputs="all")  # lag 0 is in both outputs
    array([[2., 0.],
           [0., 1.]])
    >>> lag_gram(2, gram=np.diag([0.0, 1.0]))  # lag 1 is all that counts
    array([[0., 0.],
           [0., 1.]])
    """
    if outputs not in ("last", "all"):
        raise ValueError(f"outputs must be 'last' or 'all', but is {outputs!r}.")
    if gram is not None:
        if covariance is not None or outputs != "last":
            also = f"outputs={outputs!r}" if covariance is None else "covariance"
            raise ValueError(
                f"gram says how all pairs of lags count, which {also} would say again: pass one of the two. "
                "lag_gram(k, covariance, outputs) is the gram of inputs with a covariance."
            )
        return _semidefinite("gram", gram, k, "np.diag(w) with w >= 0 weighs the lags one by one")
    if covariance is None:
        return None if outputs == "last" else np.diag(np.arange(k, 0, -1.0))
    sigma = _semidefinite("covariance", covariance, k, "for samples x of shape (N, k) it is x.T @ x / N")
    found = np.zeros((k, k))
    for t in range(k) if outputs == "all" else [k - 1]:
        found[: t + 1, : t + 1] += sigma[t::-1, t::-1]
    return found


def _semidefinite(name: str, matrix: Array, k: int, usual: str) -> np.ndarray:
    """A (k, k) matrix without negative eigenvalues, in NumPy's float64; a ValueError for any other."""
    require_float(name, matrix)
    matrix = as_numpy(matrix)
    if matrix.shape != (k, k):
        raise ValueError(f"{name} has shape {matrix.shape}, but training length k = {k} needs ({k}, {k}).")
    require_finite(name, matrix)
    largest = np.abs(matrix).max()
    slack = 1e-10 * largest
    if np.abs(matrix - matrix.T).max() > slack or np.linalg.eigvalsh(matrix)[0] < -slack:
        raise ValueError(
            f"{name} must be symmetric without negative eigenvalues (largest entry {largest:.3g}); {usual}."
        )
    return matrix


def quadratic_loss(r: Float[Array, "*batch k"], gram: Float[Array, "k k"] | None) -> Float[Array, "*batch"]:
    r"""$r^{\mathsf T} M r$; zero where rounding leaves less, as it may where M is singular.

    Args:
        r: residuals, shape (..., k).
        gram: the matrix M, shape (k, k), without negative eigenvalues; None for the identity.
    """
    xp = array_namespace(r)
    if gram is None:
        return xp.sum(r * r, axis=-1)
    loss = xp.sum(r * xp.matmul(r, gram), axis=-1)
    return xp.where(loss < 0, 0 * loss, loss)


def gradients(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    structure: str = "symmetric",
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    gram: Float[Array, "k k"] | None = None,
) -> LinearRNN:
    r"""Gradient of `population_loss` in A, B and C (`thm-gradient`, `cor-structures`).

    Symmetric A: the gradient in the Frobenius metric, $(G + G^{\mathsf T})/2$ of the free one.  Diagonal A:
    its diagonal.

    Args:
        rnn: the student or a batch of students, A of the structure named.
        target: the teacher's first k responses, shape (..., k).
        structure: "symmetric", "free" or "diagonal".
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.
        gram: the matrix $M$ itself, shape (k, k), in place of the two before.

    Returns:
        A LinearRNN whose A, B, C are the gradients.

    Raises:
        TypeError: target, covariance or gram not floating point.
        ValueError: A not of the structure; what `population_loss` refuses.
    """
    require_structure(rnn.A, structure)
    target = as_target(rnn, target)
    gram = like(target, lag_gram(target.shape[-1], covariance, outputs, gram))
    _, *gradient = loss_and_gradients(rnn.A, rnn.B, rnn.C, target, gram, structure)
    return LinearRNN(*gradient)


def loss_and_gradients(
    A: Array, B: Array, C: Array, target: Array, gram: Array | None, structure: str
) -> tuple:
    r"""Loss and its gradients, unchecked: what the optimizers call at every step (`thm-gradient`).

    With $g = \partial L / \partial m = 2 M r$, Krylov rows $U_i = (A^{\mathsf T})^i C^{\mathsf T}$ and $V_l =
    A^l B$:

    $$\frac{\partial L}{\partial B} = \sum_{j<k} g_j U_j, \qquad
    \frac{\partial L}{\partial C} = \sum_{j<k} g_j V_j, \qquad
    \frac{\partial L}{\partial A} = \sum_{i + l \le k-2} g_{i+l+1} U_i V_l^{\mathsf T} = U^{\mathsf T} H V .$$

    Args:
        A: transition matrices, shape (..., d, d).
        B: input vectors, shape (..., d).
        C: output vectors, shape (..., d).
        target: the teacher's first k responses, shape (..., k).
        gram: matrix M of the loss, shape (k, k), or None for the identity.
        structure: "symmetric", "free" or "diagonal".

    Returns:
        (loss, gradient in A, gradient in B, gradient in C).
    """
    xp = array_namespace(A)
    k = target.shape[-1]
    V = krylov(A, B, k)
    U = krylov(xp.matrix_transpose(A), C, k)
    r = xp.matmul(V, C[..., None])[..., 0] - target
    g = 2.0 * (r if gram is None else xp.matmul(r, gram))
    toward_B = xp.matmul(g[..., None, :], U)[..., 0, :]
    toward_C = xp.matmul(g[..., None, :], V)[..., 0, :]
    H = _hankel(g)
    toward_A = xp.matmul(xp.matmul(xp.matrix_transpose(U), H), V)
    toward_A = project(toward_A, structure)
    return quadratic_loss(r, gram), toward_A, toward_B, toward_C


def _hankel(g: Array) -> Array:
    """Upper-left triangular Hankel matrix H_il = g_{i+l+1}, zero beyond the last lag; shape (..., k, k)."""
    xp = array_namespace(g)
    k = g.shape[-1]
    padded = xp.concat([g[..., 1:], xp.zeros_like(g)], axis=-1)
    return xp.stack([padded[..., i : i + k] for i in range(k)], axis=-2)


def residual_matrix(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    gram: Float[Array, "k k"] | None = None,
) -> Float[Array, "*batch d d"]:
    r"""$P = \frac12 \sum_{j<k} g_j A^j$ with $g = \partial L / \partial m$, the matrix that drives u and v.

    On white inputs, with the last output supervised, $P = \sum_j r_j A^j$.

    Args:
        rnn: the student or a batch of students.
        target: the teacher's first k responses, shape (..., k).
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.
        gram: the matrix $M$ itself, shape (k, k), in place of the two before.

    Returns:
        Array of shape (..., d, d).

    Raises:
        TypeError: target, covariance or gram not floating point.
        ValueError: what `population_loss` refuses.
    """
    r = residuals(rnn, target)
    xp = array_namespace(r)
    gram = like(r, lag_gram(r.shape[-1], covariance, outputs, gram))
    half_g = r if gram is None else xp.matmul(r, gram)
    P = xp.zeros_like(rnn.A)
    for j in reversed(range(r.shape[-1])):  # Horner
        P = xp.matmul(P, rnn.A) + half_g[..., j, None, None] * identity_like(rnn.B)
    return P
