"""When balance lasts: the closeness of drawn teachers with two close poles, and students trained on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lowdim.certificate.known_teacher import certify
from lowdim.dynamics.close_poles import closeness, predicted_imbalance
from lowdim.experiments.laws.registry import law
from lowdim.systems.balance import imbalance
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

LINE = 0.1  # predicted imbalance: below it a student should end balanced
BALANCED = 0.01  # measured imbalance of a student that did
WIDTH = 20
_RTOL = 1e-8


def close_pair(rng: np.random.Generator) -> tuple[LinearRNN, int]:
    r"""A balanced teacher with two close poles, and a training length.

    The larger of the two is uniform on [0.5, 0.95], their gap log-uniform on [0.05, 0.5]; every other teacher
    has a third pole, uniform on [-0.8, 0].  Weights are uniform on [0.2, 0.8], then scaled to the sum 1; k is
    uniform on $2\hat d, \dots, 2\hat d + 4$.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    top, gap = rng.uniform(0.5, 0.95), np.exp(rng.uniform(np.log(0.05), np.log(0.5)))
    poles = [top, top - gap] + [rng.uniform(-0.8, 0.0)] * int(rng.integers(2))
    weights = rng.uniform(0.2, 0.8, len(poles))
    return teacher(poles, weights / weights.sum()), 2 * len(poles) + int(rng.integers(5))


@dataclass(frozen=True, eq=False)
class Foreseen:
    r"""A student before training, its teacher and training length, and what closeness predicts of it.

    Args:
        start: the student.
        truth: its teacher.
        k: training length.
        std: scale of the start.
        gamma: the closeness $\Gamma$.
        predicted: the imbalance that it predicts.
    """

    start: LinearRNN
    truth: LinearRNN
    k: int
    std: float
    gamma: float
    predicted: float


def foresee(rng: np.random.Generator, fewest: bool = False) -> Foreseen:
    r"""Draw a `close_pair` and a start with $\sigma$ log-uniform on [1e-6, 1e-3], and predict.

    Args:
        rng: NumPy random generator; it is advanced.
        fewest: whether the training length is $2\hat d$ in place of the drawn one.
    """
    truth, k = close_pair(rng)
    k = 2 * truth.dim if fewest else k
    std = float(10 ** rng.uniform(-6, -3))
    start = random_student(WIDTH, std, rng)
    gamma = closeness(truth, k)
    return Foreseen(start, truth, k, std, gamma, predicted_imbalance(start, truth, gamma))


def close_pair_run(rng: np.random.Generator) -> dict[str, float]:
    """Draw, predict and train one student.

    Args:
        rng: NumPy random generator; it is advanced.

    Returns:
        What was drawn (`gap`, `d_hat`, `k`, `std`); `gamma` and the `predicted` imbalance, known before
        training; and the `outcome` of it.
    """
    seen = foresee(rng)
    return {
        "d_hat": seen.truth.dim,
        "k": seen.k,
        "gap": float(seen.truth.A[0, 0] - seen.truth.A[1, 1]),
        "std": seen.std,
        "gamma": seen.gamma,
        "predicted": seen.predicted,
        **outcome(seen.start, seen.truth, seen.k),
    }


def close_pair_row(seed: int, number: int) -> dict[str, float]:
    """The draw of this number of a seed, for a sweep.

    Args:
        seed: of all the draws.
        number: which of them.
    """
    return close_pair_run(np.random.default_rng([seed, number]))


def outcome(start: LinearRNN, truth: LinearRNN, k: int) -> dict[str, float]:
    """Train a student to the end: its `imbalance`, `extrapolation_error` up to lag 200 and `loss`.

    And the `peak`, the largest imbalance on the way there, once the loss has fallen to half.

    Args:
        start: the student before training.
        truth: its teacher.
        k: training length.
    """
    # The second tolerance must see weights of the size of the start's imbalance.
    run = gradient_flow(start, impulse_response(truth, k), 1e9, rtol=_RTOL, atol=1e-20)
    return {
        "imbalance": float(imbalance(run.final)),
        "peak": float(imbalance(run.rnn)[run.loss < run.loss[0] / 2].max()),
        "extrapolation_error": float(extrapolation_error(run.final, truth, 201)),
        "loss": float(run.loss[-1]),
    }


def as_predicted(predicted: float, measured: float) -> float:
    """Below 1 where the criterion decided rightly: the measured imbalance over `BALANCED`, or its inverse.

    Args:
        predicted: imbalance, before training.
        measured: imbalance, after it.
    """
    return measured / BALANCED if predicted < LINE else BALANCED / measured


def decided(predicted: float) -> bool:
    """Whether a prediction is farther than a factor of ten from the line.

    Args:
        predicted: imbalance, before training.
    """
    return bool(abs(np.log10(predicted / LINE)) > 1)


@law("closeness-limit", full=60, short=4)
def _limit(rng: np.random.Generator) -> float:
    return off_limit(*close_pair(rng), std=1e-6)


@law("closeness-decides", full=60, short=4)
def _decides(rng: np.random.Generator) -> float:
    seen = _drawn(rng, decided)
    return as_predicted(seen.predicted, outcome(seen.start, seen.truth, seen.k)["peak"])


@law("closeness-end", full=60, short=3)
def _end(rng: np.random.Generator) -> float:
    seen = _drawn(rng, decided, fewest=True)
    return as_predicted(seen.predicted, outcome(seen.start, seen.truth, seen.k)["imbalance"])


@law("closeness-bound", full=60, short=3)
def _bound(rng: np.random.Generator) -> float:
    seen = _drawn(rng, lambda predicted: predicted < LINE / 10)
    return outcome(seen.start, seen.truth, seen.k)["imbalance"] / seen.predicted


@law("closeness-lags", full=60, short=3)
def _lags(rng: np.random.Generator) -> float:
    truth, k = close_pair(rng)
    while (gamma := closeness(truth, k)) < 1:
        truth, k = close_pair(rng)
    return closeness(truth, k + 1) / gamma


@law("closeness-start", full=30, short=2)
def _start(rng: np.random.Generator) -> float:
    truth, k, gamma = needy_pair(rng)
    return outcome(chosen_start(truth, gamma, rng), truth, k)["imbalance"]


@law("closeness-certificate", full=40, short=2)
def _certificate(rng: np.random.Generator) -> float:
    while (seen := _drawn(rng, lambda predicted: predicted < LINE / 10)).k == 2 * seen.truth.dim:
        pass
    return certified(seen.start, seen.truth, seen.k)


def off_limit(truth: LinearRNN, k: int, std: float) -> float:
    """How far the closeness from a start is from that of a start of 1e-8, relative to one more than it.

    Args:
        truth: the teacher.
        k: training length.
        std: size of the start.
    """
    limit = closeness(truth, k, std=1e-8)
    return abs(closeness(truth, k, std=std) - limit) / (1 + limit)


def needy_pair(rng: np.random.Generator) -> tuple[LinearRNN, int, float]:
    r"""A teacher of two close poles, $k = 4$ and its closeness, between 12 and 22.

    As in `close_pair`, with a gap log-uniform on [0.1, 0.25], drawn until the closeness is in range.

    Args:
        rng: NumPy random generator; it is advanced.
    """
    while True:
        top, gap = rng.uniform(0.5, 0.95), np.exp(rng.uniform(np.log(0.1), np.log(0.25)))
        weights = rng.uniform(0.2, 0.8, 2)
        truth = teacher([top, top - gap], weights / weights.sum())
        if 12 < (gamma := closeness(truth, 4)) < 22:
            return truth, 4, gamma


def chosen_start(truth: LinearRNN, gamma: float, rng: np.random.Generator) -> LinearRNN:
    """A student whose scale is chosen before training, so that its predicted imbalance is 1e-3.

    Args:
        truth: the teacher.
        gamma: its closeness.
        rng: NumPy random generator; it is advanced.
    """
    unit = random_student(WIDTH, 1.0, rng)
    scale = np.sqrt(1e-3 / predicted_imbalance(unit, truth, gamma))
    return unit.map(lambda x: scale * x)


def certified(start: LinearRNN, truth: LinearRNN, k: int) -> float:
    """The certified bound up to lag 200 of a student trained to the end; infinite if there is none.

    Args:
        start: the student before training.
        truth: its teacher.
        k: training length.
    """
    run = gradient_flow(start, impulse_response(truth, k), 1e9, rtol=_RTOL, atol=1e-20)
    return float(certify(run.final, truth, k, 201).bound.max())


def _drawn(rng: np.random.Generator, wanted: Callable[[float], bool], fewest: bool = False) -> Foreseen:
    """The first draw whose prediction is wanted."""
    while not wanted((seen := foresee(rng, fewest)).predicted):
        pass
    return seen
