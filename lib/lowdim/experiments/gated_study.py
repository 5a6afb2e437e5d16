"""One experiment: train students from several scales on one length, and see how far they carry."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float
from joblib import delayed

from lowdim.arrays import require_count
from lowdim.experiments.grid import pool
from lowdim.gated.construct import student, teacher
from lowdim.gated.drift import Drift
from lowdim.gated.extrapolation import error_curve, normalized_error
from lowdim.gated.network import Recurrent, join
from lowdim.gated.training import train

_FRESH = 1_000_000  # added to the seeds of the data of a training that goes on


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


def study(
    k: int,
    stds: Sequence[float],
    seeds: Sequence[int],
    steps: int,
    lengths: Sequence[int],
    units: int = 50,
    teacher_units: int = 4,
    memory: float = 8.0,
    cell: str = "gru",
    rate: float = 0.02,
    outputs: str = "every",
    sequences: int = 16,
    keep: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    device: str | torch.device = "cpu",
) -> Study:
    """Train one student for every scale and seed, each on the teacher of its seed.

    Args:
        k: training length.
        stds: initialization scales.
        seeds: of teachers, students and data.
        steps: of Adam.
        lengths: at which errors are measured, as in `error_curve`.
        units: of a student.
        teacher_units: of a teacher.
        memory: time constant of a teacher's slowest unit.
        cell: "gru", "lstm" or "tanh".
        rate: of Adam, before it decays.
        outputs: that training sees, "every" or "last".
        sequences: per step of training.
        keep: whether to keep the students as they are after every 50 steps, for `matched`.
        checkpoint: file to continue from, as in `train`.
        device: where all of it happens.

    Returns:
        Rows ordered by std, then by seed.
    """
    seeds, stds = list(seeds), list(stds)
    place = {"cell": cell, "device": device}
    start = join([student(units, std, seeds, **place) for std in stds])
    teachers = teacher(teacher_units, seeds, memory=memory, **place).select(
        list(range(len(seeds))) * len(stds)
    )
    settings = {"rate": rate, "sequences": sequences, "outputs": outputs, "keep": keep}
    run = train(start, teachers, k, steps, seeds * len(stds), checkpoint=checkpoint, **settings)
    rows = {
        "cell": cell,
        "k": k,
        "std": [std for std in stds for _ in seeds],
        "rate": rate,
        "outputs": outputs,
        "seed": seeds * len(stds),
    }
    table = pd.DataFrame(rows).assign(outcome=run.outcome)
    return measured(run.network, teachers, table, lengths, run.loss, run.past)


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


def studies(
    plans: Sequence[Mapping[str, Any]], processes: int, run: Callable[..., Study] = study, **shared: Any
) -> list[Study]:
    """Several studies at once, each in one process; the processes stay for the next call.

    Args:
        plans: for each study its own arguments of `run`; the longest first, lest one process wait for it.
        processes: how many.
        run: `study` or `continued`.
        shared: arguments of all, where a plan does not give its own.

    Returns:
        The studies in the order of the plans, with the bits that `run` gives in one thread.
    """
    calls = [delayed(run)(**{**shared, **plan}) for plan in plans]
    return cast("list[Study]", pool(require_count("processes", processes))(calls))


def gated_run(
    seed: int,
    k: int,
    std: float,
    steps: int,
    horizon: int = 10_000,
    units: int = 50,
    teacher_units: int = 4,
    memory: float = 8.0,
    cell: str = "gru",
    rate: float = 0.02,
    outputs: str = "every",
    further: int = 0,
    carried: float = 0.0,
    checkpoints: str | None = None,
) -> dict[str, Any]:
    """One student of `study` as a row of `sweep`; a run that is killed goes on where it was.

    Args:
        seed: of teacher, student and data.
        k: training length.
        std: initialization scale.
        steps: of Adam.
        horizon: length at which the error is measured.
        units: of the student.
        teacher_units: of the teacher.
        memory: time constant of the teacher's slowest unit.
        cell: "gru", "lstm" or "tanh".
        rate: of Adam, before it decays.
        outputs: that training sees, "every" or "last".
        further: steps at a rate of 0.005 after the training, in which
        carried: is the share of the sequences that go on where those of the step before have ended.
        checkpoints: folder of the files from which killed runs go on; none are kept if None.

    Returns:
        `outcome`; normalized errors, `training` at length k and `extrapolation_error` at the horizon; `ratio`
        of the second to the first.
    """
    given: dict[str, Any] = {"cell": cell, "memory": memory, "rate": rate, "outputs": outputs}
    given |= {"units": units, "teacher_units": teacher_units}
    name = "-".join(map(str, [seed, k, std, steps, *given.values()]))
    file = Path(checkpoints) / f"{name}.pt" if checkpoints else None
    result = study(k, [std], [seed], steps, [horizon], checkpoint=file, **given)
    if further:
        result = continued(result, further, [horizon], 0.005, carried)
    row = result.table.iloc[0]
    return {
        "outcome": str(row.outcome),
        "training": float(row.training),
        "extrapolation_error": float(row.error),
        "ratio": float(result.ratio[0]),
    }
