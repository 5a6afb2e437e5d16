"""Pictures of the chapter beyond symmetry: charges, smallest weights, teachers, optimizers, finite data."""

import numpy as np
from matplotlib.axes import Axes

from lowdim.figures import style

_MARKERS = "osD^v"


def charges(
    tolerances: np.ndarray,
    along_flow: np.ndarray,
    ports: np.ndarray,
    steps: np.ndarray,
    along_descent: np.ndarray,
    predicted: np.ndarray,
) -> style.InlineSVG:
    """How far the Noether charge drifts: with the integrator's tolerance, and with the step of descent.

    Args:
        tolerances: relative tolerances of the integrator, shape (n,).
        along_flow: drift of the charge along the flow, shape (n, seeds).
        ports: drift of the part of it made of B and C alone, shape (n, seeds).
        steps: step sizes, shape (m,).
        along_descent: drift under gradient descent, shape (m, seeds).
        predicted: its predicted drift per unit of step size, shape (seeds,).
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    _seeds(left, tolerances, ports, style.MUTED, "x", "ports alone")
    _seeds(left, tolerances, along_flow, style.STUDENT, "o", "charge")
    left.set(xlabel="tolerance of the integrator", ylabel="drift", title="Gradient flow")
    left.legend(loc="center left")
    _seeds(right, steps, along_descent, style.STUDENT, "o", "charge", line=False)
    right.loglog(steps, steps[:, None] * predicted, color=style.INK, lw=0.8)
    right.set(xlabel=r"step size $\eta$", title="Gradient descent")
    right.set_xticks(steps, [f"{step:g}" for step in steps], minor=False)
    right.minorticks_off()
    off = np.abs(along_descent / (steps[:, None] * predicted) - 1).max()
    alt = (
        f"Left: as the tolerance goes from {tolerances.max():.0e} to {tolerances.min():.0e} the drift "
        f"of the charge falls from {along_flow[np.argmax(tolerances)].max():.1g} to "
        f"{along_flow[np.argmin(tolerances)].max():.1g}; the part made of B and C alone changes by "
        f"{ports.min():.1g} or more throughout. Right: under descent the drift is proportional to the "
        f"step size and lies within {off:.0%} of its prediction for every step and seed."
    )
    return style.svg(fig, alt)


def scales(
    stds: np.ndarray, excess: dict[str, np.ndarray], asymmetry: dict[str, np.ndarray], imbalance: np.ndarray
) -> style.InlineSVG:
    """Squared norm above the least possible, asymmetry and imbalance, against the scale of the start.

    Args:
        stds: scales, shape (n,).
        excess: relative excess of the squared norm by teacher, shape (n, seeds) each.
        asymmetry: relative asymmetry of A, on the states in use, by teacher, shape (n, seeds) each.
        imbalance: of the students of the balanced teacher, shape (n, seeds).
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    look = dict(zip(excess, zip(style.SERIES, _MARKERS, strict=False), strict=False))
    for ax, family in ((left, excess), (right, asymmetry)):
        for name, values in family.items():
            _seeds(ax, stds, values, *look[name], name if ax is left else f"asymmetry, {name}")
        ax.set(xlabel=r"scale of the start $\varepsilon$")
    _seeds(right, stds, imbalance, style.MUTED, "x", "imbalance, balanced")
    for ax, least, order in (
        (left, min(values[0].min() for values in excess.values()), 2),
        (right, imbalance[0].min(), 1),
    ):
        ax.loglog(stds, least / 3 * (stds / stds[0]) ** order, color=style.INK, lw=0.8)
    left.set(title="Squared norm, above the least")
    right.set(title="Asymmetry and imbalance")
    left.legend(loc="upper left")
    right.legend(loc="lower right")
    low = np.array([values[0].max() for values in excess.values()])
    flat = ", ".join(f"{name} {values[0].mean():.2g}" for name, values in asymmetry.items())
    alt = (
        f"Left: the squared norm of the trained weights exceeds the least possible by {low.max():.1g} "
        f"at scale {stds[0]:.0e}, and by an amount that grows with the square of the scale, for all "
        f"teachers alike. Right: at that scale the asymmetry of A on the states in use is {flat}; it stays "
        "for the oscillating teacher at all small scales. The imbalance under the balanced teacher, "
        f"{imbalance[0].mean():.1g} there, follows a line of slope one."
    )
    return style.svg(fig, alt)


def teachers(
    lengths: np.ndarray,
    by_length: dict[str, np.ndarray],
    stds: np.ndarray,
    by_scale: dict[str, np.ndarray],
) -> style.InlineSVG:
    """Extrapolation error of free students against training length and against the scale of the start.

    Args:
        lengths: training lengths, shape (n,).
        by_length: error by teacher, shape (n, seeds) each.
        stds: scales of the start, shape (m,).
        by_scale: error by teacher, shape (m, seeds) each.
    """
    fig, (left, right) = style.axes(1, 2, height=3.2, sharey=True)
    for colour, marker, name in zip(style.SERIES, _MARKERS, by_length, strict=False):
        _seeds(left, lengths, by_length[name], colour, marker, name)
        _seeds(right, stds, by_scale[name], colour, marker, name)
    left.set(xscale="linear", xlabel="training length $k$", ylabel="error", title="Near-zero start")
    left.set_xticks(lengths)
    left.set_ylim(1e-11, 1e3)
    right.legend(loc="upper left")
    right.set(xlabel=r"scale of the start $\varepsilon$", title="All scales")
    right.tick_params(labelleft=True)
    short, long = (np.concatenate([v[i] for v in by_length.values()]) for i in (0, -1))
    near, far = (np.concatenate([v[i] for v in by_scale.values()]) for i in (0, -1))
    alt = (
        f"Left: for all four teachers the error is at least {short.min():.1g} at training length "
        f"{lengths[0]} and at most {long.max():.1g} at {lengths[-1]}; the oscillating teacher is last "
        "to be found. Right: the error grows with the scale of the start, from at most "
        f"{near.max():.1g} at {stds[0]:.0e} to at least {far.min():.1g} at {stds[-1]:g}."
    )
    return style.svg(fig, alt)


def optimizers(
    names: list[str], balanced: np.ndarray, near_zero: np.ndarray, error: np.ndarray
) -> style.InlineSVG:
    """Imbalance after training by optimizer, from balanced and from random starts, and the error reached.

    Args:
        names: optimizers.
        balanced: imbalance after a balanced start, shape (n, seeds).
        near_zero: imbalance after a random start near zero, shape (n, seeds).
        error: extrapolation error after the latter, shape (n, seeds).
    """
    fig, (left, right) = style.axes(1, 2, height=3.0, sharey=True)
    rows = np.arange(len(names))[::-1]
    _strip(left, rows, np.maximum(balanced, 1e-17), style.ACCENT, "s", "balanced start")
    _strip(left, rows, near_zero, style.STUDENT, "o", "random start")
    _strip(right, rows, error, style.STUDENT, "o", "random start")
    left.set_yticks(rows, names)
    left.set(xlabel="imbalance at the end", xlim=(3e-18, 10), title="What is kept, what decays")
    right.set(xlabel="extrapolation error", title="What is learned")
    right.tick_params(labelleft=True)
    left.set_ylim(-0.6, len(names) + 0.4)
    left.legend(loc="upper center", ncols=2, columnspacing=1, handletextpad=0.1)
    told = "; ".join(
        f"{name}: {b.max():.1g} from a balanced start, {z.max():.1g} from a random one"
        for name, b, z in zip(names, balanced, near_zero, strict=True)
    )
    alt = (
        f"Largest imbalance over the seeds. {told}. Exact zeros are drawn at the left edge. Errors "
        f"reach {error.min():.1g} to {error.max():.1g}."
    )
    return style.svg(fig, alt)


def finite(
    sizes: np.ndarray,
    errors: dict[str, np.ndarray],
    k: int,
    plenty: np.ndarray,
    late: np.ndarray,
    stopped: np.ndarray,
) -> style.InlineSVG:
    """Extrapolation error against the number of training sequences; what exceeds 1e4 is drawn there.

    Args:
        sizes: numbers of sequences, shape (n,).
        errors: error by kind of data, shape (n, seeds) each.
        k: length of the sequences, marked.
        plenty: numbers of sequences of the loud data, shape (m,).
        late: error on loud data at the end of the flow, shape (m, seeds).
        stopped: the same when held-out sequences choose the moment to stop, shape (m, seeds).
    """
    fig, (left, right) = style.axes(1, 2, height=3.5)
    for colour, marker, (name, values) in zip(style.SERIES, _MARKERS, errors.items(), strict=False):
        _seeds(left, sizes, values, colour, marker, name)
    noisy = list(errors.values())[-1]
    free = (plenty - k - 1) / (plenty[-1] - k - 1)
    left.loglog(plenty, 2 * np.median(noisy[-1]) * free**-0.5, color=style.INK, lw=0.8)
    top = 1e4
    _seeds(right, plenty, np.minimum(late, top), style.ACCENT, "s", "to the end")
    _seeds(right, plenty, np.minimum(stopped, top), style.STUDENT, "o", "stopped by held-out data")
    right.axhline(1, color=style.MUTED, lw=0.8, ls="--")
    left.axvline(k, color=style.MUTED, lw=0.8, ls=":")
    left.set(xlabel="sequences $N$", ylabel="error", title="Exact and faint labels")
    right.set(xlabel="sequences $N$", title="Loud labels")
    left.legend(loc="center right", bbox_to_anchor=(1.0, 0.38))
    right.legend(loc="upper right", bbox_to_anchor=(1.0, 0.93))
    exact = max(errors[kind][sizes >= 2 * k].max() for kind in errors if kind.startswith("exact"))
    alt = (
        f"Left: with exact labels, white or coloured, the error is at most {exact:.2g} once there are "
        f"{2 * k} sequences of length {k}; with faint noise it falls to {np.median(noisy[-1]):.1g} at "
        f"{sizes[-1]} sequences, along the line. Right: with loud noise {np.mean(late > 1):.0%} of the runs "
        f"to the end err by more than one, at worst by {late.max():.0e}; stopped by held-out data "
        f"{np.mean(stopped > 1):.0%} do."
    )
    return style.svg(fig, alt)


def record(
    raw: np.ndarray,
    learned: np.ndarray,
    classical: np.ndarray,
    lengths: np.ndarray,
    explained: dict[str, list[np.ndarray]],
    interval: float,
) -> style.InlineSVG:
    """The recorded system: responses identified, and what they explain of the continuation.

    Args:
        raw: least-squares responses at the training lags, shape (k,).
        learned: responses of the students, shape (seeds, lags).
        classical: response of the classical identification of the same order, shape (lags,).
        lengths: training lengths, shape (n,).
        explained: fractions of the held-out signal explained by method, one array of runs for each length.
        interval: sampling interval in seconds.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    k, lags = raw.size, learned.shape[1]
    left.axvspan(-0.5 * interval, (k - 0.5) * interval, color=style.INK, alpha=0.07, lw=0)
    left.plot(interval * np.arange(lags), classical, "--", color=style.ACCENT, lw=1.2, label="Ho-Kalman")
    left.plot(interval * np.arange(lags), learned.T, color=style.STUDENT, lw=1.0)
    left.plot([], [], color=style.STUDENT, lw=1.2, label="students")
    left.plot(interval * np.arange(k), raw, "o", color=style.TEACHER, ms=3.5, label="least squares")
    left.set(xlabel="seconds after the event", ylabel="signal change, percent", title="Responses found")
    left.legend(loc="upper right")
    for colour, marker, (name, by_length) in zip(
        (style.TEACHER, style.ACCENT, style.STUDENT), "osD", explained.items(), strict=True
    ):
        for length, values in zip(lengths, by_length, strict=True):
            floor = np.maximum(values, -0.05)
            right.plot(np.full(len(floor), length), floor, marker, color=colour, ms=4.5, mfc="none")
        right.plot([], [], marker, color=colour, ms=4.5, mfc="none", label=name)
    right.axhline(0, color=style.MUTED, lw=0.8, ls="--")
    right.set(xlabel="training length $k$", ylabel="fraction", title="Held-out signal explained")
    right.set_xticks(lengths)
    right.legend(loc="lower right")
    told = "; ".join(
        f"{name} " + ", ".join(f"{100 * max(values):.0f}" for values in by_length)
        for name, by_length in explained.items()
    )
    peak = interval * learned.mean(0).argmax()
    alt = (
        f"Left: after an event the signal rises to {learned.max():.2f} percent at {peak:.0f} seconds, "
        "falls below zero and returns; the students follow the least-squares responses and go on "
        "smoothly to zero. Right: percent of the held-out signal explained by the best run of each method "
        f"at training lengths {', '.join(map(str, lengths))}: {told}."
    )
    return style.svg(fig, alt)


def _seeds(
    ax: Axes, x: np.ndarray, values: np.ndarray, colour: str, marker: str, label: str, line: bool = True
) -> None:
    """Every seed as a point, their median as a line; values of shape (n, seeds)."""
    ax.loglog(x, values, marker, color=colour, ms=3.2, mfc="none", mew=0.8)
    ax.loglog(x, np.median(values, axis=1), marker + "-" * line, color=colour, ms=3.2, lw=1.2, label=label)


def _strip(ax: Axes, rows: np.ndarray, values: np.ndarray, colour: str, marker: str, label: str) -> None:
    """One row of points for each row of values, on a logarithmic axis."""
    for row, points in zip(rows, values, strict=True):
        ax.semilogx(points, np.full(points.shape, row), marker, color=colour, ms=4.5, mfc="none")
    ax.semilogx([], [], marker, color=colour, ms=4.5, mfc="none", label=label)
