"""Pictures of the first chapter: the teacher, the loss, the gradient, training, and a first look ahead."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from lowdim.figures import style
from lowdim.systems.linear import LinearRNN, spectral_measure


def portrait(rnn: LinearRNN, k: int, lags: int) -> style.InlineSVG:
    """A system as the measure it is and as the response it gives, mode by mode.

    Args:
        rnn: a small symmetric system.
        k: training length, shaded.
        lags: how many to show.
    """
    poles, weights = (x[::-1] for x in spectral_measure(rnn))
    j = np.arange(lags)
    modes = weights[:, None] * poles[:, None] ** j
    response = modes.sum(0)
    fig, (left, right) = style.axes(1, 2, height=2.9, gridspec_kw={"width_ratios": [1, 1.5]})
    for pole, weight, mode, colour in zip(poles, weights, modes, style.SERIES, strict=False):
        left.plot([pole, pole], [0, weight], color=colour, lw=2.5)
        left.plot([pole], [weight], "o", color=colour, ms=6)
        right.plot(j, mode, color=colour, lw=1.3)
    left.axhline(0, color=style.INK, lw=0.7)
    left.set(xlim=(-1.05, 1.05), xlabel=r"pole $\lambda_i$", ylabel="weight $w_i$", title="What it is")
    window(right, k)
    right.plot(j, response, "o-", color=style.TEACHER, ms=3.5, lw=0.8, label="response")
    right.set(xlabel="lag $j$", ylabel="$m_j$", title="What it says")
    right.legend(loc="upper right")
    alt = f"""(a) the measure of a system with {len(poles)} poles at {_list(poles)} and weights
        {_list(weights)}. (b) its impulse response falls from {response[0]:.2f} at lag 0 to
        {response[-1]:.2f} at lag {lags - 1}; the mode of the pole {poles[np.argmax(np.abs(poles))]:g} is
        {modes[np.argmax(np.abs(poles)), k] / response[k]:.0%} of the response at lag {k}."""
    return style.svg(fig, alt)


def monte_carlo(sizes: np.ndarray, errors: dict[str, np.ndarray], control: np.ndarray) -> style.InlineSVG:
    """Relative deviation of the sampled loss from its closed form against the number of sequences.

    Args:
        sizes: numbers of sequences, shape (n,).
        errors: for each kind of input the deviation, shape (n,).
        control: coloured inputs against the formula for white ones, shape (n,).
    """
    fig, ax = style.axes(height=3.1)
    for colour, marker, (kind, error) in zip(style.SERIES, "osD", errors.items(), strict=False):
        ax.loglog(sizes, error, f"{marker}-", color=colour, ms=4.5, lw=1.2, label=kind)
    ax.loglog(sizes, control, "x--", color=style.MUTED, ms=5, lw=1.2)
    first = np.exp(np.mean([np.log(e[0]) for e in errors.values()]))
    slope = first * (sizes / sizes[0]) ** -0.5
    ax.loglog(sizes, slope, color=style.INK, lw=0.8)
    beside = {"textcoords": "offset points", "fontsize": 9}
    told, at = "coloured, by the formula for white", (sizes[-1], control[-1])
    ax.annotate(told, at, (0, -13), ha="right", color=style.MUTED, **beside)
    ax.annotate(r"slope $-\frac{1}{2}$", (sizes[-1], slope[-1]), (0, -10), ha="right", va="top", **beside)
    ax.set(xlabel="sequences $N$", ylabel="relative deviation", ylim=(slope[-1] / 4, control.max() * 2))
    ax.legend(loc="lower left")
    last = max(e[-1] for e in errors.values())
    alt = f"""From {sizes[0]} to {sizes[-1]} sequences the deviation of the sampled loss from its closed form
        falls along the line of slope minus one half to at most {last:.2g}, for all three kinds of inputs.
        Coloured inputs against the white formula stay at {control[-1]:.2g}."""
    return style.svg(fig, alt)


def product(U: np.ndarray, H: np.ndarray, V: np.ndarray) -> style.InlineSVG:
    """The gradient and its three factors, every entry a square of its size; hollow where negative.

    Args:
        U: left Krylov matrix, shape (d, k-1).
        H: Hankel matrix, shape (k-1, k-1).
        V: right Krylov matrix, shape (d, k-1).
    """
    G = U @ H @ V.T
    parts = [("$G$", G), ("$U$", U), ("$H$", H), (r"$V^{\top}$", V.T)]
    columns = sum(matrix.shape[1] for _, matrix in parts)
    left, gap = 0.0, columns / 16  # room for a sign, whatever the sizes
    fig, ax = style.axes(height=6.4 * len(G) / (columns + 3 * gap) + 0.3)
    ax.set_axis_off()
    for (name, matrix), joint in zip(parts, ["=", r"$\times$", r"$\times$", None], strict=True):
        rows, cols = matrix.shape
        top = (len(G) - rows) / 2
        _squares(ax, matrix, left, top)
        below = {"textcoords": "offset points", "ha": "center", "va": "top"}
        ax.annotate(name, (left + cols / 2, len(G)), (0, -4), fontsize=12, **below)
        left += cols
        if joint is not None:
            ax.text(left + gap / 2, len(G) / 2, joint, ha="center", va="center", fontsize=12)
        left += gap
    ax.set(xlim=(-0.3, left - gap + 0.3), ylim=(len(G) + 0.3, -0.3), aspect="equal")
    singular = np.linalg.svd(G, compute_uv=False)
    alt = f"""The {len(G)} by {len(G)} gradient is the product of a tall matrix with {U.shape[1]} columns, a
        square Hankel matrix that is zero below its antidiagonal, and a wide matrix with {V.shape[1]}
        rows. Its singular value number {U.shape[1] + 1} is {singular[U.shape[1]] / singular[0]:.0e} of
        the first."""
    return style.svg(fig, alt)


def following(
    closed: np.ndarray,
    sampled: dict[int, np.ndarray],
    sizes: np.ndarray,
    deviation: np.ndarray,
    control: np.ndarray,
) -> style.InlineSVG:
    """Descent on real sequences against descent on the closed form.

    Args:
        closed: population loss along gradient descent, shape (steps + 1,).
        sampled: for some mini-batch sizes the population loss along descent on sequences, shape (steps + 1,).
        sizes: mini-batch sizes, shape (n,).
        deviation: distance from the closed-form trajectory at its end, shape (n,).
        control: the same from the trajectory for coloured inputs, shape (n,).
    """
    fig, (left, right) = style.axes(1, 2, height=3.0)
    for colour, (size, loss) in zip(style.ramp(len(sampled)), sampled.items(), strict=True):
        left.semilogy(loss, color=colour, lw=1.2, label=f"$N = {size}$")
    left.semilogy(closed, color=style.TEACHER, lw=1.4, ls=(0, (4, 2)), label="closed form")
    left.set(xlabel="step", ylabel="population loss $L$", title="Along the way")
    left.legend(loc="upper right")
    right.loglog(sizes, control, "x--", color=style.MUTED, ms=5, lw=1.2, label="from the coloured loss")
    right.loglog(sizes, deviation, "o-", color=style.STUDENT, ms=4.5, lw=1.2, label="from the white loss")
    right.loglog(sizes, deviation[0] * (sizes / sizes[0]) ** -0.5, color=style.INK, lw=0.8)
    right.set(
        xlabel="sequences per step $N$", ylabel="distance at the end", title="Distance, against batch size"
    )
    right.set(ylim=(deviation.min() / 3, control.max() * 10))
    right.legend(loc="upper right")
    alt = f"""(a) the loss falls from {closed[0]:.2g} to {closed[-1]:.2g}; on mini-batches of {max(sampled)}
        sequences it cannot be told from the closed form. (b) from {sizes[0]} to {sizes[-1]} sequences
        per step the distance between the two falls from {deviation[0]:.2g} to {deviation[-1]:.2g}, that
        from descent on the coloured loss stays at {control[-1]:.2g}."""
    return style.svg(fig, alt)


def first_look(truth: np.ndarray, small: np.ndarray, large: np.ndarray, k: int) -> style.InlineSVG:
    """What students trained to zero loss say after the training lags.

    Args:
        truth: the teacher's response, shape (q,).
        small: responses after a start near zero, one row per seed, shape (seeds, q).
        large: responses after a large start, shape (seeds, q).
        k: training length, shaded.
    """
    j = np.arange(len(truth))
    fig, (left, right) = style.axes(1, 2, height=3.1)
    window(left, k)
    window(right, k)
    left.plot(j, large[0], "s-", color=style.ACCENT, ms=3, lw=0.9, label="large start")
    left.plot(j, small[0], "o", color=style.STUDENT, ms=3.6, label="start near zero")
    left.plot(j, truth, color=style.TEACHER, lw=1.1, label="teacher")
    room = np.ptp(truth)
    left.set(xlim=(-0.5, min(len(truth), 5 * k) - 0.5), ylim=(truth.min() - room, truth.max() + room / 2))
    left.set(xlabel="lag $j$", ylabel="response $m_j$", title="One student of each kind")
    left.legend(loc="lower right")
    for responses, colour in ((large, style.ACCENT), (small, style.STUDENT)):
        right.semilogy(j, np.maximum(np.abs(responses - truth), 1e-17).T, color=colour, lw=0.9)
    right.set(xlabel="lag $j$", ylabel="$|r_j|$", title=f"All {len(small)} seeds")
    errors = [np.abs(x - truth)[:, k:].max(1) for x in (small, large)]
    alt = f"""All students agree with the teacher on lags 0 to {k - 1}. Afterwards those that started
        near zero stay within {errors[0].max():.1g} of it up to lag {len(truth) - 1}, while those that
        started large err by {errors[1].min():.1g} to {errors[1].max():.1g}."""
    return style.svg(fig, alt)


def window(ax: Axes, k: int) -> None:
    """Shade the lags 0, ..., k-1 that training sees.

    Args:
        ax: a panel with lags along x.
        k: training length.
    """
    ax.axvspan(-0.5, k - 0.5, color=style.INK, alpha=0.07, lw=0)


def _squares(ax: Axes, matrix: np.ndarray, left: float, top: float) -> None:
    size = 0.46 * np.sqrt(np.abs(matrix) / np.abs(matrix).max())
    for sign, face, edge in ((1, style.STUDENT, style.STUDENT), (-1, style.PAPER, style.ACCENT)):
        rows, cols = np.nonzero((sign * matrix > 0) & (size > 0.04))
        half = size[rows, cols][:, None, None]
        centre = np.stack([left + cols + 0.5, top + rows + 0.5], axis=-1)[:, None]
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        ax.add_collection(PolyCollection(centre + half * corners, facecolor=face, edgecolor=edge, lw=0.7))
    rows, cols = matrix.shape
    ax.plot(
        left + np.array([0, cols, cols, 0, 0]),
        top + np.array([0, 0, rows, rows, 0]),
        color=style.MUTED,
        lw=0.6,
    )


def _list(numbers: np.ndarray) -> str:
    return ", ".join(f"{x:g}" for x in numbers)
