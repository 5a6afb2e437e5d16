"""Pictures of training on data: finitely many sequences with noise, and one recorded signal."""

import numpy as np

from lowdim.figures import style
from lowdim.figures.marks import label
from lowdim.figures.seeds import MARKERS, seeds


def finite(
    exact: tuple[np.ndarray, dict[str, np.ndarray]],
    faint: tuple[np.ndarray, dict[str, np.ndarray]],
    k: int,
    loud: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> style.InlineSVG:
    """Extrapolation error against the number of training sequences; what exceeds 1e4 is a triangle there.

    Args:
        exact: numbers of exactly labelled sequences, shape (n,), and errors by colour of the inputs, shape
            (n, seeds) each.
        faint: the same with faint noise.
        k: length of the sequences, marked.
        loud: numbers of sequences with loud noise, shape (m,); errors at the end of the flow, shape (m,
            seeds); and when held-out sequences choose the moment to stop.
    """
    fig, (left, right) = style.axes(1, 2, height=3.5)
    looks = iter(zip(style.SERIES, MARKERS, strict=False))
    sizes, errors = exact
    for (name, values), look in zip(errors.items(), looks, strict=False):
        seeds(left, sizes, values, *look, f"exact, {name}")
    left.legend(loc="center right", bbox_to_anchor=(1.0, 0.35), fontsize=9, labelspacing=0.25)
    sizes, errors = faint
    for (name, values), look in zip(errors.items(), looks, strict=False):
        seeds(left, sizes, values, *look, f"faint noise, {name}")
        label(left, f"faint noise, {name}", (sizes[0], values[0].min()), (0, -16), color=look[0])
    noisy = np.median(next(iter(errors.values())), axis=1)
    law = 2 * noisy[-1] * ((sizes - k - 1) / (sizes[-1] - k - 1)) ** -0.5
    left.loglog(sizes, law, color=style.INK, lw=0.8)
    label(left, r"$\propto (N-k-1)^{-1/2}$", (sizes[1], law[1]), (-6, 14), color=style.INK)
    numbers, late, stopped = loud
    top = 1e4
    seeds(right, numbers, late, style.ACCENT, "s", "to the end", ceiling=top)
    seeds(right, numbers, stopped, style.STUDENT, "o", "stopped early", ceiling=top)
    label(right, "to the end", (numbers[0], min(np.median(late[0]), top)), (8, 3), color=style.ACCENT)
    label(right, "stopped early", (numbers[0], np.median(stopped[0])), (4, -24), color=style.STUDENT)
    right.axhline(1, color=style.MUTED, lw=0.8, ls="--")
    left.axvline(k, color=style.MUTED, lw=0.8, ls=":")
    left.text(1.1 * k, 0.96, "$N = k$", transform=left.get_xaxis_transform(), va="top", color=style.MUTED)
    left.set(xlabel="sequences $N$", ylabel="error", title="Exact and faint labels")
    right.set(xlabel="sequences $N$", title="Loud labels", ylim=(None, top))
    enough = max(values[exact[0] >= 2 * k].max() for values in exact[1].values())
    alt = (
        f"(a) with exact labels, white or coloured, the error is at most {enough:.2g} once there are "
        f"{2 * k} sequences of length {k}; with faint noise its median falls from {noisy[0]:.1g} at "
        f"{sizes[0]} to {noisy[-1]:.1g} at {sizes[-1]} sequences, along the line. (b) with loud noise "
        f"{np.mean(late > 1):.0%} of the runs to the end err by more than one, at worst by {late.max():.0e}; "
        f"stopped by held-out data {np.mean(stopped > 1):.0%} do."
    )
    return style.svg(fig, alt)


def record(
    raw: np.ndarray,
    learned: np.ndarray,
    classical: np.ndarray,
    explained: dict[str, dict[int, np.ndarray]],
    interval: float,
) -> style.InlineSVG:
    """The recorded system: responses identified, and what they explain of the continuation.

    Args:
        raw: least-squares responses at the training lags, shape (k,).
        learned: responses of the students, shape (seeds, lags).
        classical: response of the classical identification of the same order, shape (lags,).
        explained: fractions of the held-out signal by method and training length, one for each run.
        interval: sampling interval in seconds.
    """
    fig, (left, right) = style.axes(1, 2, height=3.5)
    k, lags = raw.size, learned.shape[1]
    left.axvspan(-0.5 * interval, (k - 0.5) * interval, color=style.INK, alpha=0.07, lw=0)
    left.plot(interval * np.arange(lags), classical, "--", color=style.ACCENT, lw=1.2, label="Ho-Kalman")
    left.plot(interval * np.arange(lags), learned.T, color=style.STUDENT, lw=1.0)
    left.plot([], [], color=style.STUDENT, lw=1.2, label="students")
    left.plot(interval * np.arange(k), raw, "o", color=style.TEACHER, ms=3.5, label="least squares")
    left.set(xlabel="seconds after the event", ylabel="signal change, percent", title="Responses found")
    left.legend(loc="upper right")
    rows = np.arange(len(explained))[::-1]
    lengths = sorted({n for runs in explained.values() for n in runs})
    for row, runs in zip(rows, explained.values(), strict=True):
        for shift, n, marker in zip((0.22, 0.0, -0.22), lengths, "osD", strict=False):
            if n in runs:
                shown = np.maximum(runs[n], -0.05)
                right.plot(
                    shown, np.full(len(shown), row + shift), marker, color=style.STUDENT, ms=4, mfc="none"
                )
    for n, marker in zip(lengths, "osD", strict=False):
        right.plot([], [], marker, color=style.STUDENT, ms=4, mfc="none", label=f"$k = {n}$")
    right.axvline(0, color=style.MUTED, lw=0.8, ls="--")
    right.set_yticks(rows, list(explained))
    right.set_xticks([-0.05, 0, 0.1, 0.2, 0.3], ["below", "0", "0.1", "0.2", "0.3"])
    # A label of its own, if of one space: on a phone it would take the left panel's.
    right.set(xlabel="fraction", ylabel=" ")
    right.set(title="Held-out signal explained", ylim=(-0.6, len(explained) - 0.4))
    right.legend(loc="center left")
    told = "; ".join(f"{name} " + ", ".join(map(_percent, runs.values())) for name, runs in explained.items())
    peak = interval * learned.mean(0).argmax()
    alt = (
        f"(a) after an event the signal rises to {learned.max():.2f} percent at {peak:.0f} seconds, "
        "falls below zero and returns; the students follow the least-squares responses and go on "
        "smoothly to zero. (b) percent of the held-out signal explained, worst and best run of a method "
        f"at training lengths {', '.join(map(str, lengths))}, as far as they were tried: {told}."
    )
    return style.svg(fig, alt)


def _percent(values: np.ndarray) -> str:
    """Worst and best run, in percent."""
    worst, best = (f"{100 * x:.0f}" if x > 0 else "nothing" for x in (values.min(), values.max()))
    return worst if worst == best else f"{worst} to {best}"
