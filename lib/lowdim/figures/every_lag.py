"""Pictures of the chapter from a random start to every lag."""

from collections.abc import Sequence

import numpy as np

from lowdim.dynamics.planar import PlanarFlow
from lowdim.figures import style


def certificates(orders: Sequence[int], errors: np.ndarray, bounds: np.ndarray) -> style.InlineSVG:
    """One student of each order: its error and the bound certified at twice the order.

    Args:
        orders: the teachers' numbers of poles, n of them.
        errors: true errors, shape (n, horizon).
        bounds: certified bounds, shape (n, horizon).
    """
    fig, ax = style.axes(height=3.4)
    for colour, order, error, bound in zip(style.SERIES, orders, errors, bounds, strict=False):
        lags = np.arange(len(error))
        ax.semilogy(lags, bound, color=colour, lw=5, alpha=0.3)
        ax.semilogy(lags, error, color=colour, lw=1.1, label=rf"$\hat d = {order}$")
        ax.axvline(2 * order - 0.5, color=colour, lw=0.7, ls=(0, (2, 2)))
    ax.legend(loc="upper right", ncols=2)
    largest = errors.max()
    ax.set(xlabel="lag $q$", ylabel="error", ylim=(largest * 1e-7, largest * 8))
    tight = bounds.max(axis=1) / errors.max(axis=1)
    alt = f"""Errors of {len(orders)} students of teachers with {orders[0]} to {orders[-1]} poles, each
        trained
        on twice as many lags, with the bound certified for each. The largest errors are
        {errors.max(axis=1).min():.1e}
        to {largest:.1e}, and the largest bounds are {tight.min():.4g} to {tight.max():.4g} times these."""
    return style.svg(fig, alt)


def plane(
    pole: float, weight: float, lengths: Sequence[int], paths: list[PlanarFlow], nullclines: list[np.ndarray]
) -> style.InlineSVG:
    """The plane of pole and weight: the curves on which each rests, and the way from the origin.

    Args:
        pole: the teacher's.
        weight: the teacher's.
        lengths: training lengths, a panel each.
        paths: the one-state student of each.
        nullclines: rows a, w0(a), w1(a) of each.
    """
    fig, panels = style.axes(1, len(lengths), height=3.3, sharey=True)
    for ax, k, path, (a, w0, w1) in zip(panels, lengths, paths, nullclines, strict=True):
        ax.plot(a, w0, color=style.MUTED, lw=1.3, label="$w_0$: the weight rests")
        ax.plot(a, w1, color=style.MUTED, lw=1.3, ls=(0, (3, 1.5)), label="$w_1$: the pole rests")
        ax.plot(path.a, path.y**2 / 4, color=style.STUDENT, lw=2)
        ax.plot([pole], [weight], "o", color=style.TEACHER, ms=6)
        ax.axvline(pole, color=style.INK, lw=0.6, ls=(0, (1, 2)))
        ax.set(title=f"$k = {k}$", xlabel="pole $a$", xlim=(0, 1.6 * pole), ylim=(0, 2.2 * weight))
    panels[0].set_ylabel("weight $w$")
    panels[0].legend(loc="upper right")
    heights = [np.max(path.y**2 / 4) / weight for path in paths]
    reach = [np.max(path.a) / pole for path in paths]
    alt = (
        "In the plane of pole and weight the student leaves the origin and ends at the teacher. "
        + " ".join(
            f"For k = {k} its weight rises to {high:.3g} and its pole to {far:.3g} times the teacher's."
            for k, high, far in zip(lengths, heights, reach, strict=True)
        )
    )
    return style.svg(fig, alt)


def escape(scales: np.ndarray, deviations: np.ndarray) -> style.InlineSVG:
    """Measured over predicted imbalance at escape, as a relative deviation, against the scale.

    Args:
        scales: of the starts, shape (n,).
        deviations: absolute relative deviations, shape (draws, n).
    """
    fig, ax = style.axes(height=3.5)
    ax.loglog(scales, deviations.T, color=style.STUDENT, lw=0.7, alpha=0.5)
    ax.loglog(scales, np.median(deviations, axis=0), "o-", color=style.STUDENT, lw=2, ms=5, label="median")
    law = scales * np.log(1 / scales)
    ax.loglog(
        scales,
        np.median(deviations / law) * law,
        color=style.INK,
        lw=1,
        label=r"$\varepsilon \ln(1/\varepsilon)$",
    )
    ax.legend(loc="lower right")
    ax.set(xlabel=r"scale $\varepsilon$ of the start", ylabel="deviation from the prediction")
    alt = f"""For {len(deviations)} drawn teachers and starts the imbalance at escape deviates from the
        prediction by at most {deviations[:, 0].max():.1e} at scale {scales[0]:g} and at most
        {deviations[:, -1].max():.1e} at scale {scales[-1]:g}; the medians are
        {np.median(deviations[:, 0]):.1e} and {np.median(deviations[:, -1]):.1e}."""
    return style.svg(fig, alt)


def final(scales: np.ndarray, errors: np.ndarray) -> style.InlineSVG:
    """Largest error at all lags after training on one mode, against the scale of the start.

    Args:
        scales: shape (n,).
        errors: shape (draws, n).
    """
    fig, ax = style.axes(height=3.4)
    ax.loglog(scales, errors.T, "o-", color=style.STUDENT, lw=0.8, ms=3.5, alpha=0.6)
    middle = np.exp(np.log(errors / scales**2).mean())
    ax.loglog(scales, middle * scales**2, color=style.INK, lw=1.3, label="slope 2")
    ax.legend(loc="lower right")
    ax.set(xlabel=r"scale $\varepsilon$ of the start", ylabel="largest error at any lag")
    slopes = np.polyfit(np.log(scales), np.log(errors).T, 1)[0]
    alt = f"""The largest error of {len(errors)} students of drawn one-pole teachers falls with the scale
        of the
        start from {np.median(errors[:, 0]):.1e} to {np.median(errors[:, -1]):.1e} in the median, with
        slopes
        {slopes.min():.3g} to {slopes.max():.3g}."""
    return style.svg(fig, alt)


def descent(rates: np.ndarray, slopes: np.ndarray, curve: tuple[np.ndarray, np.ndarray]) -> style.InlineSVG:
    """Exponent of the imbalance against the step.

    Args:
        rates: step times gamma, shape (n,).
        slopes: measured exponents, shape (n, draws).
        curve: rates and predicted exponents to draw a line through.
    """
    fig, ax = style.axes(height=3.3)
    for part in (curve[0] < 1, curve[0] > 1):
        ax.plot(curve[0][part], curve[1][part], color=style.INK, lw=1)
    ax.plot(rates, slopes, "o", color=style.STUDENT, ms=4.5, mfc="none", mew=1.1)
    ax.axhline(2, color=style.MUTED, lw=1, ls=(0, (3, 2)))
    ax.text(curve[0][-1], 1.92, "gradient flow", color=style.MUTED, ha="right", va="top", fontsize=9)
    ax.set(xlabel=r"step $\eta\gamma$", ylabel="exponent of the imbalance", ylim=(1.2, 8))
    pairs = ", ".join(f"{r:g}: {s.min():.4g} to {s.max():.4g}" for r, s in zip(rates, slopes, strict=True))
    alt = f"""The measured exponents lie on the predicted curve, which starts at two and has a pole where
        the
        step times gamma is one. By step: {pairs}."""
    return style.svg(fig, alt)


def coloured(times: np.ndarray, narrow: np.ndarray, white: np.ndarray) -> style.InlineSVG:
    """Lengths of the two parts over training, on narrow-band inputs and on white ones.

    Args:
        times: positive, shape (T,).
        narrow: lengths of u and of v, shape (2, T).
        white: the same on white inputs.
    """
    fig, panels = style.axes(1, 2, height=3.2, sharey=True)
    for ax, (u, v), title in zip(panels, (narrow, white), ("narrow band", "white"), strict=True):
        ax.loglog(times, v, color=style.STUDENT, lw=1.6, label=r"$\|v\|$, balanced part")
        ax.loglog(times, u, color=style.STUDENT, lw=1.6, ls=(0, (3, 1.2)), label=r"$\|u\|$, unbalanced part")
        ax.set(xlabel="time $t$", title=title)
    panels[0].set_ylabel("length")
    panels[1].legend(loc="center right")
    most = [np.max(u / v) for u, v in (narrow, white)]
    last = [(u / v)[-1] for u, v in (narrow, white)]
    alt = f"""On narrow-band inputs the unbalanced part grows first, to {most[0]:.1e} times the balanced
        one, and
        ends at {last[0]:.1e} times it. On white inputs the ratio starts at {white[0][0] / white[1][0]:.2g}
        and
        ends at {last[1]:.1e}."""
    return style.svg(fig, alt)


def sleepers(
    times: np.ndarray, masses: dict[int, list[float]], after: np.ndarray, predicted: dict[int, np.ndarray]
) -> style.InlineSVG:
    """Mass of the sleepers over time, measured and predicted.

    Args:
        times: recorded, shape (T,).
        masses: by training length, one for each time.
        after: times of the prediction, shape (n,).
        predicted: by training length, shape (n,).
    """
    fig, ax = style.axes(height=3.4)
    told = []
    for colour, (k, values) in zip(style.ramp(len(masses)), masses.items(), strict=True):
        ax.loglog(times, values, "o", markevery=2, color=colour, ms=3, label=f"$k = {k}$")
        ax.loglog(after, predicted[k], color=colour, lw=1.0)
        told.append(f"{values[-len(after)]:.1e} to {values[-1]:.1e} for k = {k}")
    ax.set(xlabel="time $t$", ylabel="mass of the sleepers")
    ax.legend(loc="lower left")
    alt = f"""From time {after[0]:.0e} to {after[-1]:.0e} the mass of the sleepers goes from
        {"; ".join(told)}. The predicted lines run through the dots."""
    return style.svg(fig, alt)


def channels(names: Sequence[str], indices: Sequence[int], errors: np.ndarray) -> style.InlineSVG:
    """Largest error of students with two inputs and outputs against the training length.

    Args:
        names: of the teachers.
        indices: their observability indices.
        errors: shape (teachers, lengths), for k = 1, 2, ...
    """
    fig, ax = style.axes(height=3.2)
    lengths = np.arange(1, errors.shape[1] + 1)
    for colour, name, index, row, mark in zip(style.SERIES, names, indices, errors, "osD", strict=False):
        label = rf"{name}, $\nu = {index}$"
        ax.semilogy(lengths, row, mark + "-", color=colour, lw=1.2, ms=5, mfc="none", label=label)
    ax.set(xlabel="training length $k$", ylabel="largest error")
    ax.set_xticks(lengths)
    ax.legend(loc="lower left")
    alt = "Largest errors of students with two inputs and outputs. " + " ".join(
        f"{name}: {row[: 2 * index - 1].min():.1e} or more before {2 * index} lags, "
        f"{row[2 * index - 1 :].max():.1e} or less from there on."
        for name, index, row in zip(names, indices, errors, strict=True)
    )
    return style.svg(fig, alt)
