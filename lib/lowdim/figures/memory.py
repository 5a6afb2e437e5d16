"""Pictures of the chapter on memory: long responses, spans of memory, the kernel, the transition."""

import numpy as np
import pandas as pd

from lowdim.figures import style


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


def span(table: pd.DataFrame, horizon: int) -> style.InlineSVG:
    """How many lags students remember that were trained on k of them.

    Args:
        table: a sweep over `k`, `scale` (two of them) and `seed` with the column `remembered`.
        horizon: number of lags compared, the most that can be remembered.
    """
    fig, ax = style.axes(height=3.0)
    lengths = np.sort(table.k.unique())
    text = []
    for shift, colour, marker, (scale, rows) in zip(
        (-0.06, 0.06), (style.STUDENT, style.ACCENT), "os", table.groupby("scale"), strict=True
    ):
        label = f"start of norm {scale:g}"
        ax.semilogy(rows.k + shift, rows.remembered, marker, color=colour, ms=4.5, alpha=0.7, label=label)
        span = [rows[rows.k == k].remembered for k in (lengths[0], lengths[-1])]
        text.append(
            f"from starts of norm {scale:g}, {span[0].min()} to {span[0].max()} lags at k = {lengths[0]} and "
            f"{span[1].min()} to {span[1].max()} at k = {lengths[-1]}"
        )
    ax.semilogy(lengths, lengths, color=style.INK, lw=0.8)
    ax.annotate("$k$", (lengths[-1], lengths[-1]), (7, -3), textcoords="offset points")
    ax.axhline(horizon, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    ax.set(xlabel="training length $k$", ylabel="lags remembered", xticks=lengths)
    ax.legend(loc="center left")
    return style.svg(fig, f"Lags remembered {'; '.join(text)}, of {horizon} compared.")


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
    right.plot(trained, "s", color=style.ACCENT, ms=4.5, label="trained")
    right.plot(linear, "x", color=style.INK, ms=4.5, mew=1, label="linearized")
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
    left.loglog(table.scale, table.remembered, "o", color=style.STUDENT, ms=4.5, alpha=0.7, label="trained")
    left.loglog(table.scale, table.kernel_remembered, "x", color=style.INK, ms=4, mew=0.9, label="linearized")
    left.axhline(horizon, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    left.set(xlabel=r"norm of $B$ and $C$ at the start", ylabel="lags remembered", ylim=(k / 2, 2 * horizon))
    left.legend(loc="center left")
    right.loglog(table.scale, table.departure, "o", color=style.STUDENT, ms=4.5, alpha=0.7)
    right.set(xlabel=r"norm of $B$ and $C$ at the start", ylabel="departure from the kernel")
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
