"""Pictures of the chapter on balancedness: the saddle, the exponent, the floor, descent against flow."""

import numpy as np

from lowdim.figures import style


def saddle(
    scales: np.ndarray, times: list[np.ndarray], u: list[np.ndarray], v: list[np.ndarray], gamma: float
) -> style.InlineSVG:
    """The two parts of a student leaving the origin, for several scales of its start.

    Args:
        scales: standard deviations of the starts, descending, shape (n,).
        times: times of each run.
        u: length of the unbalanced part at these times, for each run.
        v: length of the balanced part.
        gamma: the predicted rate.
    """
    fig, ax = style.axes(height=4.0)
    for colour, scale, t, low, high in zip(style.ramp(len(scales)), scales, times, u, v, strict=True):
        ax.semilogy(t, high, color=colour, lw=1.6)
        ax.semilogy(t, low, color=colour, lw=1.6, ls=(0, (3, 1.2)))
        ax.text(t[-1] + 0.1, low[-1], _power(scale), color=colour, va="center", fontsize=9)
        leaving = np.linspace(0.0, np.log(1 / scale) / gamma, 2)
        for start, sign in ((low[0], -1), (high[0], 1)):
            ax.semilogy(leaving, start * np.exp(sign * gamma * leaving), color=style.INK, lw=0.7)
    ax.plot([], [], color=style.INK, lw=1.6, label=r"$\|v\|$, balanced part")
    ax.plot([], [], color=style.INK, lw=1.6, ls=(0, (3, 1.2)), label=r"$\|u\|$, unbalanced part")
    ax.plot([], [], color=style.INK, lw=0.7, label=r"$e^{\pm\gamma t}$")
    ax.legend(loc="lower left")
    ax.set(xlabel="time $t$", ylabel="length", xlim=(0, max(t[-1] for t in times) * 1.07))
    alt = f"""For starts of size {scales[0]:g} down to {scales[-1]:g} the balanced part grows and the
    unbalanced
        part falls along straight lines of slopes plus and minus {gamma:.2g} on a logarithmic axis, until the
        balanced part reaches {v[-1][-1]:.2g}. By then the unbalanced part of the smallest start has fallen
        from {u[-1][0]:.1e} to {u[-1][-1]:.1e}."""
    return style.svg(fig, alt)


def exponent(
    scales: np.ndarray, halfway: np.ndarray, escape: np.ndarray, sparse: np.ndarray, orthogonal: np.ndarray
) -> style.InlineSVG:
    """Imbalance against the scale of the start.

    Args:
        scales: standard deviations of the starts, shape (n,).
        halfway: imbalance at the time of the theorem with alpha = 1/2, shape (seeds, n).
        escape: imbalance at escape, shape (seeds, n).
        sparse: the scales of the starts with an orthogonal teacher, shape (m,).
        orthogonal: imbalance at escape for an orthogonal teacher, shape (seeds, m).
    """
    fig, ax = style.axes(height=3.9)
    families = (
        (sparse, orthogonal, "x", style.MUTED, "at escape, orthogonal teacher"),
        (scales, halfway, "s", style.SERIES[2], r"at $\tau$ for $\alpha = \frac{1}{2}$"),
        (scales, escape, "o", style.STUDENT, "at escape"),
    )
    for at, values, marker, colour, label in families:
        ax.loglog(at, values.T, marker, color=colour, ms=4, mew=1.1, mfc="none", ls="none")
        ax.plot([], [], marker, color=colour, ms=5, mew=1.1, mfc="none", label=label)
    for values, power in ((halfway, 1), (escape, 2)):
        middle = np.exp(np.log(values / scales**power).mean())
        ax.loglog(scales, middle * scales**power, color=style.INK, lw=0.8)
        at = np.sort(scales)[len(scales) // 3]
        below = {"textcoords": "offset points", "fontsize": 9, "va": "top"}
        ax.annotate(f"slope {power}", (at, middle * at**power), (8, -2), **below)
    ax.set(xlabel=r"scale $\varepsilon$ of the start", ylabel=r"imbalance $\|u\| / \|v\|$")
    ax.legend(loc="lower right")
    alt = f"""Against the scale of the start, from {scales.max():g} to {scales.min():g}, the imbalance at
    escape
        falls from {escape[:, 0].max():.1g} to {escape[:, -1].max():.1g} along a line of slope two for all
        {len(escape)} seeds, and halfway there along a line of slope one. With an orthogonal teacher it is
        {np.median(orthogonal):.2g} at every scale for {(orthogonal[:, -1] > 0.1).sum()} of the seeds."""
    return style.svg(fig, alt)


def floor(
    times: np.ndarray, imbalances: np.ndarray, floors: np.ndarray, losses: np.ndarray
) -> style.InlineSVG:
    """Imbalance over all of training, over the floor that the conserved charge puts under it.

    Args:
        times: increasing, positive, shape (T,).
        imbalances: shape (seeds, T).
        floors: shape (seeds, T).
        losses: shape (seeds, T); the line is thick where the loss falls.
    """
    fig, ax = style.axes(height=3.5)
    learning = _learning(losses)
    for imbalance, below, busy in zip(imbalances, floors, learning, strict=True):
        ax.loglog(times, imbalance, color=style.STUDENT, lw=0.9)
        ax.loglog(times, np.where(busy, imbalance, np.nan), color=style.STUDENT, lw=2.6)
        ax.loglog(times, below, color=style.INK, lw=0.8, ls=(0, (2, 1.5)))
    ax.plot([], [], color=style.STUDENT, lw=0.9, label="imbalance")
    ax.plot([], [], color=style.STUDENT, lw=2.6, label="while the loss falls")
    ax.plot([], [], color=style.INK, lw=0.9, ls=(0, (2, 1.5)), label="floor")
    ax.legend(loc="upper right")
    ax.set(xlabel="time $t$", ylabel=r"$\|u\| / \|v\|$")
    resting, moving = _changes(imbalances, learning)
    ratio = imbalances[:, -1] / floors[:, -1]
    alt = f"""The imbalance of {len(imbalances)} students falls from about {np.median(imbalances[:, 0]):.1g}.
        Once the first mode is learned it changes by factors of {resting.min():.2g} to {resting.max():.2g}
        while the loss rests and of {moving.min():.2g} to {moving.max():.2g} while the loss falls. It
        ends at {ratio.min():.3g} to {ratio.max():.3g} times a floor of {floors[:, -1].min():.1g} to
        {floors[:, -1].max():.1g}; on the way the least it comes to is {(imbalances / floors).min():.3f} of
        its floor."""
    return style.svg(fig, alt)


def descent(steps: np.ndarray, distance: np.ndarray, adam: np.ndarray) -> style.InlineSVG:
    """Distance of descent from flow at a fixed time, against the step size.

    Args:
        steps: step sizes, shape (n,).
        distance: of gradient descent, shape (n, seeds).
        adam: of Adam, shape (n, seeds).
    """
    fig, ax = style.axes(height=3.1)
    for values, marker, colour, label in (
        (adam, "x", style.MUTED, "Adam"),
        (distance, "o", style.STUDENT, "gradient descent"),
    ):
        ax.loglog(steps, values, marker, color=colour, ms=4.5, mew=1.1, mfc="none")
        ax.plot([], [], marker, color=colour, ms=5, mew=1.1, mfc="none", label=label)
    line = np.exp(np.log(distance / steps[:, None]).mean()) * steps
    ax.loglog(steps, line, color=style.INK, lw=0.8, label="slope 1")
    ax.legend(loc="center right")
    ax.set(xlabel=r"step size $\eta$", ylabel="distance from the flow")
    ax.set_xticks(steps, [f"{step:g}" for step in steps])
    ax.set_xticks([], minor=True)
    alt = f"""From step {steps.max():g} to {steps.min():g} the distance between gradient descent and
    gradient flow
        falls in proportion, from {np.median(distance[np.argmax(steps)]):.2g} to
        {np.median(distance[np.argmin(steps)]):.2g}; that of Adam stays near {np.median(adam):.2g}."""
    return style.svg(fig, alt)


def _power(scale: float) -> str:
    return rf"$10^{{{round(np.log10(scale))}}}$"


def _learning(losses: np.ndarray) -> np.ndarray:
    """Where the loss, still above rounding, falls by more than a hundredth to the next time."""
    ahead = np.append(losses[:, 1:], losses[:, -1:], axis=1)
    return (ahead < 0.99 * losses) & (losses > 1e-20 * losses[:, :1])


def _changes(imbalances: np.ndarray, learning: np.ndarray) -> list[np.ndarray]:
    """Factors of change while the loss rests and while it falls, from the first rest after escape on."""
    steps = np.diff(np.log(imbalances))
    learned = np.cumsum(np.diff(learning.astype(int)) == -1, axis=1) > 0
    busy = learning[:, :-1]
    return [np.exp(np.sum(steps, axis=1, where=learned & kind)) for kind in (~busy, busy)]
