r"""State space layers on drawn teachers: what they answer beyond training, once they fit alike.

Every student has a teacher and a start of its own, a function of the seed and of its number, so that families
meet the same teachers. Errors are largest errors of a response that is 1 at lag 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Integer

from lowdim import ssm
from lowdim.experiments.laws.balanced_teachers import balanced_teacher
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.teachers import oscillating_teacher

HORIZON = 256  # lags compared
NEAR = {"ring": (0.0, 0.1), "scale": 0.01}  # a diagonal layer's start near zero
STD = 1e-3  # a dense one's
Maker = Callable[[int, np.random.Generator, tuple[int, ...]], ssm.Layer]

STARTS: dict[str, Maker] = {
    "real diagonal": ssm.real_diagonal,
    "S4D-Real": ssm.s4d_real,
    "S4D-Lin": ssm.s4d_lin,
    "LRU": ssm.lru,
    "LRU near zero": lambda d, rng, batch: ssm.lru(d, rng, batch, **NEAR),
    "dense, default": ssm.dense,
    "dense near zero": lambda d, rng, batch: ssm.dense(d, rng, batch, STD),
    "rotated": lambda d, rng, batch: ssm.rotated(ssm.real_diagonal(d, rng, batch)),
}
REAL = ("real diagonal", "S4D-Real", "rotated")  # families whose poles are real


@dataclass(frozen=True, eq=False)
class Teachers:
    """Drawn teachers, known by their responses.

    Args:
        responses: 1 at lag 0, shape (n, lags).
        oscillating: which have complex poles, shape (n,).
        d_hat: their orders, shape (n,).
    """

    responses: Float[np.ndarray, "n lags"]
    oscillating: np.ndarray
    d_hat: Integer[np.ndarray, " n"]

    def __getitem__(self, index: Any) -> Teachers:
        """Some of them, such as `teachers[~teachers.oscillating]`."""
        return Teachers(self.responses[index], self.oscillating[index], self.d_hat[index])


def oscillating_sum(d_hat: int, rng: np.random.Generator) -> LinearRNN:
    r"""A teacher of $\lfloor \hat d / 2 \rfloor$ pairs of complex poles, and a real one if $\hat d$ is odd.

    Moduli of pairs are uniform on [0.6, 0.95], angles on [0.4, 2.5], the real pole on [-0.95, 0.95]; weights
    are uniform on [0.2, 0.8], then scaled to the sum 1.

    Args:
        d_hat: number of states, at least 2.
        rng: NumPy random generator; it is advanced.
    """
    pairs, odd = divmod(d_hat, 2)
    weights = rng.uniform(0.2, 0.8, pairs + odd)
    weights /= weights.sum()
    moduli, angles = rng.uniform(0.6, 0.95, pairs), rng.uniform(0.4, 2.5, pairs)
    parts = [oscillating_teacher(*each) for each in zip(moduli, angles, weights, strict=False)]
    A, B, C = np.zeros((d_hat, d_hat)), np.zeros(d_hat), np.zeros(d_hat)
    for i, part in enumerate(parts):
        at = slice(2 * i, 2 * i + 2)
        A[at, at], B[at], C[at] = part.A, part.B, part.C
    if odd:
        A[-1, -1], B[-1], C[-1] = rng.uniform(-0.95, 0.95), 1.0, weights[-1]
    return LinearRNN(A, B, C)


def drawn_teachers(
    seed: int | Sequence[int], each: int, orders: Sequence[int] = (2, 3, 4, 5), horizon: int = HORIZON
) -> Teachers:
    """Teachers of every order, as many balanced ones as oscillating ones.

    A balanced one is a `balanced_teacher` with poles more than 0.3 apart, an oscillating one an
    `oscillating_sum`.

    Args:
        seed: whole number or a list of them.
        each: how many of each kind and order.
        orders: numbers of states.
        horizon: lags of their responses.
    """
    rng = np.random.default_rng(seed)
    kinds = [(turns, n) for n in orders for turns in (False, True) for _ in range(each)]
    drawn = [oscillating_sum(n, rng) if turns else balanced_teacher(n, 0.3, rng) for turns, n in kinds]
    oscillating, d_hat = (np.array(column) for column in zip(*kinds, strict=True))
    return Teachers(np.stack([impulse_response(rnn, horizon) for rnn in drawn]), oscillating, d_hat)


def compare(
    students: ssm.Layer,
    teachers: Teachers,
    k: int,
    rate: float,
    level: float,
    steps: int,
    device: str | None = None,
) -> pd.DataFrame:
    r"""Train students to a level of their training error, and measure each where it first got there.

    Args:
        students: one for each teacher.
        teachers: the teachers.
        k: training length.
        rate: learning rate of Adam.
        level: the largest $\max_{j<k} |r_j|$ that counts as trained.
        steps: most steps to take.
        device: where to train.

    Returns:
        A row for each student: `oscillating` and `d_hat` of its teacher; `passed`, whether it reached the
        level; `steps` it took; `training` error there, or at the end; `error`, the largest one at lags from k
        on; `states`, how many Hankel singular values of its first 64 responses exceed the level, in units of
        the first one; and `excess`, how many more these are than the teacher's. The last three are NaN for a
        student that did not pass.
    """
    run = ssm.train(students, teachers.responses[:, :k], steps, [level], rate=rate, device=device)
    horizon = teachers.responses.shape[-1]
    answers = ssm.responses(run.passed[0], horizon).numpy()
    passed = run.steps[0] >= 0
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(answers - teachers.responses)[:, k:].max(-1)
    states = np.where(passed, states_in_use(answers, level), np.nan)
    return pd.DataFrame(
        {
            "oscillating": teachers.oscillating,
            "d_hat": teachers.d_hat,
            "passed": passed,
            "steps": np.where(passed, run.steps[0], steps),
            "training": run.error,
            "error": error,
            "states": states,
            "excess": states - states_in_use(teachers.responses, level),
        }
    )


def states_in_use(responses: Float[np.ndarray, "n lags"], tolerance: float, lags: int = 64) -> np.ndarray:
    """Hankel singular values of the first lags, above a tolerance in units of the first; 0 where NaN.

    Args:
        responses: shape (n, at least `lags`).
        tolerance: relative to the first singular value.
        lags: how many responses.
    """
    at = np.arange(lags // 2)
    hankel = responses[:, at[:, None] + at]
    found = np.zeros(len(responses))
    fine = np.isfinite(hankel).all((1, 2))
    values = np.linalg.svd(hankel[fine], compute_uv=False)
    found[fine] = (values > tolerance * values[:, :1]).sum(-1)
    return found


def best_rate(
    students: ssm.Layer, teachers: Teachers, k: int, rates: Sequence[float], steps: int
) -> tuple[float, Float[np.ndarray, " rates"]]:
    """The rate with the least median training error after a fixed number of steps, and all those medians.

    Args:
        students: one for each teacher.
        teachers: teachers on which nothing else is measured.
        k: training length.
        rates: those to choose from.
        steps: how many.
    """
    target = teachers.responses[:, :k]
    errors = [ssm.train(students, target, steps, rate=rate, progress=False).error for rate in rates]
    medians = np.array([np.median(np.where(np.isfinite(e), e, np.inf)) for e in errors])
    return rates[int(medians.argmin())], medians


def layers_run(
    seed: int,
    start: str,
    k: int,
    rate: float = 0.01,
    level: float = 1e-3,
    steps: int = 3000,
    each: int = 5,
    d: int = 32,
    device: str = "cpu",
) -> dict[str, Any]:
    """Students of one start on drawn teachers, for a sweep.

    Args:
        seed: of teachers and starts.
        start: a name in `STARTS`, or one of its diagonal ones with ", dense" after it: the same responses at
            the start, and a dense A.
        k: training length.
        rate: learning rate of Adam.
        level: of the training error, at which students are compared.
        steps: most steps to take.
        each: teachers of each kind and order from 2 to 5.
        d: states of a student.
        device: where to train.

    Returns:
        `passed`, the share that reached the level; medians and quartiles of the error beyond training
        (`error`, `low`, `high`), the median `training` error, `steps` and `excess` states.
    """
    teachers = drawn_teachers([seed, 0], each)
    name, _, other = start.partition(", dense")
    if other or name == start or start in STARTS:
        name = start
    if name.removesuffix(", dense") in REAL:
        teachers = teachers[~teachers.oscillating]
    students = start_of(start, d, seed, len(teachers.d_hat))
    table = compare(students, teachers, k, rate, level, steps, device)
    low, error, high = np.nanpercentile(table.error, [25, 50, 75]) if table.passed.any() else [np.nan] * 3
    return {
        "passed": float(table.passed.mean()),
        "training": float(table.training.median()),
        "error": float(error),
        "low": float(low),
        "high": float(high),
        "taken": float(table.steps.median()),
        "excess": float(table.excess.median()),
    }


def start_of(start: str, d: int, seed: int, count: int) -> ssm.Layer:
    """Students by name, drawn from a seed.

    Args:
        start: a name in `STARTS`, or one with ", dense" after it.
        d: states.
        seed: whole number.
        count: how many.

    Raises:
        ValueError: an unknown name.
    """
    name = start if start in STARTS else start.removesuffix(", dense")
    if name not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}, or with ', dense', but is {start!r}.")
    students = STARTS[name](d, np.random.default_rng([seed, 1]), (count,))
    return students if name == start else ssm.as_dense(students)


def summary(table: pd.DataFrame, by: Sequence[str] = ("start", "k")) -> pd.DataFrame:
    """Training error, quartiles of the error beyond it, states and share that passed, group by group.

    Args:
        table: rows of `compare`, with the columns to group by.
        by: those columns.

    Returns:
        A row for each group.
    """

    def one(rows: pd.DataFrame) -> pd.Series:
        low, middle, high = rows.error[rows.passed].quantile([0.25, 0.5, 0.75])
        return pd.Series(
            {
                "passed": rows.passed.mean(),
                "training": rows.training[rows.passed].median(),
                "low": low,
                "error": middle,
                "high": high,
                "excess": rows.excess[rows.passed].median(),
            }
        )

    return table.groupby(list(by), sort=False)[list(table.columns)].apply(one)
