r"""The recalled protocol at full size: linear teachers of five states, students of forty, error against k."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.structures import project
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

FAMILIES = ("near zero", "default start", "wrong labels")
_GAP = 0.2  # least distance of two poles: five of them fill half of the interval
_STD = 1e-3  # scale of a start near zero


def drawn_teacher(d_hat: int, balanced: bool, rng: np.random.Generator) -> LinearRNN:
    """Poles uniform on [-0.95, 0.95], drawn again until any two are more than 0.2 apart.

    Weights are uniform on [0.2, 0.8], then scaled to the sum 1; of an unbalanced teacher each has a random
    sign, drawn again until there are both signs.

    Args:
        d_hat: number of poles, from 2 to 9.
        balanced: whether all weights are positive.
        rng: NumPy random generator; it is advanced.
    """
    while True:
        poles = np.sort(rng.uniform(-0.95, 0.95, d_hat))[::-1]
        if -np.diff(poles).max() > _GAP:
            break
    weights = rng.uniform(0.2, 0.8, d_hat)
    signs = np.ones(d_hat)
    while not balanced and abs(signs.sum()) == d_hat:
        signs = rng.choice([-1.0, 1.0], d_hat)
    return teacher(poles, signs * weights / weights.sum())


def family_start(family: str, d: int, structure: str, rng: np.random.Generator) -> LinearRNN:
    r"""A start near zero, or as PyTorch starts its recurrent layers, uniform on $\pm 1/\sqrt d$.

    Args:
        family: one of `FAMILIES`; all but the first start as PyTorch does.
        d: state dimension.
        structure: "symmetric", "free" or "diagonal".
        rng: NumPy random generator; it is advanced.

    Raises:
        ValueError: an unknown family.
    """
    if family not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(map(repr, FAMILIES))}, but is {family!r}.")
    if family == FAMILIES[0]:
        return random_student(d, _STD, rng, structure)
    A, B, C = (rng.uniform(-1, 1, shape) / np.sqrt(d) for shape in ((d, d), d, d))
    return LinearRNN(project(A, structure), B, C)


def family_target(family: str, responses: Float[np.ndarray, " lags"], k: int) -> Float[np.ndarray, " m"]:
    r"""What training sees: the first k responses; the last family also k wrong ones after them.

    These are the responses with an echo after k lags, $\hat m_j + \hat m_{j-k}$.

    Args:
        family: one of `FAMILIES`.
        responses: of the teacher, at least 2 k of them.
        k: training length.
    """
    right = responses[:k]
    return right if family != FAMILIES[-1] else np.concatenate([right, responses[k : 2 * k] + right])


def protocol_run(
    seed: int,
    k: int,
    family: str,
    structure: str = "free",
    balanced: bool = True,
    d: int = 40,
    d_hat: int = 5,
    horizon: int = 201,
) -> dict[str, float]:
    """Train one student of a drawn teacher by gradient flow; teacher and start depend on the seed alone.

    Args:
        seed: of teacher and start.
        k: training length.
        family: one of `FAMILIES`.
        structure: "symmetric", "free" or "diagonal".
        balanced: whether the teacher is.
        d: state dimension of the student.
        d_hat: of the teacher.
        horizon: number of lags over which the error is taken.

    Returns:
        Largest response errors: `training` below lag k, `extrapolation_error` below the horizon.
    """
    rng = np.random.default_rng(seed)
    truth = impulse_response(drawn_teacher(d_hat, balanced, rng), horizon)
    start = family_start(family, d, structure, rng)
    # Near zero the last modes wake late; from elsewhere the training lags are learned long before.
    t_end = 1e7 if family == FAMILIES[0] else 1e4
    run = gradient_flow(start, family_target(family, truth, k), t_end, structure, rtol=1e-6)
    error = np.abs(impulse_response(run.final, horizon) - truth)
    return {"training": float(error[:k].max()), "extrapolation_error": float(error.max())}
