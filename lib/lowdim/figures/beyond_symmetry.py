"""Pictures of training without symmetry: charges, smallest weights, teachers, optimizers."""

import numpy as np
from matplotlib.axes import Axes

from lowdim.figures import style
from lowdim.figures.marks import label
from lowdim.figures.seeds import MARKERS, seeds


def charges(
    tolerances: np.ndarray,
    along_flow: np.ndarray,
    ports: np.ndarray,
    steps: np.ndarray,
    along_descent: np.ndarray,
    predicted: np.ndarray,
) -> style.InlineSVG:
    """How far the Noether charge drifts: with the integrator's tolerance, and with the step of descent.

    Args:
        tolerances: relative tolerances of the integrator, shape (n,).
        along_flow: drift of the charge along the flow, shape (n, seeds).
        ports: drift of the part of it made of B and C alone, shape (n, seeds).
        steps: step sizes, shape (m,).
        along_descent: drift under gradient descent, shape (m, seeds).
        predicted: its predicted drift per unit of step size, shape (seeds,).
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    seeds(left, tolerances, ports, style.MUTED, "x", "ports alone")
    seeds(left, tolerances, along_flow, style.STUDENT, "o", "charge")
    label(left, "without the part of $A$", (tolerances.min(), ports.min()), (0, -13), color=style.MUTED)
    at = np.argsort(tolerances)[(len(tolerances) - 1) // 2]
    label(left, "charge", (tolerances[at], along_flow[at].max()), (-8, 8), color=style.STUDENT, ha="right")
    left.set(xlabel="tolerance of the integrator", ylabel="drift", title="Gradient flow")
    right.loglog(steps, steps[:, None] * predicted, color=style.INK, lw=0.8)
    seeds(right, steps, along_descent, style.STUDENT, "o", "charge", line=False)
    label(right, "predicted", (steps[1], steps[1] * predicted.max()), (-6, 8), color=style.INK, ha="right")
    right.set(xlabel=r"step size $\eta$", title="Gradient descent")
    right.set_xticks(steps, [f"{step:g}" for step in steps], minor=False)
    right.minorticks_off()
    off = np.abs(along_descent / (steps[:, None] * predicted) - 1).max()
    alt = (
        f"(a) as the tolerance goes from {tolerances.max():.0e} to {tolerances.min():.0e} the drift "
        f"of the charge falls from {along_flow[np.argmax(tolerances)].max():.1g} to "
        f"{along_flow[np.argmin(tolerances)].max():.1g}; the part made of B and C alone changes by "
        f"{ports.min():.1g} or more throughout. (b) under descent the drift is proportional to the "
        f"step size and lies within {off:.0%} of its prediction for every step and seed."
    )
    return style.svg(fig, alt)


def scales(
    stds: np.ndarray, excess: dict[str, np.ndarray], asymmetry: dict[str, np.ndarray], imbalance: np.ndarray
) -> style.InlineSVG:
    """Squared norm above the least possible, asymmetry and imbalance, against the scale of the start.

    Args:
        stds: scales, shape (n,).
        excess: relative excess of the squared norm by teacher, shape (n, seeds) each.
        asymmetry: relative asymmetry of A, on the states in use, by teacher, shape (n, seeds) each.
        imbalance: of the students of the balanced teacher, shape (n, seeds).
    """
    fig, (left, right) = style.axes(1, 2, height=3.1)
    look = dict(zip(excess, zip(style.SERIES, MARKERS, strict=False), strict=False))
    together = np.concatenate(list(excess.values()), axis=1)
    left.fill_between(stds, together.min(1), together.max(1), color=style.STUDENT, alpha=0.2, lw=0)
    seeds(left, stds, together, style.STUDENT, "o", "all teachers")
    for name, values in asymmetry.items():
        seeds(right, stds, values, *look[name], f"asymmetry, {name}")
    for ax in (left, right):
        ax.set(xlabel=r"scale of the start $\varepsilon$")
    seeds(right, stds, imbalance, style.MUTED, "x", "imbalance, balanced")
    for ax, least, order in (
        (left, min(values[0].min() for values in excess.values()), 2),
        (right, imbalance[0].min(), 1),
    ):
        guide = least / 3 * (stds / stds[0]) ** order
        ax.loglog(stds, guide, color=style.INK, lw=0.8)
        label(ax, f"slope {order}", (stds[1], guide[1]), (4, -14), color=style.INK)
    left.set(title="Squared norm, above the least")
    right.set(title="Asymmetry and imbalance")
    mid = (len(stds) - 1) // 2
    label(left, "all teachers", (stds[mid], together[mid].max()), (-8, 6), color=style.STUDENT, ha="right")
    for name, values in asymmetry.items():
        at = 0 if values[0].min() > imbalance[0].max() else mid  # where no other curve is near
        place = (stds[at], np.median(values[at]))
        label(right, f"asymmetry, {name}", place, (6, -14), color=look[name][0])
    label(right, "imbalance", (stds[0], imbalance[0].max()), (-2, 18), color=style.MUTED)
    low = np.array([values[0].max() for values in excess.values()])
    flat = ", ".join(f"{name} {values[0].mean():.2g}" for name, values in asymmetry.items())
    alt = (
        f"(a) the squared norm of the trained weights exceeds the least possible by {low.max():.1g} "
        f"at scale {stds[0]:.0e}, and by an amount that grows with the square of the scale, for all "
        f"teachers alike. (b) at that scale the asymmetry of A on the states in use is {flat}; it stays "
        "for the oscillating teacher at all small scales. The imbalance under the balanced teacher, "
        f"{imbalance[0].mean():.1g} there, follows a line of slope one."
    )
    return style.svg(fig, alt)


def teachers(
    lengths: np.ndarray,
    by_length: dict[str, np.ndarray],
    stds: np.ndarray,
    by_scale: dict[str, np.ndarray],
) -> style.InlineSVG:
    """Extrapolation error of free students against training length and against the scale of the start.

    Args:
        lengths: training lengths, shape (n,).
        by_length: error by teacher, shape (n, seeds) each.
        stds: scales of the start, shape (m,).
        by_scale: error by teacher, shape (m, seeds) each.
    """
    fig, (left, right) = style.axes(1, 2, height=3.2, sharey=True)
    for colour, marker, name in zip(style.SERIES, MARKERS, by_length, strict=False):
        seeds(left, lengths, by_length[name], colour, marker, name)
        seeds(right, stds, by_scale[name], colour, marker, name)
    left.set(xscale="linear", xlabel="training length $k$", ylabel="error", title="Near-zero start")
    left.set_xticks(lengths)
    left.set_ylim(1e-11, 1e3)
    left.legend(loc="upper right", fontsize=9, labelspacing=0.25, handlelength=1.5)
    right.set(xlabel=r"scale of the start $\varepsilon$", title="All scales")
    right.tick_params(labelleft=True)
    short, long = (np.concatenate([v[i] for v in by_length.values()]) for i in (0, -1))
    near, far = (np.concatenate([v[i] for v in by_scale.values()]) for i in (0, -1))
    alt = (
        f"(a) for all four teachers the error is at least {short.min():.1g} at training length "
        f"{lengths[0]} and at most {long.max():.1g} at {lengths[-1]}; the oscillating teacher is last "
        "to be found. (b) the error grows with the scale of the start, from at most "
        f"{near.max():.1g} at {stds[0]:.0e} to at least {far.min():.1g} at {stds[-1]:g}."
    )
    return style.svg(fig, alt)


def angles(lengths: np.ndarray, errors: np.ndarray, angles: list[float]) -> style.InlineSVG:
    """Error of students of oscillating teachers against the training length.

    Args:
        lengths: training lengths, shape (n,).
        errors: shape (n, angles).
        angles: of the teachers' poles, radians per step.
    """
    fig, ax = style.axes(height=3.2)
    for colour, angle, values in zip(style.ramp(len(angles)), angles, errors.T, strict=True):
        ax.semilogy(lengths, values, "o-", color=colour, ms=4.5, lw=1.2, label=f"angle {angle:g}")
    ax.set(xlabel="training length $k$", ylabel="error", xticks=lengths)
    ax.legend(loc="upper right")
    told = "; ".join(
        f"angle {angle:g}: {', '.join(f'{x:.0e}' for x in values)}"
        for angle, values in zip(angles, errors.T, strict=True)
    )
    return style.svg(fig, f"Errors at training lengths {', '.join(map(str, lengths))}. {told}.")


def optimizers(
    names: list[str], balanced: np.ndarray, near_zero: np.ndarray, error: np.ndarray
) -> style.InlineSVG:
    """Imbalance after training by optimizer, from balanced and from random starts, and the error reached.

    Args:
        names: optimizers.
        balanced: imbalance after a balanced start, shape (n, seeds).
        near_zero: imbalance after a random start near zero, shape (n, seeds).
        error: extrapolation error after the latter, shape (n, seeds).
    """
    fig, (left, right) = style.axes(1, 2, height=3.0, sharey=True)
    rows = np.arange(len(names))[::-1]
    _strip(left, rows, np.maximum(balanced, 1e-17), style.ACCENT, "s", "balanced start")
    _strip(left, rows, near_zero, style.STUDENT, "o", "random start")
    _strip(right, rows, error, style.STUDENT, "o", "random start")
    left.set_yticks(rows, names)
    left.set(xlabel="imbalance at the end", xlim=(3e-18, 10), title="What is kept, what decays")
    right.set(xlabel="extrapolation error", title="What is learned")
    right.tick_params(labelleft=True)
    left.set_ylim(-0.6, len(names) + 0.4)
    left.legend(loc="upper center", ncols=2, columnspacing=1, handletextpad=0.1)
    told = "; ".join(
        f"{name}: {b.max():.1g} from a balanced start, {z.max():.1g} from a random one"
        for name, b, z in zip(names, balanced, near_zero, strict=True)
    )
    alt = (
        f"Largest imbalance over the seeds. {told}. Exact zeros are drawn at the left edge. Errors "
        f"reach {error.min():.1g} to {error.max():.1g}."
    )
    return style.svg(fig, alt)


def _strip(ax: Axes, rows: np.ndarray, values: np.ndarray, colour: str, marker: str, label: str) -> None:
    """One row of points for each row of values, on a logarithmic axis."""
    for row, points in zip(rows, values, strict=True):
        ax.semilogx(points, np.full(points.shape, row), marker, color=colour, ms=4.5, mfc="none")
    ax.semilogx([], [], marker, color=colour, ms=4.5, mfc="none", label=label)
