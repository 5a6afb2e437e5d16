r"""The student that leaves the origin: one state, two numbers, nothing fitted (`thm-escape`).

From $\varepsilon(\tilde A, \tilde b, \tilde c)$ gradient flow tends, as $\varepsilon \to 0$, to the balanced
one-state student $v = y e$, $A = a\, e e^{\mathsf T}$ with $e = \tilde v / \lVert \tilde v \rVert$,

$$\dot y = -2 P(a)\, y, \qquad \dot a = -\tfrac12 y^2 P'(a), \qquad P(x) = \sum_{j<k} r_j x^j, \qquad
r_j = \tfrac14 y^2 a^j - \hat m_j ,$$

on the solution with $y \sim e^{\gamma t}$, $a \to 0$ as $t \to -\infty$, $\gamma = 2 \hat m_0$.  Its time 0
is the time $\frac1\gamma \ln \frac{1}{\varepsilon \lVert \tilde v \rVert}$ of the student.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.polynomial import polynomial
from scipy.integrate import solve_ivp

from lowdim.arrays import require_finite
from lowdim.systems.balance import parts
from lowdim.systems.linear import LinearRNN

_SMALL = 1e-5  # y at the start, in units of the square root of m̂_0; it errs by its square
_PATIENCE = 1e3  # in units of 1 / gamma: an escape that takes longer is none
# LSODA: slow at first, stiff once a teacher of many lags is nearly learned
_TIGHT = {"method": "LSODA", "rtol": 1e-11, "atol": 1e-14}


@dataclass(frozen=True)
class PlanarFlow:
    r"""States of the one-state student.

    Args:
        times: shape (T,); zero is where $e^{\gamma t}$ is one.
        y: length of v, shape (T,).
        a: the pole, shape (T,).
        kappa: $\kappa = \lim_{s \to -\infty} y(s)^{-1} \exp 2 \int_s^t r_0$, the factor that the
            unbalanced part orthogonal to e carries, shape (T,).
        loss: $\sum_{j<k} r_j^2$, shape (T,).
    """

    times: Float[np.ndarray, " T"]
    y: Float[np.ndarray, " T"]
    a: Float[np.ndarray, " T"]
    kappa: Float[np.ndarray, " T"]
    loss: Float[np.ndarray, " T"]


def planar_flow(target: Float[np.ndarray, " k"], times: Float[np.ndarray, " T"]) -> PlanarFlow:
    r"""The one-state student at the times asked for.

    Args:
        target: the teacher's first k responses, the first of them positive, shape (k,).
        times: increasing; negative ones are before $e^{\gamma t} = 1$.  Shape (T,).

    Returns:
        The states at these times.

    Raises:
        ValueError: no positive response at lag 0, or times that do not increase.
        RuntimeError: the integrator stopped early.

    >>> flow = planar_flow(np.array([1.0, 0.5]), np.array([20.0]))  # weight 1, pole 1/2
    >>> float(flow.y[0]).__round__(6), float(flow.a[0]).__round__(6)
    (2.0, 0.5)
    """
    require_finite("times", times)
    if times.size == 0 or (np.diff(times) <= 0).any():
        raise ValueError(f"times must be at least one, and increase, but are {times}.")
    start, first = _start(target)
    before = times <= first  # there the leading terms are exact to 1e-10
    end = max(float(times[-1]), first + 1.0)
    run = solve_ivp(_velocity(target), (first, end), start, t_eval=times[~before], **_TIGHT)
    if not run.success:
        raise RuntimeError(f"the planar flow stopped at time {run.t[-1]:g} of {end:g}: {run.message}")
    early = start[:, None] + 2 * target[0] * (times[before] - first) * np.array([[1.0], [0.0], [-1.0]])
    return _states(target, times, np.concatenate([early, run.y], axis=1))


def planar_escape(target: Float[np.ndarray, " k"], fraction: float = 0.5) -> PlanarFlow:
    r"""The one-state student at the moment when its loss has fallen to a fraction of $\sum_j \hat m_j^2$.

    Args:
        target: the teacher's first k responses, the first of them positive, shape (k,).
        fraction: the fraction, in (0, 1).

    Returns:
        That one state.

    Raises:
        ValueError: fraction outside (0, 1), no positive response at lag 0, or a teacher that one state cannot
            approach so closely.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie in (0, 1), but is {fraction!r}.")
    start, first = _start(target)
    level = fraction * float(target @ target)

    def reached(_t: float, x: np.ndarray) -> float:
        return float(np.sum(_residuals(target, x) ** 2)) - level

    reached.terminal = True  # type: ignore[attr-defined]
    end = first + _PATIENCE / (2 * float(target[0]))
    run = solve_ivp(_velocity(target), (first, end), start, events=reached, **_TIGHT)
    if not run.t_events[0].size:
        raise ValueError(
            f"one state never brings the loss to {fraction:g} of its start; it stays at "
            f"{(reached(0.0, run.y[:, -1]) + level) / float(target @ target):.3g}. Ask for a larger fraction."
        )
    return _states(target, run.t_events[0], run.y_events[0].T)


def imbalance_constant(direction: LinearRNN, state: PlanarFlow) -> Float[np.ndarray, " T"]:
    r"""$C$ in $\lVert u \rVert / \lVert v \rVert = C \varepsilon^2 (1 + o(1))$ (`thm-escape`).

    $$C = \frac{\lVert \tilde v \rVert}{y} \sqrt{(e^{\mathsf T} \tilde u)^2 / y^2 + \kappa^2 \lVert \tilde
    u_\perp \rVert^2}$$

    Args:
        direction: the start divided by its scale, $(\tilde A, \tilde b, \tilde c)$.
        state: where the one-state student is.

    Returns:
        C at each of its times.

    Raises:
        ValueError: a batch of starts, or $\tilde b + \tilde c = 0$.
    """
    if direction.batch:
        raise ValueError(f"direction has batch axes {direction.batch}; one start at a time: direction[i].")
    u, v = parts(direction)
    length = float(np.linalg.norm(v))
    if length == 0:
        raise ValueError("b + c is zero at the start: nothing there leaves the origin as one state.")
    along = float(u @ v) / length
    across = float(np.linalg.norm(u - along * v / length))
    return length / state.y * np.hypot(along / state.y, state.kappa * across)


def _start(target: np.ndarray) -> tuple[np.ndarray, float]:
    r"""$(\ln y, a / y^2, \ln \kappa)$ near the origin, and when that is."""
    require_finite("target", target)
    if target.ndim != 1 or target.size == 0 or target[0] <= 0:
        raise ValueError(
            f"the response at lag 0 must be positive, or no balanced state escapes, but target is {target}."
        )
    gamma = 2 * float(target[0])
    log_y = np.log(_SMALL * np.sqrt(target[0]))
    slope = target[1] / (4 * gamma) if target.size > 1 else 0.0
    return np.array([log_y, slope, -log_y]), float(log_y / gamma)


def _residuals(target: np.ndarray, x: np.ndarray) -> np.ndarray:
    square = np.exp(2 * x[0])
    return square / 4 * (x[1] * square) ** np.arange(target.size) - target


def _velocity(target: np.ndarray):
    """In the logarithm of y and in a / y², which start at rest where y and a are tiny."""

    def velocity(_t: float, x: np.ndarray) -> np.ndarray:
        r, a = _residuals(target, x), x[1] * np.exp(2 * x[0])
        height, slope = polynomial.polyval(a, r), polynomial.polyval(a, polynomial.polyder(r))
        return np.array([-2 * height, 4 * height * x[1] - slope / 2, 2 * r[0]])

    return velocity


def _states(target: np.ndarray, times: np.ndarray, x: np.ndarray) -> PlanarFlow:
    loss = np.array([np.sum(_residuals(target, column) ** 2) for column in x.T])
    y = np.exp(x[0])
    return PlanarFlow(times, y, x[1] * y**2, np.exp(x[2]), loss)
