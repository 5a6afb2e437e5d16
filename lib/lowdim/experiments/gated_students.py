"""Trained students of one length, their teachers, and how far they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from lowdim.gated.extrapolation import error_curve, normalized_error
from lowdim.gated.network import Recurrent


@dataclass(frozen=True, eq=False)
class Study:
    """Trained students, their teachers, and what was measured.

    Args:
        students: one copy per row of the table.
        teachers: likewise.
        table: columns `cell`, `k`, `std`, `rate`, `outputs`, `seed`, `outcome`, `loss` (mean over the last 50
            steps), `training` (normalized error of the supervised outputs at length k, on fresh sequences),
            `error` (normalized error at the last of the lengths).
        curves: normalized errors at all lengths, shape (lengths, rows).
        course: mean loss over each 50 steps, shape (chunks, rows); NaN where a student had stopped.
        past: the students after each of these 50 steps, if they were kept.
    """

    students: Recurrent
    teachers: Recurrent
    table: pd.DataFrame
    curves: Float[np.ndarray, "lengths rows"]
    course: Float[np.ndarray, "chunks rows"]
    past: tuple[Recurrent, ...] = ()

    @property
    def ratio(self) -> Float[np.ndarray, " rows"]:
        """How far each student falls off: its error at the last length over its training error."""
        return (self.table.error / self.table.training).to_numpy()

    def rows(self, keep: Bool[np.ndarray, " rows"] | pd.Series) -> Study:
        """The part of the study with these rows.

        Args:
            keep: for each row whether it stays, such as `study.table["std"] == 0.1`.

        Raises:
            ValueError: no row is left, as when a scale is asked for that was not part of the study.
        """
        (index,) = np.nonzero(np.asarray(keep))
        if not len(index):
            raise ValueError(f"no row of the study is kept; its scales are {sorted(set(self.table['std']))}.")
        copies, table = index.tolist(), self.table.iloc[index].reset_index(drop=True)
        return Study(
            self.students.select(copies),
            self.teachers.select(copies),
            table,
            self.curves[:, index],
            self.course[:, index],
            tuple(students.select(copies) for students in self.past),
        )


def measured(
    students: Recurrent,
    teachers: Recurrent,
    table: pd.DataFrame,
    lengths: Sequence[int],
    course: Float[np.ndarray, "chunks rows"],
    past: tuple[Recurrent, ...] = (),
) -> Study:
    """Trained students as a study, their errors measured.

    Args:
        students: one for each row of the table.
        teachers: likewise.
        table: what is known of each before, with its outcome.
        lengths: at which errors are measured, as in `error_curve`.
        course: mean loss over each 50 steps.
        past: the students after each of these.
    """
    k, outputs = int(table.k.iloc[0]), table.outputs.iloc[0]
    curves = error_curve(students, teachers, lengths)
    supervised = k if outputs == "every" else 1
    columns = {
        "loss": pd.DataFrame(course).ffill().iloc[-1].to_numpy(),  # who has stopped notes no more
        "training": normalized_error(students, teachers, [k], window=supervised)[0],
        "error": curves[-1],
    }
    return Study(students, teachers, table.assign(**columns), curves, course, past)
