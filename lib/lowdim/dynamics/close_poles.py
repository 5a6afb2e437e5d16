r"""Close poles: how much of the imbalance that escape leaves behind comes back while modes are learned.

The unbalanced part of a symmetric student obeys $\dot u = 2Pu$ (`thm-balance-ode`), and in a direction that
no atom uses P is $r_0$ alone.  On a plateau $r_0 < 0$ and u decays (`thm-plateau-sign`).  Between plateaus
$r_0$ can be positive: a mode that stands for two close poles of the teacher overshoots while it splits.
"""

from __future__ import annotations

import numpy as np

from lowdim.arrays import require_count
from lowdim.systems.balance import parts, require_balanced
from lowdim.systems.compare import residuals
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.training.flow import gradient_flow

_RECORDS = 1000  # of the flow, evenly in the logarithm of time: the integral is good to three digits
_FOUND = 1e-4  # of the first response: a larger error after training means that it was not over


def closeness(teacher: LinearRNN, k: int, std: float = 1e-6, t_end: float = 1e10) -> float:
    r"""$\Gamma = 2 \int_0^\infty \max(r_0, 0)\, \mathrm dt$ of a balanced student that starts near zero.

    An imbalance that escape left at $\lVert u_0 \rVert \lVert v_0 \rVert / 4 \hat m_0$, of order $\sigma^2$,
    can grow by a factor $e^\Gamma$ until the end of training, in a student of any width.  As $\sigma \to 0$
    the student visits one plateau after the other, in an order that the teacher and k decide, and $\Gamma$
    tends to a number of theirs.  Training such a student of $\hat d + 1$ states, with $u = 0$, computes it
    in a fraction of a second, before any other student is trained.

    Args:
        teacher: a balanced system, poles distinct.
        k: training length, at least $2 \hat d$.
        std: size of the start; the result depends on it little, as the claim `closeness-limit` says.
        t_end: when the flow must have found the teacher.

    Returns:
        $\Gamma \ge 0$; small where every pole stands alone.

    Raises:
        ValueError: a teacher that is not balanced, k below $2 \hat d$, or a flow that has not found the
            teacher by t_end.

    >>> from lowdim.systems import teacher
    >>> round(closeness(teacher([0.9, 0.7], [0.5, 0.5]), k=4), 1)
    16.4
    """
    require_balanced("teacher", teacher)
    d_hat = teacher.dim
    if require_count("k", k) < 2 * d_hat:
        raise ValueError(
            f"closeness needs training that can find the teacher, k >= 2 x {d_hat} lags, but k = {k}."
        )
    truth = impulse_response(teacher, max(k, 20 * d_hat))
    times = np.concatenate([[0.0], np.geomspace(0.1, t_end, _RECORDS)])
    run = gradient_flow(_start(d_hat + 1, std), truth[:k], t_end, times=times, atol=1e-6 * std)
    missed = float(np.abs(residuals(run.final, truth)).max())
    if missed > _FOUND * truth[0]:
        raise ValueError(
            f"the flow has not found the teacher at t_end = {t_end:g}: its response is off by {missed:.3g}, "
            "and what it has still to learn may add to the integral; give it more time."
        )
    first = residuals(run.rnn, truth[:k])[:, 0]
    return float(2 * np.trapezoid(np.maximum(first, 0.0), times))


def predicted_imbalance(student: LinearRNN, teacher: LinearRNN, gamma: float) -> float:
    r"""$e^\Gamma \lVert u_0 \rVert \lVert v_0 \rVert / 4 \hat m_0$, an estimate of the final imbalance.

    An estimate of size, from above: the decay on the plateaus is left out.  Beyond one it says no more than
    that nothing keeps the imbalance near zero.

    Args:
        student: before training.
        teacher: a balanced system.
        gamma: its closeness, from `closeness`.

    Returns:
        The estimate; infinite if it overflows.
    """
    u, v = (np.linalg.norm(part) for part in parts(student))
    with np.errstate(over="ignore"):
        return float(np.exp(gamma) * u * v / (4 * (teacher.C @ teacher.B)))


def _start(d: int, std: float) -> LinearRNN:
    """A balanced start that prefers no direction: a Hilbert matrix, whose spectrum is simple."""
    i = np.arange(d)
    ports = std / (1.0 + i)
    return LinearRNN(std / (1.0 + i[:, None] + i), ports, ports)
