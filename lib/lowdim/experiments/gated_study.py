"""One experiment: train students from several scales on one length, and see how far they carry."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd
import torch
from joblib import delayed

from lowdim.arrays import require_count
from lowdim.experiments.gated_course import continued
from lowdim.experiments.gated_students import Study, measured
from lowdim.experiments.grid import pool
from lowdim.gated.construct import student, teacher
from lowdim.gated.network import join
from lowdim.gated.training import train


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
