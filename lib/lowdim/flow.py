r"""Gradient flow $\dot\theta = -\nabla L(\theta)$, integrated to convergence.

The flow is stiff: it sits on plateaus for $10^5$ units of time while its fast directions relax in one.
Explicit descent pays for every unit; an implicit method with error control (SUNDIALS CVODE, backward
differentiation formulas) takes some two thousand steps for any length of time.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from sksundae.cvode import CVODE

from lowdim.checks import Array, require_finite, require_float, require_structure
from lowdim.objective import as_target, lag_gram, like, loss_and_gradients, population_loss
from lowdim.systems import LinearRNN
from lowdim.trajectory import RunStopped, Trajectory

_SNAPSHOTS = 200  # recorded by default: enough for a curve, little enough for d = 200
_MOST_STEPS = 10**6  # a run needs thousands; this many are a run that no longer moves


def gradient_flow(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    t_end: float,
    structure: str = "symmetric",
    rtol: float = 1e-8,
    atol: float = 1e-12,
    times: Float[Array, " T"] | None = None,
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
) -> Trajectory:
    r"""Integrate $\dot A = -\nabla_A L$, $\dot B = -\nabla_B L$, $\dot C = -\nabla_C L$ from `rnn` at time 0.

    $L$ is `population_loss`.  For symmetric A the gradient is that of the Frobenius metric, so A moves by the
    symmetric part of the free gradient.

    Args:
        rnn: the student at time 0, a single system.
        target: the teacher's first k responses, shape (k,).
        t_end: time to stop at, positive.
        structure: "symmetric", "free" or "diagonal" transition matrices.
        rtol: relative tolerance of each step, per coordinate.
        atol: absolute tolerance of each step, per coordinate.
        times: when to record, increasing, within [0, t_end]; by default up to 200 of the integrator's own
            steps, which crowd where something happens.  The run ends at the last of them.
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.

    Returns:
        Trajectory in the array kind of `rnn`.

    Raises:
        TypeError: target or times not floating point.
        ValueError: arguments out of range, A not of the structure, a batch of students.
        RunStopped: the integrator gave up; the message has the time reached, `.trajectory` the run so far.
    """
    if rnn.batch:
        raise ValueError(
            f"gradient_flow integrates one student at a time, but rnn has batch axes {rnn.batch}: each "
            "student needs steps of its own. Loop over rnn[i], or use lowdim.sweep."
        )
    require_structure(rnn.A, structure)
    target = as_target(rnn, target)
    gram = lag_gram(target.shape[-1], covariance, outputs)
    start = rnn.map(lambda x: np.asarray(x, dtype=np.float64))
    goal, d = np.asarray(target, dtype=np.float64), rnn.dim
    wanted = _checked_times(t_end, times)
    evaluations = 0

    def unpack(y: np.ndarray) -> tuple:
        return y[: d * d].reshape(d, d), y[d * d : -d], y[-d:]

    def velocity(_t: float, y: np.ndarray, out: np.ndarray) -> None:
        nonlocal evaluations
        evaluations += 1
        _, *slopes = loss_and_gradients(*unpack(y), goal, gram, structure)
        for part, slope in zip(unpack(out), slopes, strict=True):
            part[:] = -slope

    solver = CVODE(
        velocity,
        method="BDF",
        linsolver="gmres",
        krylov_dim=10,
        rtol=rtol,
        atol=atol,
        max_num_steps=_MOST_STEPS,
    )
    y0 = np.concatenate([start.A.ravel(), start.B, start.C])
    kept, steps, stopped = _integrate(solver, y0, t_end, wanted)
    states = np.stack([y for _, y in kept])
    A, B, C = states[:, : d * d].reshape(-1, d, d), states[:, d * d : -d], states[:, -d:]
    path = LinearRNN(*(like(rnn.A, x) for x in (A, B, C)))
    run = Trajectory(
        np.array([t for t, _ in kept]),
        path,
        population_loss(path, target, covariance, outputs),
        evaluations,
        steps,
    )
    if stopped:
        raise RunStopped(stopped, run)
    return run


def _checked_times(t_end: float, times: Array | None) -> np.ndarray | None:
    """The recording times as a NumPy array, or None; a ValueError for times that cannot be meant."""
    if not (t_end > 0 and np.isfinite(t_end)):
        raise ValueError(f"t_end must be positive and finite, but is {t_end!r}; gradient flow runs forward.")
    if times is None:
        return None
    require_float("times", times)
    times = np.asarray(times, dtype=np.float64)
    if times.ndim != 1 or times.size == 0:
        raise ValueError(f"times must be a non-empty list of times, shape (T,), but has shape {times.shape}.")
    require_finite("times", times)
    if (np.diff(times) <= 0).any():
        at = int(np.argmax(np.diff(times) <= 0))
        raise ValueError(f"times must increase, but times[{at}:{at + 2}] is {times[at : at + 2]}; sort them.")
    if times[0] < 0 or times[-1] > t_end:
        raise ValueError(
            f"times must lie within [0, t_end] = [0, {t_end:g}], but run from {times[0]:g} to {times[-1]:g}."
        )
    return times


def _integrate(
    solver: CVODE, y0: np.ndarray, t_end: float, times: np.ndarray | None
) -> tuple[list, int, str]:
    """Step to t_end; return the (time, state) pairs recorded, the steps taken, and what went wrong."""
    solver.init_step(0.0, y0)
    t_end = t_end if times is None else float(times[-1])
    pending = [] if times is None else list(times[::-1])
    kept: list[tuple[float, np.ndarray]] = []
    if times is None or pending[-1] == 0.0:
        kept.append((0.0, y0))
    if pending and pending[-1] == 0.0:
        pending.pop()
    t, steps, every = 0.0, 0, 1
    while t < t_end:
        state = solver.step(t_end, method="onestep", tstop=t_end)
        if not state.success:
            return kept, steps, f"CVODE gave up at time {state.t:g} of {t_end:g}: {state.message}"
        t, steps = state.t, steps + 1
        while pending and pending[-1] <= t:  # interpolated with the integrator's own polynomial
            at = pending.pop()
            kept.append((at, state.y if at == t else solver.step(at, method="normal", tstop=t_end).y))
        if times is None and (steps % every == 0 or t >= t_end):
            kept.append((t, state.y))
            if len(kept) > _SNAPSHOTS and t < t_end:
                kept, every = kept[::2], 2 * every
    return kept, steps, ""
