"""Pictures of the failures: large starts, orthogonal teachers, unstable students, missing lags, poison."""

import numpy as np
from matplotlib.lines import Line2D

from lowdim.figures import style
from lowdim.systems.balance import imbalance
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.training.trajectory import Trajectory


def large_start(
    stds: np.ndarray, error: np.ndarray, before: np.ndarray, after: np.ndarray, d: int, teacher_radius: float
) -> style.InlineSVG:
    """Error and spectral radius against the scale of the start.

    Args:
        stds: scales, shape (n,).
        error: extrapolation error, shape (n, seeds).
        before: spectral radius at the start, shape (n, seeds).
        after: spectral radius after training, shape (n, seeds).
        d: state dimension of the students.
        teacher_radius: spectral radius of the teacher.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    left.loglog(stds, error, "o", color=style.STUDENT, ms=3.5, mfc="none")
    left.loglog(stds, np.median(error, axis=1), color=style.STUDENT, lw=1.2)
    left.axhline(1, color=style.MUTED, lw=0.8, ls="--")
    left.set(xlabel=r"scale of the start $\sigma$", ylabel="error", title="What is said later")
    right.loglog(stds, before, "o", color=style.MUTED, ms=5, mfc="none")
    right.loglog(stds, after, "o", color=style.STUDENT, ms=3)
    right.axhline(teacher_radius, color=style.TEACHER, lw=1.0)
    right.text(stds[0], 1.12 * teacher_radius, "teacher", va="bottom")
    right.set(xlabel=r"scale of the start $\sigma$", ylabel="spectral radius", title="Where the poles are")
    for ax in (left, right):
        ax.axvline((2 * d) ** -0.5, color=style.MUTED, lw=1.0, ls=":")
    entries = [("o", style.MUTED, "none", "before"), ("o", style.STUDENT, style.STUDENT, "after training")]
    right.legend(
        handles=[Line2D([], [], marker=m, color=c, mfc=f, ls="", label=t, ms=5) for m, c, f, t in entries],
        loc="lower right",
    )
    alt = (
        f"(a) up to a scale of 0.03 the error stays below {error[stds <= 0.03].max():.1g}; at "
        f"{stds[-1]:g} it is between {error[-1].min():.0e} and {error[-1].max():.0e}. (b) after "
        f"training the spectral radius is {np.median(after[0]):.2f} at the smallest scale, where it "
        f"began at {np.median(before[0]):.2g}, and {np.median(after[-1]):.2f} at the largest, where "
        f"it began at {np.median(before[-1]):.2f}."
    )
    return style.svg(fig, alt)


def orthogonal(
    epsilons: np.ndarray,
    slow: np.ndarray,
    fast: np.ndarray,
    predicted: np.ndarray,
    slow_runs: list[Trajectory],
    fast_runs: list[Trajectory],
) -> style.InlineSVG:
    """Escape times, and the imbalance along training.

    Args:
        epsilons: scales of the start, shape (n,).
        slow: escape times under the orthogonal teacher, shape (n, seeds).
        fast: the same under the balanced teacher, shape (n, seeds).
        predicted: escape time times scale in the limit, shape (seeds,).
        slow_runs: runs under the orthogonal teacher, one for each seed.
        fast_runs: runs under the balanced teacher.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    left.loglog(epsilons, predicted / epsilons[:, None], color=style.INK, lw=0.7)
    left.loglog(epsilons, slow, "o", color=style.ACCENT, ms=4, mfc="none")
    left.loglog(epsilons, fast, "s", color=style.STUDENT, ms=4, mfc="none")
    left.set(xlabel=r"scale of the start $\varepsilon$", ylabel="escape time", title="How long it takes")
    for runs, colour in ((slow_runs, style.ACCENT), (fast_runs, style.STUDENT)):
        for run in runs:
            right.loglog(run.times[1:], imbalance(run.rnn[1:]), color=colour, lw=1.1)
    right.set(xlabel="time", ylabel=r"imbalance $\|u\| / \|v\|$", title="What becomes of balance")
    entries = (("o", style.ACCENT, "orthogonal"), ("s", style.STUDENT, "balanced"))
    left.legend(
        handles=[Line2D([], [], marker=m, color=c, mfc="none", ls="", label=t, ms=5) for m, c, t in entries],
        loc="upper right",
    )
    low = min(float(np.nanmin(imbalance(run.rnn))) for run in slow_runs)
    last = max(float(imbalance(run.final)) for run in fast_runs)
    alt = (
        f"(a) from scale {epsilons[0]:g} to {epsilons[-1]:.0e} the escape time under the orthogonal "
        f"teacher grows from {np.median(slow[0]):.0f} to {np.median(slow[-1]):.0f}, on the predicted "
        f"lines, and under the balanced teacher only from {np.median(fast[0]):.1f} to "
        f"{np.median(fast[-1]):.1f}. (b) under the balanced teacher the imbalance falls to "
        f"{last:.0e} at most; under the orthogonal one it passes values down to {low:.0e} and returns "
        "to one in every seed."
    )
    return style.svg(fig, alt)


def unstable(
    truth: LinearRNN, impostors: list[LinearRNN], radii: list[float], bounds: list, k: int, lags: int
) -> style.InlineSVG:
    """Errors of students with one additional atom, and what their certificates say.

    Args:
        truth: the teacher.
        impostors: the students.
        radii: where their additional atoms sit.
        bounds: certified bounds, one array of at least `lags` entries for each.
        k: training length, shaded.
        lags: how many lags to show.
    """
    fig, ax = style.axes(height=3.2)
    ax.axvspan(-0.5, k - 0.5, color=style.INK, alpha=0.07, lw=0)
    answer, j = impulse_response(truth, lags), np.arange(lags)
    colours = style.ramp(len(impostors))  # from inside the interval to far outside of it
    for colour, rnn, radius, bound in zip(colours, impostors, radii, bounds, strict=True):
        ax.semilogy(
            j, np.abs(impulse_response(rnn, lags) - answer), color=colour, lw=1.4, label=f"{radius:g}"
        )
        ax.semilogy(j, bound[:lags], ":", color=style.INK, lw=1.0)
    ax.axhline(1, color=style.MUTED, lw=0.8, ls="--")
    ax.set(xlabel="lag $q$", ylabel="error", ylim=(1e-10, 1e8))
    ax.legend(title="atom at", loc="upper left", bbox_to_anchor=(0.06, 1.0), ncols=2)
    ends = [float(np.abs(impulse_response(rnn, lags) - answer)[-1]) for rnn in impostors]
    told = ", ".join(f"{end:.0e} for {radius:g}" for end, radius in zip(ends, radii, strict=True))
    granted = ", ".join(f"{r:g}" for r, b in zip(radii, bounds, strict=True) if np.isfinite(b).all())
    alt = (
        f"On lags 0 to {k - 1} all errors are at most a millionth. At lag {lags - 1} they are {told}. A "
        f"certified bound is drawn for {granted} only, at its error."
    )
    return style.svg(fig, alt)


def lag_sets(
    sets: list[list[int]],
    identified: list[bool],
    near_zero: np.ndarray,
    from_mirror: np.ndarray,
    from_double: dict[int, np.ndarray],
) -> style.InlineSVG:
    """Sets of observed lags, and the errors after training on them.

    Args:
        sets: the observed lags.
        identified: whether each set passes the test.
        near_zero: errors after near-zero starts, shape (n, seeds).
        from_mirror: errors after starts at the mirror image, shape (n, seeds).
        from_double: errors after starts at a look-alike, by number of the set, shape (seeds,) each.
    """
    fig, (left, right) = style.axes(1, 2, height=2.9, sharey=True)
    rows = np.arange(len(sets))[::-1]
    for row, lags, good in zip(rows, sets, identified, strict=True):
        colour = style.INK if good else style.MUTED
        left.plot(lags, [row] * len(lags), "o", color=colour, ms=7, mfc=colour if good else "none")
    left.set_yticks(rows, ["passes" if good else "fails" for good in identified])
    left.set(xlabel="observed lags", title="The test", ylim=(-0.6, len(sets) + 0.3))
    left.set_xticks(range(0, max(map(max, sets)) + 1, 2))
    for shift, values, colour, marker, label in (
        (0.1, near_zero, style.STUDENT, "o", "near zero"),
        (-0.1, from_mirror, style.ACCENT, "s", "mirror image"),
    ):
        for row, points in zip(rows, values, strict=True):
            right.semilogx(
                points, np.full(points.shape, row + shift), marker, color=colour, ms=4.5, mfc="none"
            )
        right.semilogx([], [], marker, color=colour, ms=4.5, mfc="none", label=label)
    for i, points in from_double.items():
        right.semilogx(points, np.full(points.shape, rows[i]), "D", color=style.SERIES[2], ms=4.5, mfc="none")
    right.semilogx([], [], "D", color=style.SERIES[2], ms=4.5, mfc="none", label="look-alike")
    right.set(xlabel="extrapolation error", title="The training")
    right.legend(loc="upper center", ncols=2, columnspacing=1, handletextpad=0.1)
    told = "; ".join(
        f"{', '.join(map(str, lags))} ({'passes' if good else 'fails'}): {a.max():.0e} and {b.max():.0e}"
        for lags, good, a, b in zip(sets, identified, near_zero, from_mirror, strict=True)
    )
    doubles = "; ".join(f"{', '.join(map(str, sets[i]))}: {e.max():.1g}" for i, e in from_double.items())
    alt = (
        f"Largest error by set of lags, from near zero and from the mirror image: {told}. From a "
        f"look-alike: {doubles}."
    )
    return style.svg(fig, alt)


def poison(
    labels: list[str], limits: list[np.ndarray], times: list[np.ndarray], errors: list[np.ndarray]
) -> style.InlineSVG:
    """Poles at the end and error along training, for the attack and its antidotes.

    Args:
        labels: what each run observes.
        limits: poles at the end, shape (seeds, d) each.
        times: times recorded, from 0 on, shape (T,) each.
        errors: normalized extrapolation error, shape (seeds, T) each.
    """
    fig, (left, right) = style.axes(1, 2, height=3.6)
    rows = np.arange(len(labels))[::-1]
    colours = (style.STUDENT, style.ACCENT, style.SERIES[2], style.SERIES[3])
    for row, colour, label, poles in zip(rows, colours, labels, limits, strict=True):
        left.text(0.34, row, label.replace(", ", "\n"), ha="center", va="center", color=colour, fontsize=9)
        for shift, own in zip(np.linspace(-0.24, 0.24, len(poles)), poles, strict=True):
            left.plot(own, np.full(own.shape, row + shift), "o", color=colour, ms=3, mfc="none", mew=0.8)
    for pole in (0.0, 1.0):
        left.axvline(pole, color=style.TEACHER, lw=0.7)
    left.set_yticks([])
    left.set(xlabel="poles $a_i$ at the end", xlim=(-0.2, 1.12), title="Where the poles go")
    for colour, when, error in zip(colours, times, errors, strict=True):
        right.loglog(when[1:], error[:, 1:].T, color=colour, lw=1.0)
    right.set(xlabel="time", ylabel="normalized error", title="Error along training", ylim=(1e-11, 1e1))
    told = "; ".join(
        f"{label}: poles from {poles.min():.3f} to {poles.max():.3f}, error {error[:, -1].max():.1g}"
        for label, poles, error in zip(labels, limits, errors, strict=True)
    )
    return style.svg(fig, f"At the end, largest over five seeds. {told}.")
