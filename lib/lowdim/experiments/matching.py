"""Students taken from their training at a given loss: families compared at equal training error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowdim.experiments.gated_study import Study, measured
from lowdim.gated.network import join


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
