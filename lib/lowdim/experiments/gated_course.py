"""Students of a study elsewhere on their course: trained further, or as they were at a given loss.

The second compares families of students at equal training error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowdim.experiments.gated_students import Study, measured
from lowdim.gated.drift import Drift
from lowdim.gated.network import join
from lowdim.gated.training import train

_FRESH = 1_000_000  # added to the seeds of the data of a training that goes on


def continued(
    before: Study,
    steps: int,
    lengths: Sequence[int],
    rate: float,
    carried: float = 0.0,
    drift: float | None = None,
    sequences: int = 16,
) -> Study:
    """The students of a study, trained further on data of their own.

    Args:
        before: the study, of one training length k.
        steps: of Adam.
        lengths: at which errors are measured, as in `error_curve`.
        rate: of Adam, before it decays.
        carried: share of the sequences that go on where those of the step before have ended, as in `train`.
        drift: if given, they learn from teachers on length 2 k that drift off by so much after k (`Drift`),
            and are measured, as ever, against the teachers that do not.
        sequences: per step of training.
    """
    table = before.table.drop(columns=["outcome", "loss", "training", "error"]).assign(rate=rate)
    k = int(table.k.iloc[0])
    teachers = before.teachers if drift is None else Drift(before.teachers, k, drift)
    data = (table.seed + _FRESH).tolist()
    settings = {"sequences": sequences, "rate": rate, "carried": carried}
    run = train(before.students, teachers, k if drift is None else 2 * k, steps, data, **settings)
    table = table.assign(outcome=run.outcome)
    return measured(run.network, before.teachers, table, lengths, run.loss)


def matched(before: Study, losses: Sequence[float], lengths: Sequence[int]) -> Study:
    """The students of a study as they were when their loss was first down to a given one.

    The loss is the mean over 50 steps, as everywhere, and the student that at their end: the one that
    `train` returns if the loss is its `target`, without training it again.

    Args:
        before: a study that kept its students.
        losses: one for each row.
        lengths: at which errors are measured, as in `error_curve`.

    Returns:
        With the outcome "reached", or "unreached" for a student that never was as good, which is taken as it
        was in the end.

    Raises:
        ValueError: the study kept no students; there is not one loss for each row.
    """
    if not before.past:
        raise ValueError("the study kept no students on the way; call `study` with keep=True.")
    wanted = np.asarray(losses, dtype=float)
    if wanted.shape != (len(before.table),):
        raise ValueError(
            f"losses must be one for each of the {len(before.table)} rows, but have shape {wanted.shape}."
        )
    down = before.course <= wanted
    last = np.where(down.any(0), down.argmax(0), len(down) - 1)
    students = join([before.past[chunk].select([row]) for row, chunk in enumerate(last.tolist())])
    course = np.where(np.arange(len(down))[:, None] <= last, before.course, np.nan)
    outcome = np.where(down.any(0), "reached", "unreached")
    table = before.table.drop(columns=["outcome", "loss", "training", "error"])
    return measured(students, before.teachers, table.assign(outcome=outcome), lengths, course)
