r"""State space layers on drawn teachers: what they answer beyond training, once they fit alike.

Every student has a teacher and a start of its own, a function of the seed and of its number, so that families
meet the same teachers. Errors are largest errors of a response that is 1 at lag 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from lowdim import ssm
from lowdim.experiments.drawn import Teachers, drawn_teachers

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
DENSE = ", as dense"
RATES = (0.003, 0.01, 0.03)  # to choose from


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
    start: str,
    d: int,
    k: int,
    rates: Sequence[float],
    steps: int,
    seed: int,
    each: int = 2,
    device: str | None = None,
) -> tuple[float, Float[np.ndarray, " rates"]]:
    """The rate with the least median training error after a fixed number of steps, and all those medians.

    Its teachers and starts are drawn from a seed that nothing else is drawn from.

    Args:
        start: of the students, as in `start_of`.
        d: states of a student.
        k: training length.
        rates: those to choose from.
        steps: how many.
        seed: whole number.
        each: teachers of each kind and order.
        device: where to train.
    """
    teachers = suited(start, drawn_teachers([seed, 7], each))
    students = start_of(start, d, [seed, 8], len(teachers.d_hat))
    target, quiet = teachers.responses[:, :k], {"device": device, "progress": False}
    errors = [ssm.train(students, target, steps, rate=rate, **quiet).error for rate in rates]
    medians = np.array([np.median(np.where(np.isfinite(e), e, np.inf)) for e in errors])
    return rates[int(medians.argmin())], medians


def suited(start: str, teachers: Teachers) -> Teachers:
    """The teachers that a family can be asked to learn: real ones alone for those of `REAL`.

    Args:
        start: of the students.
        teachers: all of them.
    """
    return teachers[~teachers.oscillating] if start.removesuffix(DENSE) in REAL else teachers


def layers_run(
    seed: int,
    start: str,
    k: int,
    level: float = 1e-3,
    steps: int = 5000,
    each: int = 5,
    d: int = 32,
    rate: float | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Students of one start on drawn teachers, for a sweep.

    Args:
        seed: of teachers and starts.
        start: as in `start_of`.
        k: training length.
        level: of the training error, at which students are compared.
        steps: most steps to take.
        each: teachers of each kind and order from 2 to 5.
        d: states of a student.
        rate: learning rate of Adam; None for the one that `best_rate` chooses by 400 steps at k = 16.
        device: where to train.

    Returns:
        `passed`, the share that reached the level; medians and quartiles of the error beyond training
        (`error`, `low`, `high`), the median `training` error and `excess` states of those, and the rate
        `taken`. NaN where nobody passed.
    """
    if rate is None:
        rate, _ = best_rate(start, d, 16, RATES, 400, seed, device=device)
    teachers = suited(start, drawn_teachers([seed, 0], each))
    students = start_of(start, d, [seed, 1], len(teachers.d_hat))
    table = compare(students, teachers, k, rate, level, steps, device)
    return {**summary(table.assign(k=k), ["k"]).iloc[0].to_dict(), "taken": rate}


def start_of(start: str, d: int, seed: int | Sequence[int], count: int) -> ssm.Layer:
    """Students by name, drawn from a seed.

    Args:
        start: a name in `STARTS`, or one with ", as dense" after it: the same responses at the start, from a
            dense A.
        d: states.
        seed: whole number or a list of them.
        count: how many.

    Raises:
        ValueError: an unknown name.
    """
    name = start.removesuffix(DENSE)
    if name not in STARTS:
        known = ", ".join(map(repr, STARTS))
        raise ValueError(f"start must be one of {known}, {DENSE!r} after it or not, but is {start!r}.")
    students = STARTS[name](d, np.random.default_rng(seed), (count,))
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

    return cast("pd.DataFrame", table.groupby(list(by), sort=False)[list(table.columns)].apply(one))
