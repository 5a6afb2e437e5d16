"""Pictures of the chapter on plateaus: the staircase, the rates, and what becomes of the imbalance."""

import numpy as np

from lowdim.figures import style
from lowdim.training.trajectory import Trajectory


def staircase(
    times: np.ndarray, losses: np.ndarray, heights: np.ndarray, poles: np.ndarray, truth: np.ndarray
) -> style.InlineSVG:
    """Loss of all students over the predicted heights; below, the poles of one of them.

    Args:
        times: positive, increasing, shape (T,).
        losses: shape (seeds, T).
        heights: losses of the best fits by 0, 1, 2, ... atoms.
        poles: eigenvalues of the first student, ascending, shape (T, d).
        truth: poles of the teacher.
    """
    fig, (top, low) = style.axes(2, 1, height=6.0, sharex=True)
    for colour, loss in zip(style.ramp(len(losses)), losses, strict=True):
        top.loglog(times, np.maximum(loss, 1e-12), color=colour, lw=1.3)
    for n, height in enumerate(heights):
        top.axhline(height, color=style.ACCENT, lw=0.9, ls=(0, (4, 2)))
        label = f"{n} atoms" if n != 1 else "1 atom"
        at = times[-1] / (200 if n % 2 else 1.3)  # beside its neighbours, which may be close
        hiding = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1}
        top.text(at, height, label, ha="right", va="center", fontsize=9, bbox=hiding)
    top.set(ylabel="loss $L$", ylim=(1e-11, 30), title="Loss")
    for pole in truth:
        low.axhline(pole, color=style.TEACHER, lw=0.8, ls=(0, (2, 2)))
    low.semilogx(times, poles, color=style.STUDENT, lw=1.3)
    low.set(xlabel="time $t$", ylabel=r"poles $\lambda_i$", ylim=(-1, 1.1), xlim=(times[0], times[-1]))
    low.set_title("Poles of one student")
    alt = f"""The loss of {len(losses)} students falls in {len(heights)} steps over {
        np.log10(times[-1] / times[0]):.0f} decades of time. Between the steps it rests on dashed lines, the
        losses {", ".join(f"{height:.2g}" for height in heights)} of the best fits by 0 to {
        len(heights) - 1
    } atoms. Below, of {poles.shape[1]} poles that start near zero {
        (np.abs(poles[-1]) > 0.03).sum()
    } leave one after another and end on the teacher's; the others stay
        within {np.sort(np.abs(poles[-1]))[-len(truth) - 1]:.1g} of zero."""
    return style.svg(fig, alt)


def exceptions(
    runs: list[tuple[Trajectory, np.ndarray, np.ndarray]], heights: list[list[float]], names: list[str]
) -> style.InlineSVG:
    """Loss along runs, with the minima of their speed and those that are rests, over the best fits.

    Args:
        runs: each a run, the indices of the minima of its speed, and those of its rests.
        heights: losses of the best fits to draw, for each run.
        names: of the teachers.
    """
    fig, axes = style.axes(1, 2, height=3.2)
    told = []
    for ax, (run, minima, still), levels, name in zip(axes, runs, heights, names, strict=True):
        for level in levels:
            ax.axhline(level, color=style.ACCENT, lw=0.9, ls=(0, (4, 2)))
        ax.loglog(run.times, np.maximum(run.loss, 1e-12), color=style.STUDENT, lw=1.4)
        hollow = np.setdiff1d(minima, still)
        ax.loglog(run.times[hollow], run.loss[hollow], "o", color=style.INK, mfc="none", ms=6)
        ax.loglog(run.times[still], run.loss[still], "o", color=style.INK, ms=6)
        ax.set(xlabel="time $t$", title=name, ylim=(1e-10, 10))
        told.append(
            f"{name}: rests at losses {', '.join(f'{x:.3g}' for x in run.loss[still])}, the best fit by one "
            f"atom has {levels[0]:.3g}; minima of the speed that are no rests: {len(hollow)}"
        )
    axes[0].set_ylabel("loss $L$")
    return style.svg(fig, "Loss of a student against time for two teachers. " + ". ".join(told) + ".")


def rates(
    atoms: np.ndarray,
    symmetric: np.ndarray,
    diagonal: np.ndarray,
    decay: np.ndarray,
    predicted: tuple[np.ndarray, np.ndarray],
) -> style.InlineSVG:
    """Measured rates at the plateaus over the predicted ones.

    Args:
        atoms: number of active atoms, shape (n,).
        symmetric: growth rates measured with symmetric A, shape (n, seeds).
        diagonal: growth rates measured with diagonal A.
        decay: decay rates of the unbalanced part measured with symmetric A.
        predicted: growth rates for symmetric and for diagonal A, each of shape (n,).
    """
    fig, ax = style.axes(height=3.6)
    for values, label in zip(predicted, ("predicted", None), strict=True):
        ax.hlines(values, atoms - 0.3, atoms + 0.3, color=style.INK, lw=1.0, label=label)
    families = (
        (symmetric, "o", 7, style.STUDENT, "growth, symmetric"),
        (diagonal, "s", 9, style.SERIES[2], "growth, diagonal"),
        (decay, "x", 5, style.ACCENT, "decay of $u$"),
    )
    for values, marker, size, colour, label in families:
        marks = ax.semilogy(atoms, values, marker, color=colour, ms=size, mew=1.2, mfc="none")
        marks[0].set_label(label)
    ax.set(xlabel="active atoms $n$", ylabel="rate", xticks=atoms, xlim=(atoms[0] - 0.6, atoms[-1] + 0.6))
    ax.legend(loc="lower left")
    alt = f"""At plateaus with {atoms[0]} to {atoms[-1]} active atoms a new mode of a symmetric student is
        measured to grow at rates {", ".join(f"{x:.3g}" for x in symmetric.mean(axis=1))}, of a diagonal one
        at {", ".join(f"{x:.2g}" for x in diagonal.mean(axis=1))}, where the unbalanced part decays as well.
        All marks lie on the predicted lines."""
    return style.svg(fig, alt)


def unbalanced(
    times: np.ndarray, used: np.ndarray, unused: np.ndarray, law: np.ndarray, slowest: np.ndarray
) -> style.InlineSVG:
    """The unbalanced part inside and outside the directions that the teacher's modes end up in.

    Args:
        times: positive, increasing, shape (T,).
        used: length inside of them, relative to the start, shape (seeds, T).
        unused: length outside, relative to the start.
        law: the predicted length outside.
        slowest: times at which the students are slowest with 1, 2, ... active atoms, shape (seeds, n).
    """
    fig, ax = style.axes(height=3.8)
    above = {"transform": ax.get_xaxis_transform(), "va": "bottom", "fontsize": 9, "color": style.MUTED}
    for n, some in enumerate(slowest.T, 1):
        ax.axvline(np.median(some), color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
        ax.text(np.median(some), 1.01, f"{n}", ha="center", **above)
    ax.text(times[0], 1.01, "active atoms", **above)
    for inside, outside, expected in zip(used, unused, law, strict=True):
        ax.loglog(times, inside, color=style.ACCENT, lw=1.1)
        ax.loglog(times, outside, color=style.STUDENT, lw=1.3)
        ax.loglog(times[::8], expected[::8], ".", color=style.INK, ms=2.5)
    ax.plot([], [], color=style.ACCENT, lw=1.3, label="used directions")
    ax.plot([], [], color=style.STUDENT, lw=1.3, label="unused directions")
    ax.plot([], [], ".", color=style.INK, ms=4, label=r"$\exp\, 2\int \, r_0$")
    ax.legend()
    ax.set(xlabel="time $t$", ylabel=r"$\|u\|$ relative to start", xlim=(times[0], times[-1]))
    alt = f"""In the directions never used the unbalanced part of {len(used)} students falls to {
        unused[:, -1].min():.1g} to {unused[:, -1].max():.1g} of its start, steeply at first and further on
        every plateau, along the dotted prediction. In the directions that the modes use it stops at {
        used[:, -1].min():.1g} to {used[:, -1].max():.1g}. The students are slowest
        with 1 to {slowest.shape[1]} active atoms at times {
        ", ".join(f"{t:.1g}" for t in np.median(slowest, axis=0))
    }."""
    return style.svg(fig, alt)
