r"""Students at the start of training: near zero, with a memory of their own, or near a teacher."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lowdim.arrays import require_count, require_rng
from lowdim.systems.balance import require_balanced
from lowdim.systems.linear import LinearRNN, spectral_measure
from lowdim.systems.structures import project


def nearby_student(
    teacher: LinearRNN, d: int, rng: np.random.Generator, shift: float, stray: float, imbalance: float
) -> LinearRNN:
    r"""A student of d states in random coordinates whose measure is that of the teacher, disturbed.

    Each pole of the teacher is moved by `shift` and each weight by its `shift` part, times standard normal
    numbers; poles stay in $[-1, 1]$.  The other $d - \hat d$ poles are uniform there, with total weight
    `stray`.  B and C differ in a random direction.

    Args:
        teacher: the teacher, a single balanced NumPy system with symmetric A.
        d: state dimension, at least the teacher's.
        rng: NumPy random generator; it is advanced.
        shift: size of the disturbance of poles and weights.
        stray: total weight of the other poles.
        imbalance: $\lVert B - C^{\mathsf T} \rVert / \lVert B + C^{\mathsf T} \rVert$.

    Returns:
        A symmetric LinearRNN.

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: a batch of teachers, or one that is not balanced; d below the teacher's dimension.
    """
    d, others = require_count("d", d), d - teacher.dim
    require_rng(rng)
    if teacher.batch:
        raise ValueError(f"teacher has batch axes {teacher.batch}, but one is wanted: teacher[i].")
    require_balanced("teacher", teacher)
    if others < 0:
        raise ValueError(f"d must be at least the teacher's dimension {teacher.dim}, but is {d}.")
    poles, weights = spectral_measure(teacher)
    poles = np.clip(poles + shift * rng.standard_normal(len(poles)), -1, 1)
    weights = np.abs(weights * (1 + shift * rng.standard_normal(len(poles))))
    x = np.append(poles, rng.uniform(-1, 1, others))
    v = 2 * np.sqrt(np.append(weights, stray * rng.dirichlet(np.ones(others)) if others else []))
    u = rng.standard_normal(d)
    u *= imbalance * np.linalg.norm(v) / np.linalg.norm(u)
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A = (Q * x) @ Q.T
    return LinearRNN((A + A.T) / 2, Q @ (v + u) / 2, Q @ (v - u) / 2)


def planted_student(
    poles: Sequence[float], weights: Sequence[float], d: int, std: float, rng: np.random.Generator
) -> LinearRNN:
    r"""A balanced student that begins at a solution: $B = C^{\mathsf T}$, and a measure all but given.

    The first states are $\mathrm{diag}(\lambda)$ with ports $\sqrt{w}$, and a `random_student` is added to A
    and B.

    Args:
        poles: $\lambda$, at most d of them.
        weights: $w \ge 0$, one each.
        d: state dimension.
        std: standard deviation of the entries added.
        rng: NumPy random generator; it is advanced.

    Returns:
        A symmetric LinearRNN with B = C.

    Raises:
        ValueError: more than d poles, not one weight each, or a negative one.
    """
    at, masses = np.asarray(poles, dtype=float), np.asarray(weights, dtype=float)
    if at.shape != masses.shape or at.ndim != 1 or at.size > d or (masses < 0).any():
        raise ValueError(
            f"a planted student needs at most d = {d} poles and a weight >= 0 for each, but got poles "
            f"{at} and weights {masses}."
        )
    noise, used = random_student(d, std, rng), np.arange(at.size)
    A, B = noise.A.copy(), noise.B.copy()
    A[used, used] += at
    B[used] += np.sqrt(masses)
    return LinearRNN(A, B, B)


def student_with_radius(d: int, radius: float, scale: float, rng: np.random.Generator) -> LinearRNN:
    r"""A random symmetric student with A and B, C on scales of their own.

    Args:
        d: state dimension.
        radius: spectral radius of A.
        scale: standard deviation of the entries of B and C, times $\sqrt d$.
        rng: random generator; it is advanced.

    Returns:
        A LinearRNN.
    """
    rnn = random_student(d, 1.0, rng)
    A = rnn.A * (radius / np.abs(np.linalg.eigvalsh(rnn.A)).max())
    return LinearRNN(A, rnn.B * scale / np.sqrt(d), rnn.C * scale / np.sqrt(d))


def random_student(
    d: int, std: float, rng: np.random.Generator, structure: str = "symmetric", batch: tuple[int, ...] = ()
) -> LinearRNN:
    r"""A Gaussian student: $B, C \sim N(0, \sigma^2 I)$ and A a Gaussian G projected on the structure.

    The entries of $G$ are $N(0, \sigma^2)$, so the spectrum of a symmetric $A = (G + G^{\mathsf T})/2$ fills
    about $[-\sigma\sqrt{2d}, \sigma\sqrt{2d}]$.

    Args:
        d: state dimension, at least 1.
        std: standard deviation $\sigma > 0$ of the Gaussian entries (the initialization scale).
        rng: NumPy random generator; it is advanced.
        structure: "symmetric", "free" or "diagonal" transition matrices, made from the same G.
        batch: leading batch axes, one independent student each.

    Returns:
        A NumPy float64 LinearRNN.

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: d below 1, std not positive and finite, or an unknown structure.
    """
    d = require_count("d", d)
    if not (std > 0 and math.isfinite(std)):
        raise ValueError(f"std must be positive and finite, but is {std!r}; near zero is e.g. 1e-4.")
    require_rng(rng)
    A = std * rng.standard_normal((*batch, d, d))
    B, C = std * rng.standard_normal((2, *batch, d))
    return LinearRNN(project(A, structure), B, C)
