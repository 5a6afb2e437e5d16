"""The book's movable figures: each a static one with controls and what a chapter has computed for it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lowdim.figures.movable import Button, Choice, Slider, Tick, movable, rounded
from lowdim.figures.style import InlineSVG
from lowdim.systems.linear import LinearRNN, spectral_measure
from lowdim.training.trajectory import Trajectory

LAGS = (*range(20), *range(20, 40, 4), *range(40, 100, 10), *range(100, 501, 50))
"""Where the two futures are compared: densely at first, then here and there."""


def futures(picture: InlineSVG, truth: LinearRNN, table: pd.DataFrame, lags: Sequence[int]) -> InlineSVG:
    """Trained students by training length and by scale of the start: the same past, two futures.

    Args:
        picture: the static figure.
        truth: the teacher, diagonal.
        table: `sweep` of `future_run` over `k` and `std`.
        lags: at which its `differences` are.
    """
    lengths, starts = (sorted(table[name].unique()) for name in ("k", "std"))
    kept = {(row["k"], row["std"]): row for row in table.to_dict("records")}
    runs = [[_student(kept[k, std]) for std in starts] for k in lengths]
    data = {"poles": np.diag(truth.A), "weights": truth.B * truth.C, "lags": list(lags)}
    data |= {"lengths": [int(k) for k in lengths], "starts": [float(std) for std in starts], "runs": runs}
    controls = [
        Button("smaller", "Start smaller"),
        Slider("start", "Scale of the start", 0, len(starts) - 1, len(starts) - 2),
        Slider("k", "Training length", 0, len(lengths) - 1, lengths.index(7) if 7 in lengths else 0),
        Tick("near", "The first 20 lags only"),
    ]
    return movable(picture, "futures", "Two futures of one past, a figure to move", data, controls, True)


def _student(row: dict) -> dict:
    shown = {"r": row["differences"], "poles": row["poles"], "weights": row["weights"]}
    return {name: rounded(values, 4 if name == "poles" else 3) for name, values in shown.items()}


def persuade(picture: InlineSVG, truth: LinearRNN, k: int, free: Sequence[float]) -> InlineSVG:
    """A student without loss whose next responses the reader chooses.

    Args:
        picture: the static figure.
        truth: the teacher, diagonal.
        k: training length.
        free: poles of the student beside the teacher's; as many responses as they exceed k can be chosen.
    """
    data = {"poles": np.diag(truth.A), "weights": truth.B * truth.C, "k": k, "free": rounded(free, 4)}
    controls = [Button("honest", "Say the truth"), Button("forget", "Forget"), Button("ring", "Ring")]
    return movable(picture, "say", "A student that says what you like, a figure to move", data, controls)


def room(picture: InlineSVG, truth: LinearRNN, reach: int) -> InlineSVG:
    """Every response that non-negative measures leave possible, for a teacher whose poles the reader drags.

    Args:
        picture: the static figure.
        truth: the teacher, diagonal.
        reach: number of lags shown.
    """
    data = {"poles": np.diag(truth.A), "weights": truth.B * truth.C, "reach": reach}
    most = 2 * truth.dim + 2
    controls = [
        Slider("k", "Responses known", 1, most, most - 2),
        Tick("signed", "Allow negative masses"),
        Tick("wider", "Allow poles up to 1.1"),
    ]
    return movable(picture, "room", "Every future that is left, a figure to move", data, controls)


def learn(
    picture: InlineSVG,
    truth: LinearRNN,
    heights: Sequence[float],
    runs: Sequence[Trajectory],
    later: Sequence[np.ndarray],
    names: tuple[str, ...],
    every: int = 1,
    atoms: int = 8,
) -> InlineSVG:
    r"""Runs of training by their time: loss and error, $\lVert u \rVert$ and $\lVert v \rVert$, atoms.

    Args:
        picture: the static figure.
        truth: the teacher, diagonal.
        heights: losses of the best fits by 0, 1, 2, ... atoms.
        runs: trajectories of single students at the same times.
        later: the largest error at later lags, shape (T,), for each run.
        names: of the runs, as the menu has them.
        every: which of the recorded states are shown, each if 1.
        atoms: how many are shown, the heaviest.
    """
    told = []
    for run, error in zip(runs, later, strict=True):
        frames = []
        for i in range(0, len(run.times), every):
            poles, weights = spectral_measure(run.rnn[i])
            heavy = np.argsort(-np.abs(weights))[:atoms]
            frames.append([*rounded(poles[heavy].round(3)), *rounded(weights[heavy].round(4))])
        u, v = (np.linalg.norm(run.rnn.B + sign * run.rnn.C, axis=-1) for sign in (-1, 1))
        series = {"loss": run.loss, "error": error, "u": u, "v": v}
        told.append({"frames": frames} | {name: rounded(x[::every]) for name, x in series.items()})
    data = {"poles": np.diag(truth.A), "weights": truth.B * truth.C, "heights": rounded(heights)}
    data |= {"times": rounded(runs[0].times[::every]), "runs": told}
    last = len(data["times"]) - 1
    controls = [
        Button("play", "Play"),
        Slider("frame", "Time", 0, last, last // 2),
        Choice("start", "Start", names),
    ]
    return movable(picture, "learn", "A run of training, a figure to move", data, controls)


def train(picture: InlineSVG, k: int = 4, states: int = 10) -> InlineSVG:
    """Gradient descent in the page, on a teacher and a start of the reader's own.

    Args:
        picture: the static figure.
        k: training length to begin with.
        states: of the student, to begin with.
    """
    controls = [
        Button("train", "Train"),
        Slider("k", "Training length", 1, 10, k),
        Slider("start", "Scale of the start", -6, -1, -3),
        Slider("poles", "Teacher’s poles", 1, 3, 2),
        Slider("states", "Student’s states", 8, 12, states),
        Slider("seed", "Seed of the start", 0, 9, 0),
    ]
    return movable(picture, "train", "Training in the page, a figure to move", {}, controls)
