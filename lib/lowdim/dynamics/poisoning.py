r"""An external experiment: clean labels that poison a diagonal student.

Y. Slutzky, Y. Alexander, N. Razin and N. Cohen, "The Implicit Bias of Structured State Space Models Can Be
Poisoned With Clean Labels" (arXiv 2410.10473), train a diagonal system whose read-in and read-out are fixed,

$$A = \mathrm{diag}(a_1, \dots, a_d), \qquad B = C^{\mathsf T} = (1, \dots, 1), \qquad m_j = \sum_i a_i^j ,$$

by gradient flow on squared errors at single lags, from small positive poles.  The numbers here are those of
their released notebook: $d = 10$, teacher $A = \mathrm{diag}(1, 0)$, $B = C^{\mathsf T} = (1, \sqrt{d-1})$.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from lowdim.arrays import Array, require_count, require_finite, require_times
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN
from lowdim.systems.teachers import teacher


def published_teacher(d: int = 10) -> LinearRNN:
    r"""Poles 1 and 0 of weights 1 and $d - 1$: the response $d, 1, 1, 1, \dots$

    Args:
        d: state dimension of the student that is to match it, at least 2.

    Returns:
        A system of dimension 2.
    """
    return teacher([1.0, 0.0], [1.0, d - 1.0])


def published_poles(seed: int, d: int = 10, scale: float = 1e-3) -> Float[np.ndarray, " d"]:
    r"""The student's poles at the start, by the recipe of the released notebook.

    Uniform on $[0, s)$ in descending order, then $a_2 = a_1 - 0.05\, e^{-5 \log_{10}(1/s)}$: two leaders that
    start almost together.

    Args:
        seed: seed of NumPy's legacy generator, whose stream the notebook uses.
        d: state dimension, at least 2.
        scale: the scale s of the start, in (0, 1).

    Returns:
        Poles, shape (d,).

    Raises:
        ValueError: d below 2 or scale outside (0, 1).
    """
    if require_count("d", d) < 2 or not 0 < scale < 1:
        raise ValueError(f"d must be at least 2 and scale in (0, 1), but they are {d} and {scale!r}.")
    poles = np.sort(scale * np.random.RandomState(seed).rand(d))[::-1].copy()
    poles[1] = poles[0] - 0.05 / math.exp(5 * math.log10(1 / scale))
    return poles


def with_unit_ports(poles: Float[np.ndarray, "*batch d"]) -> LinearRNN:
    r"""The student $A = \mathrm{diag}(a)$, $B = C^{\mathsf T} = (1, \dots, 1)$: balanced, whatever its poles.

    Args:
        poles: shape (..., d).

    Returns:
        A LinearRNN of dimension d.
    """
    return teacher(poles, np.ones_like(poles))


def pole_flow(
    poles: Float[np.ndarray, " d"],
    target: Float[np.ndarray, " k"],
    importance: Float[np.ndarray, " k"],
    times: Float[np.ndarray, " T"],
    positive: bool = False,
) -> Float[np.ndarray, "T d"]:
    r"""Gradient flow of $L = \sum_{j<k} w_j r_j^2$ in the poles alone, the ports staying at one.

    $$\dot a_i = -2 \sum_{j<k} j\, w_j\, r_j\, a_i^{j-1}, \qquad r_j = \sum_i a_i^j - \hat m_j .$$

    Args:
        poles: $a$ at time 0, shape (d,).
        target: the teacher's first k responses, shape (k,).
        importance: weight $w_j \ge 0$ of each lag in the loss, zero for one not observed, shape (k,).
        times: increasing times to record, from 0 on, shape (T,).
        positive: train $\log a$ in place of $a$, so that no pole can become negative.

    Returns:
        Poles at these times, shape (T, d).

    Raises:
        ValueError: importance negative or of another shape than target; poles not positive where needed;
            times that are none, negative or not increasing.
        RuntimeError: the integrator stopped early.
    """
    require_finite("poles", poles)
    if target.shape != importance.shape or (importance < 0).any():
        raise ValueError(
            f"importance must be one weight >= 0 for each of the {target.size} lags, but is {importance}."
        )
    if positive and (poles <= 0).any():
        raise ValueError(f"positive=True needs positive poles at the start, but one is {poles.min():g}.")
    times = require_times(times)
    if times[0] < 0:
        raise ValueError(f"times must not be negative, but the first is {times[0]:g}; the flow runs forward.")
    lags = np.arange(target.size)

    def velocity(_t: float, x: np.ndarray) -> np.ndarray:
        a = np.exp(x) if positive else x
        powers = a ** lags[:, None]
        slope = 2.0 * importance * (powers.sum(axis=1) - target)
        gradient = (lags * slope)[1:] @ powers[:-1]
        return -gradient * a if positive else -gradient

    start = np.log(poles) if positive else poles
    run = solve_ivp(velocity, (0.0, times[-1]), start, "LSODA", t_eval=times, rtol=1e-10, atol=1e-14)
    if not run.success:
        raise RuntimeError(f"the flow stopped at time {run.t[-1]:g} of {times[-1]:g}: {run.message}")
    return np.exp(run.y.T) if positive else run.y.T


def single_lag_limit(poles: Float[np.ndarray, " d"], lag: int, value: float) -> Float[np.ndarray, " d"]:
    r"""Where `pole_flow` ends when one lag $e \ge 3$ alone is observed: one scalar root.

    $\frac{d}{dt} a_i^{-(e-2)} = 2 e (e-2) w\, r_e$ is the same for every $i$, so $a_i^{-(e-2)} = c_i - \tau$
    with the $c_i$ of the start, and $\tau$ is the root of $\sum_i (c_i - \tau)^{-e/(e-2)} = \hat m_e$, which
    increases in $\tau$.

    Args:
        poles: the start, positive, shape (d,).
        lag: the lag e, at least 3.
        value: the response $\hat m_e > 0$ wanted there.

    Returns:
        Poles in the limit, shape (d,).

    Raises:
        ValueError: lag below 3, or poles or value not positive.
    """
    if require_count("lag", lag) < 3 or value <= 0 or (poles <= 0).any():
        raise ValueError(
            f"the closed form needs lag >= 3, value > 0 and positive poles, but lag is {lag}, value is "
            f"{value!r} and the least pole is {poles.min():g}."
        )
    c = poles ** (2.0 - lag)
    ahead = c - c.min()  # the unknown is the leader's own c - tau, so that no digit is lost to cancellation

    def excess(leader: float) -> float:
        return float(np.sum((ahead + leader) ** (-lag / (lag - 2.0)))) - value

    alone = value ** ((2.0 - lag) / lag)  # the leader's c - tau if it were the only pole: the lower end
    together = (poles.size / value) ** ((lag - 2.0) / lag)  # and if all were equal to it: the upper end
    leader = brentq(excess, alone / 2, 2 * together, xtol=1e-14, rtol=np.float64(1e-14))
    return (ahead + leader) ** (-1.0 / (lag - 2.0))


def published_error(poles: Float[np.ndarray, "*batch d"], lags: int = 20) -> Float[Array, "*batch"]:
    r"""The error that the released notebook prints: $\max_{j < q} |m_j - \hat m_j| / d$ against
    `published_teacher`.

    Args:
        poles: of students `with_unit_ports`, shape (..., d).
        lags: how many lags q are compared.

    Returns:
        Array of shape (...).
    """
    d = poles.shape[-1]
    return extrapolation_error(with_unit_ports(poles), published_teacher(d), lags) / d
