r"""Escape from the origin when the teacher answers nothing at lag 0 (`thm-orthogonal`).

With $\hat m_0 = \hat C \hat B = 0$ the origin is no saddle of exponential growth.  To leading order the loss
is $\|\hat m\|^2 - 2 \hat m_1\, c^{\mathsf T} A b$, a cubic form, and gradient flow from
$\varepsilon (\tilde A, \tilde b, \tilde c)$ is, in the time $s = \varepsilon t$, the $\varepsilon$-free flow

$$A' = \hat m_1 (c b^{\mathsf T} + b c^{\mathsf T}), \qquad b' = 2 \hat m_1 A c, \qquad c' = 2 \hat m_1 A b,$$

which reaches infinity at a finite $s^*$: the student escapes at time $t \approx s^* / \varepsilon$.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from lowdim.systems.linear import LinearRNN
from lowdim.systems.structures import require_structure
from lowdim.training.trajectory import Trajectory

_GROWTH = 60.0  # e-foldings of arc followed; what is left of s* after n of them is of order exp(-n)


def blow_up_time(direction: LinearRNN, first_response: float) -> float:
    r"""The time $s^*$ at which the flow of the cubic form reaches infinity, from a symmetric student.

    In the arc $\tau$ with $ds = d\tau / \|\theta\|$ the weights grow exponentially instead, and
    $s^* = \int_0^\infty d\tau / \|\theta(\tau)\|$ converges as fast.

    Args:
        direction: the start divided by its scale, $(\tilde A, \tilde b, \tilde c)$ with symmetric A.
        first_response: the teacher's response $\hat m_1$ at lag 1, not zero.

    Returns:
        $s^*$; the escape from $\varepsilon$ times the direction takes about $s^* / \varepsilon$.

    Raises:
        ValueError: a batch, A not symmetric, first_response zero, or no growth, as from B = C = 0.
    """
    require_structure(direction.A, "symmetric")
    if direction.batch or first_response == 0:
        raise ValueError(
            f"blow_up_time needs a single student and a response at lag 1 that is not zero, but got batch "
            f"axes {direction.batch} and {first_response!r}."
        )
    d = direction.dim

    def velocity(_tau: float, y: np.ndarray) -> np.ndarray:
        A, b, c = y[: d * d].reshape(d, d), y[d * d : -d - 1], y[-d - 1 : -1]
        pair = np.outer(c, b)
        moved = [(pair + pair.T).ravel(), 2 * A @ c, 2 * A @ b]
        return np.concatenate([first_response * np.concatenate(moved), [1.0]]) / np.linalg.norm(y[:-1])

    start = np.concatenate([direction.A.ravel(), direction.B, direction.C, [0.0]])
    run = solve_ivp(velocity, (0.0, _GROWTH), start, "DOP853", rtol=1e-9, atol=1e-12)
    if np.linalg.norm(run.y[:-1, -1]) < 1e6 * np.linalg.norm(start):
        raise ValueError("the flow did not grow from this start: its cubic form stayed at zero or below.")
    return float(run.y[-1, -1])


def escape_time(run: Trajectory, fraction: float = 0.5) -> float:
    """When the loss first falls to a fraction of its start, interpolated between the recorded states.

    Args:
        run: a run of one student.
        fraction: the fraction, in (0, 1).

    Returns:
        The time; infinite if the run ends before.

    Raises:
        ValueError: fraction outside (0, 1).
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie in (0, 1), but is {fraction!r}.")
    level = run.loss / run.loss[0]
    after = int(np.argmax(level < fraction))
    if after == 0:
        return float("inf")
    between = slice(after, after - 2 if after > 1 else None, -1)
    return float(np.interp(fraction, level[between], run.times[between]))


def at_level(level: float, driver: Float[np.ndarray, " T"], values: Float[np.ndarray, " T"]) -> float:
    """A quantity at the moment when another one first crosses a level, both positive and both along one run.

    Interpolated between the two records around the crossing, in the logarithms of both: exact where one is a
    power of the other, as at an exponential escape.

    Args:
        level: the level, positive.
        driver: what crosses it, from above or from below, shape (T,).
        values: what is asked for, shape (T,).

    Returns:
        The interpolated value.

    Raises:
        ValueError: the driver does not cross the level.
    """
    past = driver > level if driver[0] < level else driver < level
    after = int(np.argmax(past))
    if after == 0:
        raise ValueError(
            f"the level {level:g} is not crossed: the driver starts at {driver[0]:g} and stays between "
            f"{driver.min():g} and {driver.max():g}; train longer, or ask for another level."
        )
    pair = [after - 1, after] if driver[after] > driver[after - 1] else [after, after - 1]
    return float(np.exp(np.interp(np.log(level), np.log(driver)[pair], np.log(values)[pair])))
