r"""What is left of the initialization after training, and what it costs at every lag.

A trained student's measure has $\hat d$ awake atoms, at the teacher's, and sleepers: atoms near zero whose
weights are products of two numbers of the size of the start.  They answer at lag 0 and almost nowhere else.
The awake atoms, which can move, make room for them by least squares; hence the error at every later lag.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.moments.tangents import moment_tangents
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure


def cost_of_sleep(teacher: LinearRNN, k: int, horizon: int) -> Float[np.ndarray, " horizon"]:
    r"""Residuals at every lag that sleepers of total weight 1 at zero cause, to first order.

    With the tangents T and their first k rows $T_k$: $r = e_0 - T\, T_k^+ e_0$.

    Args:
        teacher: the teacher, symmetric.
        k: training length, at least $2 \hat d$.
        horizon: number of lags.

    Returns:
        Array of shape (horizon,).

    Raises:
        ValueError: k below $2 \hat d$, where the awake atoms can hide the sleepers from training.
    """
    if k < 2 * teacher.dim:
        raise ValueError(
            f"k = {k} is below 2 x {teacher.dim} lags, which {teacher.dim} atoms fit whatever sleeps."
        )
    tangents = moment_tangents(*spectral_measure(teacher), max(k, horizon))
    moved = np.linalg.lstsq(tangents[:k], np.eye(k)[0], rcond=None)[0]
    return (np.eye(len(tangents))[0] - tangents @ moved)[:horizon]


def fading_mass(
    teacher: LinearRNN,
    k: int,
    mass: Float[np.ndarray, "*batch"] | float,
    elapsed: Float[np.ndarray, "*batch"] | float,
) -> Float[np.ndarray, "*batch"]:
    r"""What is left of the sleepers' mass s after some time of gradient flow with symmetric A.

    $$s(t) = \frac{s_0}{1 + 4 c\, f s_0 t}, \qquad f = 1 + \sum_i \hat w_i / \hat\lambda_i^2 ,$$

    with c the first entry of `cost_of_sleep` (`prop-sleepers-fade`).  For $k = 2\hat d$ it is zero.

    Args:
        teacher: the teacher, symmetric, no pole at zero.
        k: training length, at least $2 \hat d$.
        mass: $s_0$, when the awake atoms have settled.
        elapsed: times t since then.

    Returns:
        Array of the shape that mass and elapsed have together.
    """
    poles, weights = spectral_measure(teacher)
    rate = 4 * cost_of_sleep(teacher, k, 1)[0] * (1 + np.sum(weights / poles**2))
    return mass / (1 + rate * mass * elapsed)


def sleeping_mass(student: LinearRNN, threshold: float = 0.1) -> float:
    """Total weight of the atoms within `threshold` of zero.

    Args:
        student: a single symmetric system.
        threshold: what counts as near zero; below the teacher's smallest pole.
    """
    poles, weights = spectral_measure(student)
    return float(weights[np.abs(poles) < threshold].sum())


def unexplained(student: LinearRNN, teacher: LinearRNN, k: int, horizon: int) -> float:
    r"""Largest distance between residuals and prediction, relative to the largest residual.

    Args:
        student: trained on k lags of the teacher.
        teacher: the teacher.
        k: training length.
        horizon: number of lags.
    """
    residual = impulse_response(student, horizon) - impulse_response(teacher, horizon)
    predicted = sleeping_mass(student) * cost_of_sleep(teacher, k, horizon)
    return float(np.abs(residual - predicted).max() / np.abs(residual).max())
