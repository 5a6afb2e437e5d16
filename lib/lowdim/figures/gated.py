"""Pictures of the chapter on gated networks: errors at every length, dials, states, pulses, witnesses."""

import itertools

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lowdim.experiments.gated_students import Study
from lowdim.figures import style
from lowdim.gated.inside import state_dimension


def far_out(truth: np.ndarray, said: dict[str, np.ndarray], k: int, shown: int = 60) -> style.InlineSVG:
    """What teacher and students say at the beginning of a long sequence and at its end.

    Args:
        truth: the teacher's outputs, shape (T,).
        said: outputs of a student for each label, shape (T,).
        k: training length, shaded.
        shown: steps in each panel.
    """
    fig, panels = style.axes(1, 2, height=2.9, sharey=True)
    steps = np.arange(1, len(truth) + 1)
    for ax, part in zip(panels, (slice(0, shown), slice(-shown, None)), strict=True):
        ax.plot(steps[part], truth[part], color=style.TEACHER, lw=1.1, label="teacher")
        for colour, (label, outputs) in zip((style.STUDENT, style.ACCENT), said.items(), strict=True):
            ax.plot(steps[part][::2], outputs[part][::2], "o", color=colour, ms=3, alpha=0.8, label=label)
        ax.set_xlabel("step $t$")
    panels[0].axvspan(1, k, color=style.INK, alpha=0.07, lw=0)
    panels[0].set(ylabel="output", title="The beginning")
    panels[1].set(title="The end")
    panels[1].legend(loc="best")
    off = {label: np.abs(outputs - truth)[-shown:].max() for label, outputs in said.items()}
    listed = " and ".join(f"{gap:.2g} for the student {label}" for label, gap in off.items())
    alt = f"""Up to step {k} teacher and students agree. Over the last {shown} of {len(truth)} steps the
        largest gap is {listed}, while the teacher's outputs range over {np.ptp(truth):.2g}."""
    return style.svg(fig, alt)


def along(
    lengths: np.ndarray, left: dict[str, Study], right: dict[str, Study], by_k: list[int], k: int
) -> style.InlineSVG:
    """Normalized error against length: every student, the range of each family, its median.

    Args:
        lengths: T, increasing.
        left: the study of each training length, by its label.
        right: studies of one training length, by their labels, the one that is led astray last.
        by_k: the training lengths of the left panel.
        k: training length of the right panel.
    """
    fig, panels = style.axes(1, 2, height=3.5, sharey=True)
    ends = []
    between = itertools.islice(itertools.cycle(style.SERIES[2:]), len(right) - 2)
    unordered = [style.STUDENT, *between, style.ACCENT]
    for ax, family, colours in zip(panels, (left, right), (style.ramp(len(left)), unordered), strict=True):
        for colour, (label, study) in zip(colours, family.items(), strict=True):
            _family(ax, lengths, study.curves, colour, label)
            ends.append(f"{_spread(study.table.error)} for {_plain(label)}")
        ax.set_xlabel("length $T$")
        ax.legend(loc="upper left")
    for value, colour in zip(by_k, style.ramp(len(by_k)), strict=True):
        panels[0].axvline(value, color=colour, lw=0.6, ls=(0, (2, 3)))
    panels[1].axvline(k, color=style.MUTED, lw=0.6, ls=(0, (2, 3)))
    panels[0].set(ylabel="normalized error", title="Training length", ylim=(1e-3, 20))
    panels[1].set(title=f"Start, step, labels; $k = {k}$")
    alt = f"""Errors stay level up to the training length and rise after it. At length {lengths[-1]} they are
        {", ".join(ends)}."""
    return style.svg(fig, alt)


def dials(table: pd.DataFrame, floors: dict[int, np.ndarray], k: int, std: float) -> style.InlineSVG:
    """Error at the horizon, and the training error below it, against training length and scale.

    Args:
        table: rows of studies with `k`, `std`, `seed`, `training`, `error`.
        floors: for each k the least error of a predictor that sees k inputs, per seed.
        k: training length of the runs over scales.
        std: scale of the runs over training lengths.
    """
    fig, (left, right) = style.axes(1, 2, height=3.3, sharey=True)
    _dial(left, table.loc[table["std"] == std], "k")
    _dial(right, table.loc[table.k == k], "std")
    lengths = np.sort(list(floors))
    low, high = np.array([[min(floors[n]), max(floors[n])] for n in lengths]).T
    left.fill_between(lengths, low, high, color=style.INK, alpha=0.13, lw=0, label="least with $k$ inputs")
    left.set(xlabel="training length $k$", ylabel="normalized error", title="Training length")
    right.set(xlabel=r"scale of the start $\sigma$", title=f"Scale, $k = {k}$")
    left.legend(loc="lower left")
    falls = table[table["std"] == std].groupby("k").error.median()
    rises = table[table.k == k].groupby("std").error.median()
    trained = table.training
    alt = f"""Median error far beyond training: {_pairs(falls, "k")}; and at k = {k}:
        {_pairs(rises, "scale")}. Training errors are between {trained.min():.1g} and {trained.max():.1g}.
        A predictor that sees only k inputs errs by at least {low[0]:.2f} at k = {lengths[0]} and
        {low[-1]:.2f} at k = {lengths[-1]}."""
    return style.svg(fig, alt)


def step(table: pd.DataFrame) -> style.InlineSVG:
    """Error at the horizon, and the training error below it, against the rate of the training.

    Args:
        table: rows of studies with `rate`, `seed`, `training`, `error`.
    """
    fig, ax = style.axes(height=3.0)
    _dial(ax, table, "rate")
    ax.set(xlabel="rate at the beginning of training", ylabel="normalized error")
    ax.legend(loc="upper left")
    medians = table.groupby("rate")[["error", "training"]].median()
    alt = f"""Median error far beyond training: {_pairs(medians.error, "rate")}. Median training error:
        {_pairs(medians.training, "rate")}."""
    return style.svg(fig, alt)


def cure(families: dict[str, dict[str, Study]]) -> style.InlineSVG:
    """Error at the horizon and training error of students, before and after some more training.

    Args:
        families: for each kind of student its studies, by what was done.
    """
    fig, panels = style.axes(1, len(families), height=3.1, sharey=True)
    told = []
    for ax, (kind, studies) in zip(panels, families.items(), strict=True):
        for column, face, ls, label in (
            ("error", style.STUDENT, "-", "far beyond training"),
            ("training", style.PAPER, ":", "in training"),
        ):
            values = np.array([study.table[column] for study in studies.values()])
            at = np.arange(len(values)) + np.linspace(-0.15, 0.15, values.shape[1])[:, None]
            ax.semilogy(at.T, values, "o", mfc=face, mec=style.STUDENT, ms=3.6, alpha=0.8)
            medians = np.median(values, axis=1)
            ax.plot(medians, color=style.STUDENT, lw=1, ls=ls)
            look = {"color": style.STUDENT, "mfc": face, "ms": 3.6, "lw": 1}
            ax.plot([], [], "o", ls=ls, label=label, **look)  # a dot alone would look like a student
            listed = ", ".join(f"{m:.2g} {name}" for m, name in zip(medians, studies, strict=True))
            told.append(f"{kind}, {label}, medians: {listed}")
        ax.set_xticks(range(len(studies)), list(studies))
        ax.set(title=kind, xlim=(-0.5, len(studies) - 0.5))
    panels[0].set(ylabel="normalized error")
    panels[-1].legend(loc="best")
    return style.svg(fig, f"{'; '.join(told)}.")


def directions(families: dict[str, np.ndarray], share: float = 0.99) -> style.InlineSVG:
    """The variance of the states that the leading directions leave out.

    Args:
        families: for each label the principal variances as shares, shape (seeds, directions).
        share: the part of the variance that is counted to.
    """
    fig, ax = style.axes(height=3.3)
    dashed = (0, (2, 2))
    looks = ((style.TEACHER, "-"), *((c, ls) for c in (style.STUDENT, style.ACCENT) for ls in ("-", dashed)))
    counts = []
    for (colour, line), (label, shares) in zip(looks, families.items(), strict=True):
        left_out = np.maximum(1 - np.cumsum(shares, axis=-1), 1e-7)
        index = np.arange(1, shares.shape[-1] + 1)
        _band(ax, index, left_out, colour, label, line)
        needed, _ = state_dimension(shares, share)
        counts.append(f"{label}: {needed.min()} to {needed.max()}")
    ax.axhline(1 - share, color=style.MUTED, lw=0.8)
    ax.set(xlabel="directions", ylabel="variance left out", ylim=(1e-5, 1.2), xlim=(0.5, None))
    ax.legend(loc="upper right")
    return style.svg(fig, f"Directions that hold {share:.0%} of the variance. {'; '.join(counts)}.")


def pulses(
    truth: np.ndarray, families: dict[str, np.ndarray], values: dict[str, np.ndarray]
) -> style.InlineSVG:
    """Responses to a faint pulse held against the teachers', and Hankel singular values.

    Args:
        truth: the teachers' Markov parameters, shape (seeds, lags).
        families: the students', for each label, shape (seeds, lags).
        values: Hankel singular values relative to the first, the teachers' under "teacher", shape (seeds, n).
    """
    fig, (left, right) = style.axes(1, 2, height=3.2)
    scale = np.abs(truth).max(-1, keepdims=True)
    lags = np.arange(truth.shape[-1])
    _band(left, lags, np.abs(truth) / scale, style.TEACHER, "teacher's response")
    colours = {"teacher": style.TEACHER, **dict(zip(families, (style.STUDENT, style.ACCENT), strict=True))}
    gaps = []
    for label, responses in families.items():
        gap = np.abs(responses - truth) / scale
        _band(left, lags, gap, colours[label], f"error, {label}")
        gaps.append(f"{_spread(gap.max(-1))} for {label}")
    left.set(xlabel="lag $j$", ylabel="relative to lag 0", title="Faint pulses", ylim=(1e-6, 30))
    left.legend(loc="upper right")
    shift = dict(zip(values, np.linspace(-0.2, 0.2, len(values)), strict=True))
    shown = 8
    for label, ratios in values.items():
        index = np.arange(1, shown + 1) + shift[label]
        right.semilogy(index, ratios[:, :shown].T, "o", color=colours[label], ms=3.2, alpha=0.8)
    right.set(xlabel="number", ylabel="relative to the first", title="Hankel singular values", ylim=(1e-6, 2))
    alt = f"""Largest error of the response to a faint pulse, relative to lag 0: {", ".join(gaps)}. Hankel
        singular values: the second is {_spread(values["teacher"][:, 1])} of the first for teachers, the
        third {_spread(values["teacher"][:, 2])}."""
    return style.svg(fig, alt)


def witnesses(lengths: np.ndarray, studies: dict[str, dict[int, Study]]) -> style.InlineSVG:
    """Normalized error against length for other kinds of networks.

    Args:
        lengths: T, increasing.
        studies: for each kind of network and each of two training lengths the study.
    """
    fig, panels = style.axes(1, len(studies), height=3.1, sharey=True)
    text = []
    for ax, (kind, family) in zip(panels, studies.items(), strict=True):
        for colour, (k, study) in zip((style.ACCENT, style.STUDENT), sorted(family.items()), strict=True):
            _family(ax, lengths, study.curves, colour, f"$k = {k}$")
            text.append(f"{kind}, k = {k}: {_spread(study.table.error)}")
        ax.set(xlabel="length $T$", title=kind)
        ax.legend(loc="upper left")
    panels[0].set(ylabel="normalized error", ylim=(5e-4, 20))
    return style.svg(fig, f"Errors at length {lengths[-1]}. {'; '.join(text)}.")


def _family(ax: Axes, lengths: np.ndarray, errors: np.ndarray, colour: str, label: str) -> None:
    ax.fill_between(lengths, errors.min(1), errors.max(1), color=colour, alpha=0.15, lw=0)
    ax.loglog(lengths, errors, color=colour, lw=0.5, alpha=0.8)
    ax.loglog(lengths, np.median(errors, axis=1), color=colour, lw=1.8, label=label)


def _band(
    ax: Axes, x: np.ndarray, curves: np.ndarray, colour: str, label: str, ls: str | tuple = "-"
) -> None:
    """The range of curves, shape (seeds, points), and their median."""
    ax.fill_between(x, curves.min(0), curves.max(0), color=colour, alpha=0.15, lw=0)
    ax.semilogy(x, np.median(curves, axis=0), color=colour, lw=1.6, ls=ls, label=label)


def _dial(ax: Axes, rows: pd.DataFrame, name: str) -> None:
    for column, face, label in (
        ("error", style.STUDENT, "far beyond training"),
        ("training", style.PAPER, "in training"),
    ):
        ax.loglog(rows[name], rows[column], "o", mfc=face, mec=style.STUDENT, ms=4.5, alpha=0.8, label=label)
        median = rows.groupby(name)[column].median()
        ax.loglog(median.index, median, color=style.STUDENT, lw=1, ls="-" if face != style.PAPER else ":")
    values = np.unique(rows[name])
    ax.set_xticks(values, [f"{value:g}" for value in values])
    ax.set_xticks([], minor=True)


def _plain(label: str) -> str:
    """A legend's label as one reads it aloud."""
    return label.replace("$", "").replace(r"\sigma", "scale")


def _spread(values: np.ndarray) -> str:
    return f"{np.min(values):.2g} to {np.max(values):.2g}"


def _pairs(medians: pd.Series, name: str) -> str:
    return ", ".join(f"{value:.2g} at {name} = {index:g}" for index, value in medians.items())
