"""Pictures of the chapter on extrapolation: thresholds, scales, widths, states, batches, certificates."""

import numpy as np
import pandas as pd

from lowdim.figures import style
from lowdim.figures.marks import capped, label, seed_by_seed

_FLOOR, _CEILING = 1e-11, 1e3  # of the errors shown against k; what lies outside sits on the edge


def threshold(table: pd.DataFrame, gauss: dict[int, np.ndarray]) -> style.InlineSVG:
    """Extrapolation error against training length, one curve for each teacher size.

    Args:
        table: a sweep over `d_hat`, `k` and `seed` with the column `extrapolation_error`.
        gauss: for each d_hat the error of the Gauss rule at k = 2, 4, ..., 2 d_hat - 2.
    """
    fig, ax = style.axes(height=3.7)
    sizes = sorted(table.d_hat.unique())
    for colour, d_hat in zip(style.ramp(len(sizes)), sizes, strict=True):
        rows = table[table.d_hat == d_hat]
        median = rows.groupby("k").extrapolation_error.median()
        ax.semilogy(median.index, _clip(median), color=colour, lw=1.2)
        ax.semilogy(rows.k, _clip(rows.extrapolation_error), "o", color=colour, ms=3.2, alpha=0.7)
        ax.plot(2 * d_hat + 1, _clip(median[2 * d_hat + 1]), "D", mfc=style.PAPER, mec=colour, ms=7)
        above, below = np.log10(_clip(median[[2 * d_hat - 1, 2 * d_hat]]))
        ax.annotate(  # halfway down its cliff, where it is alone
            rf"$\hat d = {d_hat}$" if d_hat == sizes[-1] else f"${d_hat}$",
            (np.interp(-5, [below, above], [2 * d_hat, 2 * d_hat - 1]), 1e-5),
            (6, 0),
            textcoords="offset points",
            color=colour,
        )
        if d_hat in gauss:
            even = 2 * np.arange(1, d_hat)
            ax.semilogy(even, _clip(gauss[d_hat]), "x", color=style.INK, ms=7, mew=1.1)
    ax.plot([], [], "x", color=style.INK, ms=7, label="Gauss rule with $k/2$ atoms")
    ax.plot([], [], "D", mfc=style.PAPER, mec=style.INK, ms=7, label=r"$k = 2\hat d + 1$, the theorem's")
    ax.legend(loc="lower left")
    ax.set(xlabel="training length $k$", ylabel="largest error")
    ax.set(xticks=range(1, int(table.k.max()) + 1), ylim=(_FLOOR / 3, _CEILING * 3))
    cliff = [_range(table[table.k == 2 * table.d_hat + shift].extrapolation_error) for shift in (-1, 0, 1)]
    alt = f"""For teachers of {sizes[0]} to {sizes[-1]} states the error falls off a cliff at twice the size
        of the teacher: {cliff[0]} one step of training length before it, {cliff[1]} on it and {cliff[2]}
        one step after it, over all teachers and seeds. Before the cliff, at even lengths, the errors are
        those of the Gauss rule."""
    return style.svg(fig, alt)


def scale(table: pd.DataFrame, guide: float) -> style.InlineSVG:
    """Extrapolation error against the scale of the initialization.

    Args:
        table: a sweep over `std` and `seed` with `extrapolation_error` and `dimension`.
        guide: the factor c of the drawn line c std².
    """
    fig, (left, right) = style.axes(1, 2, height=3.1, gridspec_kw={"width_ratios": [1.3, 1]})
    std = np.unique(table["std"])
    left.loglog(std, guide * std**2, color=style.INK, lw=0.8)
    at = std[len(std) // 4]
    left.annotate(r"$\sigma^2$", (at, guide * at**2), (6, -12), textcoords="offset points")
    look = {"color": style.STUDENT, "ms": 4, "mfc": "none", "mew": 0.9}
    places = seed_by_seed(table["std"], table.seed, share=0.024)
    capped(left, places, table.extrapolation_error, _CEILING, "o", **look)
    left.set(xlabel=r"initialization scale $\sigma$", ylabel="largest error", ylim=(None, _CEILING))
    right.semilogx(places, table.dimension, "o", **look)
    right.set(xlabel=r"initialization scale $\sigma$", ylabel="effective dimension", ylim=(0, None))
    ends = [_range(table[table["std"] == s].extrapolation_error) for s in (std[0], std[-1])]
    alt = f"""The error grows with the square of the initialization scale, from {ends[0]} at {std[0]:g};
        from about {std[std < 0.05][-1]:g} on it grows much faster, to {ends[1]} at {std[-1]:g}. The
        effective dimension is {table.dimension.min()} for small scales and up to
        {table.dimension.max()} for large ones."""
    return style.svg(fig, alt)


def sleepers(errors: np.ndarray, predicted: np.ndarray) -> style.InlineSVG:
    """Errors of students at every lag against the prediction from one number each.

    Args:
        errors: signed errors of the students, shape (seeds, q).
        predicted: what the sleepers' mass predicts, shape (seeds, q).
    """
    j = np.arange(errors.shape[1])
    fig, ax = style.axes(height=2.9)
    ax.axhline(0, color=style.INK, lw=0.6)
    unit = 10.0 ** np.floor(np.log10(np.abs(errors).max()))
    ax.plot(j, errors.T / unit, color=style.STUDENT, lw=3, alpha=0.5)
    ax.plot(j, predicted.T / unit, color=style.INK, lw=0.9, ls=(0, (4, 3)))
    ax.plot([], [], color=style.STUDENT, lw=3, alpha=0.5, label="students")
    ax.plot([], [], color=style.INK, lw=0.9, ls=(0, (4, 3)), label="predicted")
    order = np.argsort(np.abs(errors).max(axis=1))
    peaks = np.abs(errors).max(axis=1)[order]
    apart = 0.02 * peaks[-1]  # the width of a line
    together = [some for some in np.split(order, np.nonzero(np.diff(peaks) > apart)[0] + 1) if len(some) > 1]
    for some in together:
        size = np.abs(errors[some[0]])
        flank = np.flatnonzero(size > size.max() / 2)[-1]
        place = (flank, errors[some[0], flank] / unit)
        label(ax, f"{len(some)} students", place, (-8, -12), color=style.STUDENT, ha="right")
    exponent = int(np.log10(unit))
    ax.set(xlabel="lag $j$", ylabel=rf"$r_j \,/\, 10^{{{exponent}}}$")
    ax.legend(loc="upper right")
    off = np.abs(errors - predicted).max() / np.abs(errors).max()
    alt = f"""The signed errors of {len(errors)} students up to lag {j[-1]}, at most
        {np.abs(errors).max():.1e}, lie on the predicted curves: the largest distance is {off:.1%} of the
        largest error. {" ".join(f"The curves of {len(some)} lie on each other." for some in together)}"""
    return style.svg(fig, alt)


def width(table: pd.DataFrame) -> style.InlineSVG:
    """Extrapolation error against the number of states, at two ways to hold the initialization.

    Args:
        table: sweeps over `d` and `seed` with `start`, which is "fixed entries" or "fixed norm".
    """
    fig, ax = style.axes(height=2.9)
    text = []
    for colour, marker, (start, rows) in zip(
        (style.ACCENT, style.STUDENT), "so", table.groupby("start"), strict=True
    ):
        median = rows.groupby("d").extrapolation_error.median()
        ax.loglog(rows.d, rows.extrapolation_error, marker, color=colour, ms=4, alpha=0.6)
        ax.loglog(median.index, median, color=colour, lw=1.2, label=start)
        text.append(f"with {start} from {median.iloc[0]:.1e} to {median.iloc[-1]:.1e}")
    ax.set(xlabel="states of the student $d$", ylabel="largest error", ylim=(1e-11, 1e-6))
    ax.set_xticks(sorted(table.d.unique()), [str(d) for d in sorted(table.d.unique())])
    ax.legend(loc="upper left")
    alt = f"""From {table.d.min()} to {table.d.max()} states the median error goes {" and ".join(text)}."""
    return style.svg(fig, alt)


def states(values: dict[str, np.ndarray], order: int) -> style.InlineSVG:
    """Hankel singular values of the teacher and of its students.

    Args:
        values: for "teacher", "small" and "large" starts Hankel singular values, shape (students, n).
        order: number of states of the teacher.
    """
    fig, ax = style.axes(height=3.1)
    floor, width = 1e-19, 0.62
    (own,) = values["teacher"]
    i = np.arange(1, len(own) + 1)
    ax.bar(i, own, width, bottom=floor, color=style.TEACHER, alpha=0.16, lw=0, label="teacher")
    for name, colour, marker in (("large", style.ACCENT, "s"), ("small", style.STUDENT, "o")):
        shown = values[name]
        i = np.arange(1, shown.shape[1] + 1)
        lines = ax.semilogy(i, np.maximum(shown, floor).T, marker, color=colour, ms=4.5, mfc="none", mew=1.1)
        lines[0].set_label(f"{name} start")
    ax.set(xlabel="$i$", ylabel=r"Hankel singular value $\sigma_i$", ylim=(floor / 3, 1e3), xticks=i)
    ax.legend(loc="upper right", ncols=3)
    s, big = values["small"], values["large"]
    alt = f"""The students from small starts have {order} Hankel singular values from {s[:, 0].max():.3g} down
        to {s[:, order - 1].min():.2g}, equal to the teacher's, and a gap down to {s[:, order].max():.1e};
        those from large starts have {big[:, order].min():.1e} or more there."""
    return style.svg(fig, alt)


def protocol(table: pd.DataFrame) -> style.InlineSVG:
    """Error against training length for three families of students, of several teachers.

    Args:
        table: a sweep of `protocol_run` over `structure`, `family`, `k`, `seed` and `balanced`.
    """
    fig, panels = style.axes(1, 2, height=3.4, sharey=True)
    colours = dict(zip(table.family.unique(), (style.STUDENT, style.SERIES[2], style.ACCENT), strict=True))
    told = []
    for ax, structure in zip(panels, ("free", "symmetric"), strict=True):
        for family, rows in table[table.structure == structure].groupby("family", sort=False):
            colour = colours[family]
            for balanced, some in rows.groupby("balanced"):
                face = colour if balanced else style.PAPER
                look = {"mec": colour, "mfc": face, "ms": 3, "mew": 0.7, "alpha": 0.8}
                capped(ax, some.k, some.extrapolation_error, _CEILING, "o", **look)
            median = rows.groupby("k").extrapolation_error.median()
            ax.semilogy(median.index, _clip(median), color=colour, lw=1.3, label=family)
            told.append(f"{structure}, {family}: {median.iloc[0]:.1e} to {median.iloc[-1]:.1e}")
        ax.set(xlabel="training length $k$", title=f"{structure.capitalize()} $A$")
    panels[0].set(ylabel="largest error", ylim=(table.extrapolation_error.min() / 2, _CEILING))
    panels[0].legend(loc="lower left")
    alt = f"""Median errors at the shortest and at the longest training length. {"; ".join(told)}. Beyond
        {_CEILING:g} they sit on the edge."""
    return style.svg(fig, alt)


def noise_floor(rates: dict[str, np.ndarray], errors: dict[str, np.ndarray]) -> style.InlineSVG:
    """Largest error after training on mini-batches, against the learning rate.

    Args:
        rates: for each way of training its rates, shape (n,).
        errors: likewise, shape (n, seeds).
    """
    fig, ax = style.axes(height=3.1)
    told = []
    for colour, marker, (name, found) in zip(style.SERIES, "os^D", errors.items(), strict=False):
        at = rates[name]
        ax.loglog(at, found, marker, color=colour, ms=3.6, alpha=0.6, mew=0)
        median = np.median(found, axis=1)
        ax.loglog(at, median, color=colour, lw=1.2, label=name)
        told.append(f"{name}: {median[0]:.1e} at {at[0]:g}, {median[-1]:.1e} at {at[-1]:g}")
    ax.set(xlabel="learning rate", ylabel="largest error")
    ax.legend(loc="best")
    return style.svg(fig, f"Median of the largest error. {'; '.join(told)}.")


def certificates(excess: np.ndarray, k: int) -> style.InlineSVG:
    """What certified bounds exceed the true errors by at every lag beyond training, for several students.

    Args:
        excess: bound over error, less one, shape (students, q), from lag k on.
        k: training length.
    """
    j = k + np.arange(excess.shape[1])
    fig, ax = style.axes(height=2.6)
    ax.semilogx(j, 100 * excess.T, color=style.STUDENT, lw=1.3)
    ax.set(xlabel="lag $j$", ylabel="bound above error, in %", ylim=(0, 130 * excess.max()))
    alt = f"""From lag {k} to {j[-1]} the certified bounds of {len(excess)} students exceed their true errors
        by {excess.min():.2%} to {excess.max():.2%}, a little more at long lags than at the first."""
    return style.svg(fig, alt)


def _clip(values: pd.Series | np.ndarray | float) -> np.ndarray:
    return np.clip(values, _FLOOR, _CEILING)


def _range(values: pd.Series | np.ndarray) -> str:
    return f"{np.min(values):.1e} to {np.max(values):.1e}"
