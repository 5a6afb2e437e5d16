"""Pictures of the chapter on extrapolation: thresholds, scales, widths, states, descent, certificates."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lowdim.figures import style

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
        ax.annotate(  # halfway down its cliff, where it is alone
            rf"$\hat d = {d_hat}$" if d_hat == sizes[-1] else f"${d_hat}$",
            (2 * d_hat - 0.45, 1e-5),
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
    shown = np.minimum(table.extrapolation_error, 1e3)
    left.loglog(table["std"], shown, "o", color=style.STUDENT, ms=4, alpha=0.7)
    left.set(xlabel=r"initialization scale $\sigma$", ylabel="largest error", ylim=(None, 1e4))
    right.semilogx(table["std"], table.dimension, "o", color=style.STUDENT, ms=4, alpha=0.7)
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
    exponent = int(np.log10(unit))
    ax.set(xlabel="lag $j$", ylabel=rf"$r_j \,/\, 10^{{{exponent}}}$")
    ax.legend(loc="upper right")
    off = np.abs(errors - predicted).max() / np.abs(errors).max()
    alt = f"""The signed errors of {len(errors)} students up to lag {j[-1]}, at most
        {np.abs(errors).max():.1e}, lie on the predicted curves: the largest distance is {off:.1%} of the
        largest error."""
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


def states(
    values: dict[str, np.ndarray], reduction: np.ndarray, bounds: np.ndarray, order: int
) -> style.InlineSVG:
    """Hankel singular values, and what reducing a student costs.

    Args:
        values: for "teacher", "small" and "large" starts Hankel singular values, shape (students, n).
        reduction: response error of the small students reduced to 1, 2, ... states, shape (students, dims).
        bounds: twice the sum of the singular values cut off, shape (students, dims).
        order: number of states of the teacher.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    looks = {"large": (style.ACCENT, "s"), "small": (style.STUDENT, "o"), "teacher": (style.TEACHER, "_")}
    for name, (colour, marker) in looks.items():
        shown = values[name]
        i = np.arange(1, shown.shape[1] + 1)
        lines = left.semilogy(i, np.maximum(shown, 1e-19).T, marker, color=colour, ms=5, alpha=0.8)
        lines[0].set_label({"teacher": name}.get(name, f"{name} start"))
    for bar in left.lines[-values["teacher"].shape[0] :]:
        bar.set(markersize=13, markeredgewidth=1.6)
    left.set(xlabel="$i$", ylabel=r"Hankel singular value $\sigma_i$", ylim=(1e-19, None))
    left.legend(loc="upper right")
    dims = np.arange(1, reduction.shape[1] + 1)
    right.semilogy(dims, bounds.T, "_", color=style.INK, ms=13, mew=1.4)
    right.semilogy(dims, np.maximum(reduction, 1e-17).T, "o", color=style.STUDENT, ms=4.5, alpha=0.7)
    right.plot([], [], "_", color=style.INK, ms=13, mew=1.4, label="bound")
    right.plot([], [], "o", color=style.STUDENT, ms=4.5, label="error")
    right.set(xlabel="states kept", ylabel="response error", xticks=dims)
    right.legend(loc="upper right")
    s, big = values["small"], values["large"]
    alt = f"""(a) the students from small starts have {order} Hankel singular values from
        {s[:, 0].max():.3g} down to {s[:, order - 1].min():.2g}, equal to the teacher's, and a gap down to
        {s[:, order].max():.1e}; those from large starts have {big[:, order].min():.1e} or more there.
        (b) reduced to {order - 1} states the students err by {reduction[:, order - 2].min():.2g}, reduced
        to {order} by at most {reduction[:, order - 1].max():.1e}, below the bound."""
    return style.svg(fig, alt)


def descent(k: np.ndarray, by_descent: np.ndarray, by_flow: np.ndarray) -> style.InlineSVG:
    """The threshold by plain gradient descent and by gradient flow.

    Args:
        k: training lengths, shape (n,).
        by_descent: errors, shape (n, seeds).
        by_flow: errors of gradient flow from the same starts, shape (n, seeds).
    """
    fig, ax = style.axes(height=2.7)
    ax.semilogy(k, by_flow, "_", color=style.INK, ms=14, mew=1.2)
    ax.semilogy(k, by_descent, "o", color=style.STUDENT, ms=4.5, alpha=0.7)
    ax.plot([], [], "_", color=style.INK, ms=14, mew=1.2, label="flow")
    ax.plot([], [], "o", color=style.STUDENT, ms=4.5, label="descent")
    ax.set(xlabel="training length $k$", ylabel="largest error", xticks=k)
    ax.legend(loc="upper right")
    parts = ", ".join(f"{_range(e)} at k = {n}" for n, e in zip(k, by_descent, strict=True))
    return style.svg(fig, f"Errors of gradient descent: {parts}; those of the flow lie on them.")


def certificates(errors: np.ndarray, bounds: np.ndarray, k: int) -> style.InlineSVG:
    """True errors and certified bounds at every lag, for several students.

    Args:
        errors: absolute errors, shape (students, q).
        bounds: certified bounds, shape (students, q).
        k: training length, shaded.
    """
    j = np.arange(errors.shape[1])
    fig, ax = style.axes(height=3.0)
    ax.axvspan(-0.5, k - 0.5, color=style.INK, alpha=0.12, lw=0)
    _lines(ax, j, bounds, color=style.STUDENT, lw=4.5, alpha=0.28, label="certified bound")
    _lines(ax, j, np.maximum(errors, 1e-16), color=style.INK, lw=0.8, label="true error")
    ax.set(xlabel="lag $j$", ylabel="error", yscale="log", xlim=(-4, j[-1] + 4))
    ax.legend(loc="lower right")
    ratio = bounds[:, k:] / errors[:, k:]
    alt = f"""The certified bounds of {len(errors)} students are at most {bounds.max():.1e} up to lag {j[-1]};
        beyond the training lags the bound is {np.median(ratio):.3g} times the true error in the median."""
    return style.svg(fig, alt)


def _lines(ax: Axes, x: np.ndarray, ys: np.ndarray, label: str, **look: Any) -> None:
    ax.plot(x, ys.T, **look)[0].set_label(label)


def _clip(values: pd.Series | np.ndarray | float) -> np.ndarray:
    return np.clip(values, _FLOOR, _CEILING)


def _range(values: pd.Series | np.ndarray) -> str:
    return f"{np.min(values):.1e} to {np.max(values):.1e}"
