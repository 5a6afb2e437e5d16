"""Runs for ``lowdim.experiments.sweep``: plain arguments in, a row of measurements out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowdim.dynamics.kernel import linearized_response
from lowdim.systems.compare import extrapolation_error, remembered_lags
from lowdim.systems.linear import impulse_response, spectral_measure
from lowdim.systems.realization import effective_dimension
from lowdim.systems.students import random_student, student_with_radius
from lowdim.systems.teachers import spread_teacher, teacher
from lowdim.training.flow import gradient_flow


def flow_run(
    seed: int,
    std: float,
    k: int,
    d: int,
    d_hat: int | None = None,
    poles: Sequence[float] | None = None,
    weights: Sequence[float] | None = None,
    structure: str = "symmetric",
    horizon: int = 501,
    t_end: float = 1e7,
    rtol: float = 1e-8,
) -> dict[str, float]:
    r"""Train one student by gradient flow from a random start, and measure what became of it.

    Args:
        seed: of the student's random generator.
        std: standard deviation of its entries at the start.
        k: training length.
        d: state dimension of the student.
        d_hat: state dimension of the teacher of `spread_teacher`; or give
        poles: of another teacher, and
        weights: of them, one each.
        structure: "symmetric", "free" or "diagonal" transition matrices.
        horizon: number of lags over which the error is taken.
        t_end: time of the flow.
        rtol: relative tolerance of the integrator.

    Returns:
        `loss` at the end; `extrapolation_error`, the largest response error below the horizon; `radius`, the
        spectral radius; `dimension`, the number of Hankel singular values above 1e-6 of the first;
        `evaluations` of the gradient.

    Raises:
        ValueError: neither a d_hat nor poles and weights, or both.
    """
    if (d_hat is None) == (poles is None) or (poles is None) != (weights is None):
        raise ValueError("name the teacher by d_hat alone, or by poles and weights together.")
    goal = spread_teacher(d_hat) if d_hat is not None else teacher(poles or [], weights or [])
    start = random_student(d, std, np.random.default_rng(seed), structure)
    run = gradient_flow(start, impulse_response(goal, k), t_end, structure, rtol=rtol)
    return {
        "loss": float(run.loss[-1]),
        "extrapolation_error": float(extrapolation_error(run.final, goal, horizon)),
        "radius": float(np.abs(np.linalg.eigvals(run.final.A)).max()),
        "dimension": effective_dimension(run.final),
        "evaluations": run.evaluations,
    }


def future_run(
    seed: int,
    std: float,
    k: int,
    d: int,
    poles: Sequence[float],
    weights: Sequence[float],
    lags: Sequence[int],
    atoms: int = 8,
    t_end: float = 1e7,
    rtol: float = 1e-10,
) -> dict[str, float | list[float]]:
    r"""Train one student, and keep what a figure needs to show it beside its teacher.

    Args:
        seed: of the student's random generator.
        std: standard deviation of its entries at the start.
        k: training length.
        d: state dimension of the student.
        poles: of the teacher.
        weights: of the teacher, one each.
        lags: at which responses are compared.
        atoms: how many of the student's atoms are kept, the heaviest.
        t_end: time of the flow.
        rtol: relative tolerance of the integrator.

    Returns:
        `loss` at the end; `differences` $m_j - \hat m_j$ at the lags; `poles` and `weights` of the atoms.
    """
    truth = teacher(poles, weights)
    start = random_student(d, std, np.random.default_rng(seed))
    final = gradient_flow(start, impulse_response(truth, k), t_end, rtol=rtol).final
    places, masses = spectral_measure(final)
    heavy = np.argsort(-np.abs(masses))[:atoms]
    apart = impulse_response(final, max(lags) + 1) - impulse_response(truth, max(lags) + 1)
    return {
        "loss": float(np.sum(apart[:k] ** 2)),
        "differences": apart[list(lags)].tolist(),
        "poles": places[heavy].tolist(),
        "weights": masses[heavy].tolist(),
    }


def memory_run(
    seed: int,
    scale: float,
    radius: float,
    k: int,
    d: int,
    poles: Sequence[float],
    weights: Sequence[float],
    horizon: int = 1001,
    t_end: float = 1e7,
) -> dict[str, float]:
    r"""Train a student whose memory at the start is set by hand, beside its linearization there.

    Args:
        seed: of the random generator.
        scale: $\sqrt{E \lVert B \rVert^2}$ and the same for C at the start.
        radius: spectral radius of the symmetric A at the start.
        k: training length.
        d: state dimension.
        poles: of the teacher.
        weights: of the teacher.
        horizon: number of lags compared.
        t_end: time of the flow.

    Returns:
        `loss` at the end; `remembered` lags of the trained student and `kernel_remembered` of the
        linearized one (`remembered_lags`); `departure`, the distance between their responses from lag k on,
        relative to the distance of the linearized one from the teacher.
    """
    goal = teacher(poles, weights)
    start = student_with_radius(d, radius, scale, np.random.default_rng(seed))
    truth = impulse_response(goal, horizon)
    trained = impulse_response(gradient_flow(start, truth[:k], t_end).final, horizon)
    linear = linearized_response(start, truth[:k], horizon)
    return {
        "loss": float(np.sum((trained - truth)[:k] ** 2)),
        "remembered": remembered_lags(trained, truth),
        "kernel_remembered": remembered_lags(linear, truth),
        "departure": float(np.linalg.norm((trained - linear)[k:]) / np.linalg.norm((linear - truth)[k:])),
    }
