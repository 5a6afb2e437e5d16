r"""Gradient flow $\dot\theta = -\nabla L(\theta)$, integrated to convergence.

The flow is stiff: it rests on plateaus for $10^5$ units of time while its fast directions relax in one.
Descent pays for every unit.  An implicit method with error control (SUNDIALS CVODE: backward differentiation
formulas of order one to five, Newton's method) takes some two thousand steps to any time.  Two things keep a
step cheap: `newton` solves its equations by a factor of size k, and `krylov_space` finds the few directions
that a symmetric student moves in at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout

import numpy as np
from jaxtyping import Float
from sksundae.cvode import CVODE
from tqdm import tqdm

from lowdim.arrays import Array, as_numpy, like, require_times
from lowdim.systems.compare import as_target, residuals
from lowdim.systems.linear import LinearRNN, detached
from lowdim.systems.structures import require_structure
from lowdim.training._charts import CHARTS
from lowdim.training._krylov_space import krylov_basis, lift, restrict
from lowdim.training._newton import Newton
from lowdim.training.objective import lag_gram, quadratic_loss
from lowdim.training.trajectory import RunStopped, Trajectory

_SNAPSHOTS = 200  # recorded by default: enough for a curve
_ENTRIES = 2**25  # of all matrices recorded by default (256 MB)
_FIRST_SPACE = 32  # directions tried first for a symmetric student; near zero no width needs more
_LEAK = 1e-4  # of atol: what may reach the edge of that space before it is made larger
_MANY = 5000  # steps after which Newton's matrix gets its residual part: fits take some two thousand
_LOOK = 5  # steps between two searches for growth from then on
_MOST = 200_000  # steps after which a run is stopped


class _Leaked(Exception):
    """The motion reached the edge of the space that it was restricted to, after so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps


class _GaveUp(Exception):
    """The integrator finds no step that leads on."""


@np.errstate(over="ignore", invalid="ignore")  # a run that overflows is reported by RunStopped
def gradient_flow(
    rnn: LinearRNN,
    target: Float[Array, "*target k"],
    t_end: float,
    structure: str = "symmetric",
    rtol: float = 1e-8,
    atol: float | None = None,
    times: Float[Array, " T"] | None = None,
    covariance: Float[Array, "k k"] | None = None,
    outputs: str = "last",
    gram: Float[Array, "k k"] | None = None,
) -> Trajectory:
    r"""Integrate $\dot A = -\nabla_A L$, $\dot B = -\nabla_B L$, $\dot C = -\nabla_C L$ from `rnn` at time 0.

    $L$ is `population_loss`.  For symmetric A the gradient is that of the Frobenius metric, so A moves by the
    symmetric part of the free gradient.

    Args:
        rnn: the student at time 0, a single system.
        target: the teacher's first k responses, shape (k,).
        t_end: time to stop at, positive.
        structure: "symmetric", "free" or "diagonal" transition matrices.
        rtol: relative tolerance of each step, in each entry of `coordinates`.
        atol: absolute tolerance of each step, in each entry of `coordinates`; by default $10^{-12}$, or
            $10^{-8}$ of the largest weight at the start where that is less.
        times: when to record, increasing, within [0, t_end]; the run ends at the last of them.  By default
            up to 200 of the integrator's own steps (fewer beyond d = 400), which crowd where something
            happens, the first and the last.
        covariance: input covariance in order of time, shape (k, k); white if None.
        outputs: "last" or "all" outputs supervised.
        gram: the matrix $M$ of the loss itself, shape (k, k), in place of the two before; `np.diag(w)` gives
            lag j the weight $w_j$.

    Returns:
        Trajectory in the array kind of `rnn`.

    Raises:
        TypeError: target, times, covariance or gram not floating point.
        ValueError: arguments out of range or refused by `lag_gram`, A not of the structure, a batch of
            students.
        RunStopped: the integrator gave up, or took 200,000 steps; the message has the time reached,
            `.trajectory` the run so far.

    >>> from lowdim.systems import teacher
    >>> start, target = teacher([0.0], [0.01]), np.array([1.0])  # m' = 4 m (1 - m)
    >>> run = gradient_flow(start, target, t_end=100.0)
    >>> round(float(run.final.B[0] * run.final.C[0]), 6)
    1.0
    """
    if rnn.batch:
        raise ValueError(
            f"gradient_flow integrates one student, but rnn has batch axes {rnn.batch}; each student needs "
            "steps of its own: loop over rnn[i], or use lowdim.experiments.sweep."
        )
    rnn = detached(rnn)
    require_structure(rnn.A, structure)
    goal = as_numpy(as_target(rnn, target))
    gram = lag_gram(goal.size, covariance, outputs, gram)
    metric = np.eye(goal.size) if gram is None else gram
    times = _checked(times, t_end)
    start = rnn.map(as_numpy)
    if atol is None:
        largest = max(np.abs(x).max() for x in (start.A, start.B, start.C))
        atol = min(1e-12, 1e-8 * largest) or 1e-12  # a student of zeros stays at rest
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} must be positive and finite, but is {value!r}; the defaults serve.")
    end = float(t_end if times is None else times[-1])
    size = _FIRST_SPACE if structure == "symmetric" else rnn.dim
    evaluations = steps = 0
    while True:
        whole = size >= rnn.dim
        basis = krylov_basis(start, size)
        newton = Newton(CHARTS[structure](basis.shape[1], goal.size), goal, metric)
        y0 = newton.chart.pack(start if whole else restrict(start, basis))
        most = max(2, min(_SNAPSHOTS, _ENTRIES // rnn.dim**2))
        leak = np.inf if whole else _LEAK * atol
        try:
            steps_ = _advance(newton, (rtol, atol), y0, end, leak)
            kept, taken, failure = _integrate(steps_, y0, end, times, most)
        except _Leaked as leaked:
            size, evaluations, steps = 2 * size, evaluations + newton.evaluations, steps + leaked.steps
            continue
        break
    reached, states = zip(*kept, strict=True)
    path = newton.chart.unpack(np.stack(states))
    loss = like(rnn.A, quadratic_loss(residuals(path, goal), gram))
    path = (path if whole else lift(path, start, basis)).map(lambda x: like(rnn.A, x))
    run = Trajectory(np.array(reached), path, loss, evaluations + newton.evaluations, steps + taken)
    if failure:
        raise RunStopped(
            f"{failure} The loss there is {float(loss[-1]):.3g}; start from smaller weights, or allow larger "
            f"rtol and atol. {len(reached)} earlier states are in .trajectory.",
            run,
        )
    return run


def _checked(times: Array | None, t_end: float) -> Array | None:
    """The recording times as a NumPy array; a ValueError for what cannot be meant."""
    if not (t_end > 0 and np.isfinite(t_end)):
        raise ValueError(f"t_end must be positive and finite, but is {t_end!r}; gradient flow runs forward.")
    if times is None:
        return None
    times = require_times(times)
    if times[0] < 0 or times[-1] > t_end:
        raise ValueError(
            f"times must lie in [0, t_end = {t_end:g}], but run from {times[0]:g} to {times[-1]:g}."
        )
    return times


def _integrate(
    advance: Iterator[tuple[float, Array, CVODE]], y0: Array, end: float, times: Array | None, most: int
) -> tuple[list, int, str]:
    """Step to the end; return the (time, state) pairs recorded, the steps taken, and what stopped it.

    Raises _Leaked as `_advance` does.
    """
    waiting = [] if times is None else list(times[times > 0.0][::-1])
    kept = [(0.0, y0)] if times is None or times[0] == 0.0 else []
    t, y, steps, every = 0.0, y0, 0, 1
    try:
        for t, y, solver in _watched(advance, end):
            steps += 1
            while waiting and waiting[-1] <= t:  # on the integrator's own polynomial
                kept.append((waiting[-1], solver.step(waiting.pop(), method="normal", tstop=end).y))
            if times is None and (steps % every == 0 or t >= end):
                kept.append((t, y))
                if len(kept) > most and t < end:
                    kept, every = kept[::2], 2 * every
    except _GaveUp as stopped:
        return kept if kept and kept[-1][0] == t else [*kept, (t, y)], steps, str(stopped)
    return kept, steps, ""


def _advance(
    newton: Newton, tolerances: tuple[float, float], y0: Array, t_end: float, leak: float
) -> Iterator[tuple[float, Array, CVODE]]:
    """The integrator's own steps, each as its time, its state and the solver, until t_end is reached.

    Between two of them the solver may be asked to look back.  Where the target cannot be fitted, the residual
    part of the Jacobian stays, and Newton's method without it takes steps in proportion to time: after many
    steps it is taken along.  It then solves for what grows as it does for what decays, and a step longer than
    a growth takes would damp it: on a saddle that the flow leaves at once, the student would rest for ever.
    So steps are held below half the time of the fastest growth.

    Raises _Leaked where the motion reaches the edge of the space by more than `leak`, _GaveUp where no step
    leads on.
    """
    solver = newton.solver(*tolerances)
    solver.init_step(0.0, y0)
    t, y, steps, idle, again = 0.0, y0, 0, 0, 0.0
    taken, longest = 0.0, np.inf  # time: of the last step, of a step at most
    while t < t_end:
        try:
            if steps >= _MANY and steps % _LOOK == 0 and not idle:
                growth = newton.growth(y)
                if steps == _MANY or taken * growth > 1.0 or growth < 0.1 / longest:
                    longest = 0.5 / growth if growth else np.inf
                    solver = newton.solver(*tolerances, complete=True, longest=longest)
                    solver.init_step(t, y)
            with redirect_stdout(None):  # the solver prints what it also returns
                state = solver.step(t_end, method="onestep", tstop=t_end)
        except (np.linalg.LinAlgError, OverflowError) as error:
            raise _GaveUp(
                f"the integrator gave up at time {t:g} of {t_end:g}: {error}, from weights or targets "
                "too large for float64."
            ) from None
        if not state.success and t > again:  # some steps fail only for what the method remembers
            solver.init_step(t, y)
            again = t
            continue
        # Idle once after a look back; for ever when steps round to nothing.
        idle = idle + 1 if state.t == t else 0
        if not state.success or idle > 1:
            reason = "Its steps became too small to count." if state.success else state.message
            raise _GaveUp(f"the integrator gave up at time {t:g} of {t_end:g}: {reason}")
        if leak < np.inf and newton.chart.at_edge() > leak:
            raise _Leaked(steps)
        taken, t, y = state.t - t, state.t, state.y
        if not idle:
            steps += 1
            yield t, y, solver
        if steps >= _MOST:
            raise _GaveUp(f"the integrator stopped after {steps} steps, at time {t:g} of {t_end:g}.")


def _watched(
    steps: Iterator[tuple[float, Array, CVODE]], t_end: float
) -> Iterator[tuple[float, Array, CVODE]]:
    """The same steps, behind a bar that shows the logarithm of time, if they take more than two seconds."""
    form = "{desc} {percentage:3.0f}% {bar}"
    with tqdm(total=1.0, desc="flow", bar_format=form, leave=False, disable=None, delay=2.0) as bar:
        for t, y, solver in steps:
            yield t, y, solver
            if not bar.disable:
                bar.update(np.log1p(t) / np.log1p(t_end) - bar.n)
