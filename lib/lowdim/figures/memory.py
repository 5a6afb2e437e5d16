"""Pictures of the chapter on memory: long responses, spans of memory, the kernel, the transition."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from lowdim.figures import style
from lowdim.figures.marks import abreast, label, seed_by_seed


def long(truths: dict[float, np.ndarray], responses: dict[float, np.ndarray], k: int) -> style.InlineSVG:
    """Responses of slow teachers and of students trained on their first lags, over ten time constants.

    Args:
        truths: for each slowest pole the teacher's response, shape (q,).
        responses: for each slowest pole the students' responses, shape (seeds, q).
        k: training length, shaded.
    """
    fig, (left, right) = style.axes(1, 2, height=3.2)
    worst = []
    for colour, (pole, truth) in zip(style.ramp(len(truths)), truths.items(), strict=True):
        lag = np.arange(1, len(truth) + 1)  # counted from one, for a logarithmic axis
        some = np.unique(np.geomspace(1, len(truth), 28).astype(int)) - 1
        left.semilogx(lag, truth, color=style.TEACHER, lw=0.9)
        left.semilogx(lag[some], responses[pole][:, some].T, "o", color=colour, ms=3.4, alpha=0.6)
        left.plot([], [], "o", color=colour, ms=4, label=f"pole {pole:g}")
        relative = np.abs(responses[pole] / truth - 1)
        right.loglog(lag, np.maximum(relative, 1e-15).T, color=colour, lw=0.9)
        worst.append(f"{relative.max():.1e} for the pole {pole:g}")
    for ax in (left, right):
        ax.axvspan(1, k, color=style.INK, alpha=0.12, lw=0)
        ax.set_xlabel("lag $j + 1$")
    left.set(ylabel="response", title="Teachers and students")
    left.legend(loc="upper right")
    right.set(ylabel="relative error", title="Students", ylim=(1e-15, 10))
    alt = f"""Students trained on {k} lags lie on their teachers over ten time constants, up to lag
        {max(map(len, truths.values())) - 1}. Their largest relative errors are {", ".join(worst)}."""
    return style.svg(fig, alt)


def default_start(lengths: np.ndarray, usual: np.ndarray, order: int) -> style.InlineSVG:
    """Error and states in use of students from PyTorch's default start.

    Args:
        lengths: training lengths, shape (n,).
        usual: error beyond the training lags and states in use, shape (n, seeds, 2).
        order: states of the teacher.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    wrong, states = np.moveaxis(usual, -1, 0)
    look = {"color": style.STUDENT, "ms": 4, "mfc": "none", "mew": 0.9}
    places = abreast(lengths, wrong.shape[1], 0.024 * np.ptp(lengths))
    left.semilogy(places, wrong, "o", **look)
    left.semilogy(lengths, np.median(wrong, axis=1), color=style.STUDENT, lw=1)
    right.axhline(order, color=style.TEACHER, lw=0.9)
    right.plot(places, states, "o", **look)
    left.set(ylabel="error beyond $k$")
    right.set(ylabel="states in use", ylim=(0, states.max() + 1))
    for ax, title in ((left, "Error"), (right, "States")):
        ax.set(xlabel="training length $k$", xticks=lengths, title=title)
    told = "; ".join(
        f"k = {k}: error {np.median(e):.1g}, {n.min():.0f} to {n.max():.0f} states"
        for k, e, n in zip(lengths, wrong, states, strict=True)
    )
    return style.svg(fig, f"Median error beyond the training lags and states in use. {told}.")


def chart(table: pd.DataFrame, horizon: int) -> style.InlineSVG:
    """Lags remembered, by norm of the start and training length.

    Args:
        table: a sweep over `scale`, `k` and `seed` with the column `remembered`.
        horizon: number of lags compared.
    """
    fig, ax = style.axes(height=3.6)
    cells = table.pivot_table(index="scale", columns="k", values="remembered", aggfunc="median")
    shade = np.log(cells) / np.log(horizon)
    for i, scale in enumerate(cells.index):
        for j, k in enumerate(cells.columns):
            depth = float(shade.loc[scale, k])
            ax.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, color=style.STUDENT, alpha=0.75 * depth**3, lw=0)
            )
            ax.text(j, i, f"{cells.loc[scale, k]:.0f}", ha="center", va="center", fontsize=9)
    ax.set_xticks(range(len(cells.columns)), [str(k) for k in cells.columns])
    ax.set_yticks(range(len(cells.index)), [f"{scale:g}" for scale in cells.index])
    ax.set(xlabel="training length $k$", ylabel="norm of $B$ and $C$ at the start")
    ax.set(xlim=(-0.5, len(cells.columns) - 0.5), ylim=(-0.5, len(cells.index) - 0.5))
    told = "; ".join(
        f"norm {scale:g}: {', '.join(f'{x:.0f}' for x in row)}" for scale, row in cells.iterrows()
    )
    return style.svg(
        fig,
        f"Lags remembered of {horizon}, at training lengths {', '.join(f'{k}' for k in cells)}. {told}.",
    )


def radius(table: pd.DataFrame, horizon: int) -> style.InlineSVG:
    """Lags remembered against the start radius, by training length.

    Args:
        table: a sweep over `radius`, `k` and `seed` with the column `remembered`.
        horizon: number of lags compared.
    """
    fig, ax = style.axes(height=3.0)
    lengths = np.sort(table.k.unique())
    told = []
    shifts = abreast(0.0, len(lengths), 0.02 * np.ptp(table.radius))
    for colour, marker, shift, k in zip(style.ramp(len(lengths)), "osD", shifts, lengths, strict=False):
        rows = table[table.k == k]
        at = rows.radius + shift
        ax.semilogy(at, rows.remembered, marker, color=colour, ms=5, mfc="none", label=f"$k = {k}$")
        least = rows.groupby("radius").remembered.min()
        told.append(f"k = {k}: at least {', '.join(f'{x} at {r:g}' for r, x in least.items())}")
    ax.axhline(horizon, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    ax.axvline(1, color=style.MUTED, lw=0.8)
    ax.set(xlabel="spectral radius of $A$ at the start", ylabel="lags remembered")
    ax.legend(loc="lower left")
    return style.svg(fig, f"Lags remembered of {horizon}, by start radius. {'; '.join(told)}.")


def kernel(
    diagonals: dict[float, np.ndarray],
    truth: np.ndarray,
    linear: np.ndarray,
    trained: np.ndarray,
    k: int,
) -> style.InlineSVG:
    """The weights that the tangent kernel gives to lags, and what a student does who lives by them.

    Args:
        diagonals: for each spectral radius of the start the diagonal of the kernel over its first entry.
        truth: the teacher's response, shape (q,).
        linear: response of the linearized student after training, shape (q,).
        trained: response of the student itself after training, shape (q,).
        k: training length, shaded.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    for colour, (radius, weight) in zip(style.ramp(len(diagonals)), diagonals.items(), strict=True):
        left.semilogy(weight, "o-", color=colour, ms=3, lw=1, label=f"radius {radius:g}")
    left.set(xlabel="lag $j$", ylabel="$K_{jj} / K_{00}$", title="Weights of the lags")
    left.legend(loc="lower left")
    right.axvspan(-0.5, k - 0.5, color=style.INK, alpha=0.07, lw=0)
    right.plot(truth, color=style.TEACHER, lw=1.1, label="teacher")
    right.plot(trained, "s", color=style.ACCENT, ms=5.5, mfc="none", mew=1, label="trained")
    right.plot(linear, ".", color=style.INK, ms=3, label="linearized")
    right.set(xlabel="lag $j$", ylabel="response", title="Living by them")
    right.legend(loc="upper right")
    last = {radius: weight[-1] for radius, weight in diagonals.items()}
    falls = ", ".join(f"{w:.0e} for radius {r:g}" for r, w in last.items())
    alt = f"""(a) relative to lag 0, the kernel's weight of lag {len(weight) - 1} is {falls}. (b) the
        student from a large start and its linearization agree to {np.abs(trained - linear).max():.1g};
        both follow the teacher up to lag {k - 1} and then forget: at lag {2 * k} the teacher says
        {truth[2 * k]:.2f}, the student {trained[2 * k]:.2f}."""
    return style.svg(fig, alt)


def transition(table: pd.DataFrame, k: int, horizon: int, default: float) -> style.InlineSVG:
    """From the kernel's regime to long memory as the start shrinks.

    Args:
        table: a sweep over `scale` and `seed` with `remembered`, `kernel_remembered` and `departure`.
        k: training length.
        horizon: number of lags compared.
        default: the scale of PyTorch's default initialization, marked.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    look = {"color": style.STUDENT, "ms": 3.6, "mfc": "none", "mew": 0.9}
    at = seed_by_seed(table.scale, table.seed)
    left.axhline(horizon, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    left.loglog(at, table.remembered, "o", **look)
    left.loglog(table.scale, table.kernel_remembered, "x", color=style.INK, ms=4, mew=0.9)
    first = table.iloc[table.scale.argmin()]
    label(left, "trained", (first.scale, first.remembered), (-6, -13), color=style.STUDENT)
    label(left, "linearized", (first.scale, first.kernel_remembered), (-6, 6), color=style.INK)
    left.set(xlabel=r"norm of $B$ and $C$ at the start", ylabel="lags remembered", ylim=(k / 2, 2 * horizon))
    right.loglog(at, table.departure, "o", **look)
    right.set(xlabel=r"norm of $B$ and $C$ at the start", ylabel="departure from the kernel")
    corner = {"transform": right.transAxes, "color": style.MUTED, "fontsize": 9}
    right.text(0.97, 0.97, r"$\uparrow$ unlike the kernel", ha="right", va="top", **corner)
    right.text(0.03, 0.03, r"$\downarrow$ like the kernel", **corner)
    for ax in (left, right):
        ax.axvline(default, color=style.MUTED, lw=0.8)
    right.annotate(
        "PyTorch's\ndefault",
        (default, right.get_ylim()[0]),
        (5, 8),
        textcoords="offset points",
        fontsize=9,
        color=style.MUTED,
    )
    ends = [table[table.scale == s] for s in (table.scale.min(), table.scale.max())]
    alt = f"""As the norm of B and C at the start grows from {table.scale.min():g} to {table.scale.max():g},
        the lags remembered fall from {ends[0].remembered.min()} or more to {ends[1].remembered.max()} or
        fewer, of which training saw {k}; the departure from the linearized student falls from about
        {ends[0].departure.median():.1f} to {ends[1].departure.median():.1g}."""
    return style.svg(fig, alt)
