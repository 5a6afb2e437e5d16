r"""Random students near a teacher: something to hold a certificate against."""

from __future__ import annotations

import numpy as np

from lowdim.checks import require_count, require_rng
from lowdim.systems import LinearRNN, spectral_measure


def nearby_student(
    truth: LinearRNN, d: int, rng: np.random.Generator, shift: float, stray: float, imbalance: float
) -> LinearRNN:
    r"""A student of d states in random coordinates whose measure is that of the teacher, disturbed.

    Each pole of the teacher is moved by `shift` and each weight by its `shift` part, times standard normal
    numbers; poles stay in $[-1, 1]$.  The other $d - \hat d$ poles are uniform there, with total weight
    `stray`.  B and C differ in a random direction.

    Args:
        truth: the teacher, a single balanced NumPy system.
        d: state dimension, at least the teacher's.
        rng: NumPy random generator; it is advanced.
        shift: size of the disturbance of poles and weights.
        stray: total weight of the other poles.
        imbalance: $\lVert B - C^{\mathsf T} \rVert / \lVert B + C^{\mathsf T} \rVert$.

    Returns:
        A symmetric LinearRNN.

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: d below the teacher's dimension.
    """
    d, others = require_count("d", d), d - truth.dim
    require_rng(rng)
    if others < 0:
        raise ValueError(f"d must be at least the teacher's dimension {truth.dim}, but is {d}.")
    poles, weights = spectral_measure(truth)
    poles = np.clip(poles + shift * rng.standard_normal(len(poles)), -1, 1)
    weights = np.abs(weights * (1 + shift * rng.standard_normal(len(poles))))
    x = np.append(poles, rng.uniform(-1, 1, others))
    v = 2 * np.sqrt(np.append(weights, stray * rng.dirichlet(np.ones(others)) if others else []))
    u = rng.standard_normal(d)
    u *= imbalance * np.linalg.norm(v) / np.linalg.norm(u)
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A = (Q * x) @ Q.T
    return LinearRNN((A + A.T) / 2, Q @ (v + u) / 2, Q @ (v - u) / 2)
