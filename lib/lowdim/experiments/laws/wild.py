r"""Balanced systems in the wild: reversible chains and their autocorrelation times, things that relax."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.certificate.from_data import certify_data
from lowdim.certificate.from_runs import TimeCertificate, certify_time, time_range
from lowdim.experiments.chain_times import batch_means, drawn_chain, gap_of
from lowdim.experiments.laws.registry import law
from lowdim.systems.chains import from_chain, integrated_time, run_chain
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.relaxation import heat_rod, rc_ladder
from lowdim.systems.students import random_student
from lowdim.training.flow import gradient_flow

RUNS, STEPS, SUMS = 4, 25_000, 6
LAGS, HORIZON = 12, 121


def inside(answer: TimeCertificate, rnn: LinearRNN) -> float:
    r"""How far $\tau$ is inside of its range, as a ratio: 1 at an end, below 1 outside, 0 if refused.

    Args:
        answer: the range.
        rnn: the chain's system.
    """
    tau = integrated_time(rnn)
    return min(tau / max(answer.low, 1e-300), answer.high / tau) if answer.feasible else 0.0


def timed_chain(
    rng: np.random.Generator, steps: int = STEPS
) -> tuple[Float[np.ndarray, "runs steps"], float, LinearRNN]:
    """Runs of a `drawn_chain`, what is known of its gap, and its system.

    What is known is uniform between half of the gap and all of it.

    Args:
        rng: NumPy random generator; it is advanced.
        steps: of each of the four runs.
    """
    P, f, rnn = drawn_chain(rng)
    known = gap_of(rnn) * rng.uniform(0.5, 1.0)
    return f[run_chain(P, RUNS, steps, rng)], known, rnn


@law("wild-exact", full=200, short=10)
def exact_inside(rng: np.random.Generator) -> float:
    """`inside` of the range that six exact autocorrelations leave.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    _, _, rnn = drawn_chain(rng)
    known = gap_of(rnn) * rng.uniform(0.5, 1.0)
    return inside(time_range(impulse_response(rnn, SUMS), known, 1e-12), rnn)


@law("wild-coverage", full=200, short=4)
def run_inside(rng: np.random.Generator, reversible: bool = True) -> float:
    """`inside` of the range from runs.

    Args:
        rng: NumPy random generator; it is advanced.
        reversible: whether the chain is a `drawn_chain`, or else `kept_momentum` with drawn numbers.
    """
    if reversible:
        draws, known, rnn = timed_chain(rng)
        return inside(certify_time(draws, known), rnn)
    keep, angle = rng.uniform(0.5, 0.95), rng.uniform(0.2, 1.2)
    return inside(certify_time(momentum_runs(keep, angle, STEPS, rng), 0.01), kept_momentum(keep, angle))


@law("wild-width", full=200, short=20)
def width_ratio(rng: np.random.Generator, known: bool = True) -> float:
    """High over low of batch means, over that of the range, from the same runs; 0 if refused or open.

    Args:
        rng: NumPy random generator; it is advanced.
        known: whether a bound on the gap is passed.
    """
    draws, gap, _ = timed_chain(rng)
    answer, (low, high) = certify_time(draws, gap if known else 0.0), batch_means(draws)
    if not answer.feasible:
        return 0.0
    return (high / low) / (answer.high / max(answer.low, 1e-300))


def drifting_ring(rng: np.random.Generator, drift: float) -> LinearRNN:
    r"""A ring of 6 to 20 states, probabilities p on, q back and the rest to stay; the observable is normal.

    p + q is uniform on [0.5, 1] and p - q is the drift times it.

    Args:
        rng: NumPy random generator; it is advanced.
        drift: between 0, reversible, and 1.
    """
    n, moves = int(rng.integers(6, 21)), rng.uniform(0.5, 1.0)
    on, back = np.roll(np.eye(n), 1, axis=1), np.roll(np.eye(n), -1, axis=1)
    P = moves * ((1 + drift) / 2 * on + (1 - drift) / 2 * back) + (1 - moves) * np.eye(n)
    return from_chain(P, rng.standard_normal(n))


def kept_momentum(keep: float, angle: float) -> LinearRNN:
    r"""Hamiltonian Monte Carlo on a normal density, exact flow by an angle, momentum kept in part.

    $(x, p) \mapsto$ rotation, then $p \leftarrow \alpha p + \sqrt{1 - \alpha^2}\, \xi$; the autocorrelation
    of x is the response of the system returned.  With $\alpha = 0$, a fresh momentum at each step, it is
    $\cos^q \theta$, that of a reversible chain.

    Args:
        keep: $\alpha$.
        angle: $\theta$.
    """
    c, s = np.cos(angle), np.sin(angle)
    e = np.array([1.0, 0.0])
    return LinearRNN(np.array([[c, s], [-keep * s, keep * c]]), e, e)


def momentum_runs(
    keep: float, angle: float, steps: int, rng: np.random.Generator
) -> Float[np.ndarray, "runs steps"]:
    """Four stationary runs of the places of `kept_momentum`.

    Args:
        keep: share of the momentum that is kept.
        angle: of the flow in one step.
        steps: of each run.
        rng: NumPy random generator; it is advanced.
    """
    A, kick = kept_momentum(keep, angle).A.T, np.sqrt(1 - keep**2)
    fresh = kick * rng.standard_normal((steps, RUNS))
    state, places = rng.standard_normal((RUNS, 2)), np.empty((steps, RUNS))
    for t in range(steps):
        places[t] = state[:, 0]
        state = state @ A
        state[:, 1] += fresh[t]
    return places.T


@law("wild-refused", full=200, short=10)
def refused_by(rng: np.random.Generator, reversible: bool = False) -> float:
    r"""By how much eight exact autocorrelations are off from those of any reversible chain, else 0.

    A `drifting_ring` of a drift uniform on [0.5, 1], or `kept_momentum` with $\alpha$ uniform on [0.5, 0.95]
    and $\theta$ on [0.2, 1.2], each as likely.

    Args:
        rng: NumPy random generator; it is advanced.
        reversible: whether the drift and what is kept of the momentum are 0 instead.
    """
    ring, part = bool(rng.integers(2)), rng.uniform()
    if ring:
        rnn = drifting_ring(rng, 0.0 if reversible else 0.5 + part / 2)
    else:
        rnn = kept_momentum(0.0 if reversible else 0.5 + 0.45 * part, rng.uniform(0.2, 1.2))
    return time_range(impulse_response(rnn, 8), 0.0, 1e-9).off


def drawn_relaxation(rng: np.random.Generator, collocated: bool = True) -> LinearRNN:
    r"""A heat rod or an RC ladder, each as likely, sampled 16 times in its slowest time constant.

    Rods have 20 to 60 cells, a length log-uniform on [0.05, 1] and a diffusivity log-uniform on [1e-6, 2e-4];
    ladders 5 to 40 sections whose resistances around 10 kilo-ohms and capacitances around 1 microfarad are
    log-normal with a deviation of 0.3.

    Args:
        rng: NumPy random generator; it is advanced.
        collocated: whether the sensor is where the input is, and not at the other end.
    """
    if rng.integers(2):
        cells = int(rng.integers(20, 61))
        length, alpha = np.exp(rng.uniform(np.log([0.05, 1e-6]), np.log([1.0, 2e-4])))
        dt = 4 * length**2 / (np.pi**2 * alpha) / 16
        return heat_rod(length, alpha, cells, dt, 0 if collocated else cells - 1)
    n = int(rng.integers(5, 41))
    R, C = 1e4 * np.exp(rng.normal(0, 0.3, n)), 1e-6 * np.exp(rng.normal(0, 0.3, n))
    dt = 4 * R.sum() * C.sum() / np.pi**2 / 16
    return rc_ladder(R, C, dt, 0 if collocated else n - 1)


@law("wild-relaxation", full=60, short=3)
def relaxation_bound(rng: np.random.Generator, collocated: bool = True) -> float:
    """What is certified, up to lag 120, of a student trained on twelve samples.

    Args:
        rng: NumPy random generator; it is advanced.
        collocated: as in `drawn_relaxation`.
    """
    target = impulse_response(drawn_relaxation(rng, collocated), LAGS)
    student = gradient_flow(random_student(20, 1e-3, rng), target, 1e9).final
    return float(certify_data(student, target, HORIZON, 1e-12).bound.max())
