r"""Plateaus: the saddles that a symmetric student visits from near zero, and the rates at which it leaves.

A plateau is a balanced student at rest with n active atoms, $\mu = \sum_i w_i \delta_{\lambda_i}$, a fit of
the teacher's first k responses by n atoms (`few_atoms`).  What the flow does there is predicted by
`thm-plateau-sign` and `thm-plateau-rates`.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy.polynomial import polynomial

from lowdim.arrays import Array, as_numpy, like
from lowdim.systems.compare import as_target, residuals
from lowdim.systems.linear import LinearRNN, spectral_measure
from lowdim.systems.structures import require_structure
from lowdim.training.objective import gradients, loss_and_gradients
from lowdim.training.trajectory import Trajectory


def rests(
    run: Trajectory, target: Float[Array, " k"], structure: str = "symmetric", tolerance: float = 1e-3
) -> Int[np.ndarray, " n"]:
    r"""Where a run rests: minima of the speed at which the loss stands still as time goes on.

    $\|\nabla L\|$ has a local minimum there, and $-\frac{d \ln L}{d \ln t} = t \|\nabla L\|^2 / L$ is below
    the tolerance: while time grows by a factor of e, the loss falls by less than that part.  A minimum of the
    speed alone may be no more than a slower stretch.  States whose loss is below $10^{-12}$ of the first are
    left out: the last digits of their speed are noise.

    Args:
        run: a run of one student, recorded densely in log time.
        target: the teacher's first k responses, shape (k,).
        structure: "symmetric", "free" or "diagonal", as it was trained.
        tolerance: on the fall of the loss; infinite for every minimum of the speed.

    Returns:
        Indices into the records, increasing.
    """
    slope = gradients(run.rnn, target, structure)
    squares = [np.square(x).reshape(len(run.times), -1) for x in (slope.A, slope.B, slope.C)]
    speed = np.concatenate(squares, axis=1).sum(axis=1)
    inner = (speed[1:-1] < speed[:-2]) & (speed[1:-1] < speed[2:]) & (run.loss[1:-1] > 1e-12 * run.loss[0])
    still = run.times * speed <= tolerance * run.loss
    return 1 + np.flatnonzero(inner & still[1:-1])


def first_residual(student: LinearRNN, teacher: LinearRNN, k: int) -> float:
    r"""$r_0 = -\sum_l \hat w_l\, p(\hat\lambda_l)\, s(\hat\lambda_l)$ at a balanced student at rest.

    $p = \prod_i (x - \lambda_i)^2$ over its atoms, and $s$ of degree $k - 1 - 2n$ minimizes the sum of the
    squared coefficients of $1 - ps$ (`thm-plateau-sign`).

    Args:
        student: its active part, n atoms with 2n < k, none at zero.
        teacher: the teacher, symmetric A.
        k: training length.

    Returns:
        The residual at lag 0; negative for every balanced teacher on [-1, 1] that is not the student.
    """
    poles, weights = spectral_measure(teacher)
    p, s = optimal_approximant(spectral_measure(student)[0], k)
    return -float(np.sum(weights * polynomial.polyval(poles, p) * polynomial.polyval(poles, s)))


def optimal_approximant(
    atoms: Float[np.ndarray, " n"], k: int
) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, " s"]]:
    r"""$p = \prod_i (x - \lambda_i)^2$ and the $s$ of degree $k - 1 - 2n$ for which $\|1 - ps\|$ is least.

    Args:
        atoms: the poles $\lambda_i$, shape (n,).
        k: training length, above 2n.

    Returns:
        Coefficients of p and of s, lowest degree first.

    Raises:
        ValueError: k not above 2n.
    """
    if k <= 2 * len(atoms):
        raise ValueError(
            f"{len(atoms)} atoms need k > {2 * len(atoms)}, but k = {k}; 1 - ps has no room for s."
        )
    p = polynomial.polyfromroots(np.repeat(atoms, 2))
    shifted = np.stack(
        [np.roll(np.append(p, np.zeros(k - len(p))), i) for i in range(k + 1 - len(p))], axis=1
    )
    return p, np.linalg.lstsq(shifted, np.eye(k)[0], rcond=None)[0]


def growth_rate(fit: LinearRNN, target: Float[Array, " k"], structure: str = "symmetric") -> float:
    r"""Rate at which a new mode grows at a plateau (`thm-plateau-rates`).

    $2|r_0| (1 + \sum_i w_i / \lambda_i^2)$ for symmetric A in the Frobenius metric, $2|r_0|$ for diagonal A.
    What is unbalanced decays at $2|r_0|$ in both.

    Args:
        fit: the student's active part, its atoms not at zero.
        target: the teacher's first k responses, shape (k,).
        structure: "symmetric" or "diagonal".

    Returns:
        The rate; negative where $r_0 > 0$ and a new mode would die out.

    Raises:
        ValueError: another structure.
    """
    poles, weights = spectral_measure(fit)
    if structure not in ("symmetric", "diagonal"):
        raise ValueError(f"the rate is known for symmetric and diagonal students, but not for {structure!r}.")
    coupling = np.sum(weights / poles**2) if structure == "symmetric" else 0.0
    return float(-2 * residuals(fit, target)[0] * (1 + coupling))


def linearization(rnn: LinearRNN, target: Float[Array, " k"], structure: str = "symmetric") -> Array:
    r"""The matrix that drives small deviations from a resting student: the derivative of minus the gradient.

    Deviations are measured in an orthonormal basis (Frobenius metric) of the structure.  Forward-mode
    differentiation of the closed-form gradient, exact to rounding; nothing of `growth_rate` enters here.

    Args:
        rnn: the student at rest, single.
        target: the teacher's first k responses, shape (k,).
        structure: "symmetric" or "diagonal".

    Returns:
        Symmetric matrix; its eigenvalues are the rates at which deviations grow.

    Raises:
        TypeError: target not floating point.
        ValueError: a batch of students, A not of the structure, target empty, NaN or infinite.
    """
    import torch

    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}, but one student is linearized at a time: rnn[i].")
    require_structure(rnn.A, structure)
    d, goal = rnn.dim, torch.from_numpy(as_numpy(as_target(rnn, target)))
    rows, cols = np.triu_indices(d) if structure == "symmetric" else np.diag_indices(d)
    scale = torch.from_numpy(np.where(rows == cols, 1.0, np.sqrt(2.0)))
    basis = torch.zeros((len(rows), d, d), dtype=torch.float64)
    basis[np.arange(len(rows)), rows, cols] += 0.5 * scale
    basis[np.arange(len(rows)), cols, rows] += 0.5 * scale
    at = rnn.map(lambda x: torch.from_numpy(as_numpy(x)))

    def velocity(x):
        a, B, C = x.split([len(rows), d, d])
        moved = at.A + torch.tensordot(a, basis, 1), at.B + B, at.C + C
        _, toward_A, toward_B, toward_C = loss_and_gradients(*moved, goal, None, structure)
        return -torch.cat([scale * toward_A[rows, cols], toward_B, toward_C])

    J = torch.func.jacfwd(velocity)(torch.zeros(len(rows) + 2 * d, dtype=torch.float64))
    return like(rnn.A, (J + J.T) / 2)


def at_plateau(
    fit: LinearRNN, d: int, size: float, rng: np.random.Generator, structure: str = "symmetric"
) -> tuple[LinearRNN, Float[np.ndarray, "n d"]]:
    r"""A student of d states close to a plateau: the fit, and one new direction of B and one of C.

    Args:
        fit: the active part, n atoms.
        d: states of the student, more than n.
        size: of the new entries, b and c drawn independently in every inactive direction.
        rng: NumPy random generator; it is advanced.
        structure: "symmetric" students are turned by a random rotation, "diagonal" ones stay as they are.

    Returns:
        The student, and the active eigenvectors as the rows of an (n, d) array.

    Raises:
        ValueError: d not above n.
    """
    n = fit.dim
    if d <= n:
        raise ValueError(
            f"d must exceed the {n} atoms of fit to leave a direction for a new one, but is {d}."
        )
    require_structure(fit.A, "diagonal")
    A = np.zeros((d, d))
    A[:n, :n] = fit.A
    B, C = size * rng.standard_normal((2, d))
    B[:n], C[:n] = fit.B, fit.C
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0] if structure == "symmetric" else np.eye(d)
    A = turn @ A @ turn.T
    return LinearRNN((A + A.T) / 2, turn @ B, turn @ C), turn[:, :n].T
