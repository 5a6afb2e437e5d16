"""Pictures of training on data: finitely many sequences with noise, and one recorded signal."""

import numpy as np

from lowdim.figures import style
from lowdim.figures.seeds import MARKERS, seeds


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
    for colour, marker, (name, values) in zip(style.SERIES, MARKERS, errors.items(), strict=False):
        seeds(left, sizes, values, colour, marker, name)
    noisy = list(errors.values())[-1]
    free = (plenty - k - 1) / (plenty[-1] - k - 1)
    left.loglog(plenty, 2 * np.median(noisy[-1]) * free**-0.5, color=style.INK, lw=0.8)
    top = 1e4
    seeds(right, plenty, np.minimum(late, top), style.ACCENT, "s", "to the end")
    seeds(right, plenty, np.minimum(stopped, top), style.STUDENT, "o", "stopped by held-out data")
    right.axhline(1, color=style.MUTED, lw=0.8, ls="--")
    left.axvline(k, color=style.MUTED, lw=0.8, ls=":")
    left.set(xlabel="sequences $N$", ylabel="error", title="Exact and faint labels")
    right.set(xlabel="sequences $N$", title="Loud labels")
    left.legend(loc="center right", bbox_to_anchor=(1.0, 0.38))
    right.legend(loc="upper right", bbox_to_anchor=(1.0, 0.93))
    exact = max(errors[kind][sizes >= 2 * k].max() for kind in errors if kind.startswith("exact"))
    alt = (
        f"(a) with exact labels, white or coloured, the error is at most {exact:.2g} once there are "
        f"{2 * k} sequences of length {k}; with faint noise it falls to {np.median(noisy[-1]):.1g} at "
        f"{sizes[-1]} sequences, along the line. (b) with loud noise {np.mean(late > 1):.0%} of the runs "
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
        f"(a) after an event the signal rises to {learned.max():.2f} percent at {peak:.0f} seconds, "
        "falls below zero and returns; the students follow the least-squares responses and go on "
        "smoothly to zero. (b) percent of the held-out signal explained by the best run of each method "
        f"at training lengths {', '.join(map(str, lengths))}: {told}."
    )
    return style.svg(fig, alt)
