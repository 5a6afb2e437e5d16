"""Pictures of the second chapter: three impostors, the map of when they exist, and what gives them away."""

import numpy as np

from lowdim.figures import style
from lowdim.figures.setting import window
from lowdim.systems.linear import LinearRNN, spectral_measure


def three_students(truth: np.ndarray, said: dict[str, np.ndarray], k: int) -> style.InlineSVG:
    """Responses of perfect students, one panel each, next to the teacher's.

    Args:
        truth: the teacher's response, shape (q,).
        said: the students' responses by name, shape (q,) each.
        k: training length, shaded.
    """
    j = np.arange(len(truth))
    fig, panels = style.axes(len(said), 1, height=1.55 * len(said), sharex=True)
    for ax, colour, (name, response) in zip(panels, style.SERIES, said.items(), strict=False):
        window(ax, k)
        ax.axhline(0, color=style.INK, lw=0.5)
        ax.plot(j, truth, color=style.TEACHER, lw=1.2)
        ax.plot(j, response, "o-", color=colour, ms=3.2, lw=1.0)
        ax.set(title=f"This one {name}", ylabel="$m_j$")
    panels[-1].set(xlabel="lag $j$")
    gap = max(np.abs(m - truth)[:k].max() for m in said.values())
    worst = ", ".join(f"{np.abs(m - truth)[k:].max():.2f}" for m in said.values())
    alt = f"""Three students agree with the teacher to {gap:.0e} on lags 0 to {k - 1}. Afterwards, in this
        order, one {", one ".join(said)}; their largest errors up to lag {len(truth) - 1} are {worst}."""
    return style.svg(fig, alt)


def dimension_map(forced: dict[tuple[int, int], float], size: int) -> style.InlineSVG:
    """For each training length and student dimension, whether zero loss is enough.

    Args:
        forced: share of random students whose response at lag k is forced whatever the inputs, by (k, d).
        size: the teacher's dimension.
    """
    fig, ax = style.axes(height=4.0)
    lengths, dims = (np.array(sorted(set(x))) for x in zip(*forced, strict=True))
    kinds = {"one answer": [], "impostors": [], "smallest impostor": [], "no perfect student": []}
    for (k, d), share in forced.items():
        if d < size:
            kinds["no perfect student"].append((k, d))
        elif share == 1:
            kinds["one answer"].append((k, d))
        else:
            kinds["smallest impostor" if d == k + 1 - size else "impostors"].append((k, d))
    looks = {
        "one answer": {"marker": "o", "mfc": style.PAPER, "mec": style.STUDENT, "ms": 7},
        "impostors": {"marker": "o", "mfc": style.ACCENT, "mec": style.ACCENT, "ms": 4},
        "smallest impostor": {"marker": "o", "mfc": style.ACCENT, "mec": style.ACCENT, "ms": 8},
        "no perfect student": {"marker": "x", "mec": style.MUTED, "ms": 5},
    }
    for kind, cells in kinds.items():
        ax.plot(*np.array(cells).T, ls="", label=kind, **looks[kind])
    edge = np.array([lengths[0] - 0.5, lengths[-1] + 0.5])
    ax.plot(edge, edge / 2, color=style.MUTED, lw=1.0, ls="--", label="$2d = k$")
    ax.plot(edge, edge + 1, color=style.MUTED, lw=1.2, ls=":", label="$d = k + 1$")
    ax.set(xlim=edge, ylim=(dims[0] - 0.6, dims[-1] + 0.6), xlabel="training length $k$", ylabel="states $d$")
    ax.set(xticks=lengths, yticks=dims[::2])
    ax.grid(False)
    ax.legend()
    alt = f"""A grid of training lengths {lengths[0]} to {lengths[-1]} and student dimensions {dims[0]} to
        {dims[-1]} for a teacher with {size} states. In {len(kinds["one answer"])} cells, those with d at most
        k - {size}, zero loss leaves one answer; in the {len(kinds["impostors"] + kinds["smallest impostor"])}
        cells above there are impostors; in {len(kinds["no perfect student"])} cells with d below {size} no
        student is without loss."""
    return style.svg(fig, alt)


def measures(truth: LinearRNN, students: dict[str, LinearRNN]) -> style.InlineSVG:
    """Spectral measures of the teacher and of its impostors.

    Args:
        truth: the teacher.
        students: symmetric students by name.
    """
    systems = {"teacher": truth, **students}
    fig, panels = style.axes(2, 2, height=4.4, sharex=True, sharey=True)
    least = []
    for ax, (name, rnn) in zip(panels.flat, systems.items(), strict=True):
        poles, weights = spectral_measure(rnn)
        least.append(weights.min())
        for sign, colour, face in ((1, style.STUDENT, style.STUDENT), (-1, style.ACCENT, style.PAPER)):
            here = sign * weights > 0
            ax.vlines(poles[here], 0, weights[here], color=colour, lw=1.6)
            ax.plot(poles[here], weights[here], "o", mec=colour, mfc=face, ms=5)
        ax.axhline(0, color=style.INK, lw=0.7)
        who = name if rnn is truth else f"the one that {name}"
        ax.set(title=rf"{who}: $\sum |w| = {np.abs(weights).sum():.0f}$", xlim=(-1.08, 1.08))
        ax.set_yscale("symlog", linthresh=1.0)
        ax.set_yticks([-1000, -1, 0, 1, 1000], ["$-10^3$", "$-1$", "0", "$1$", "$10^3$"])
    for ax in panels[:, 0]:
        ax.set(ylabel="weight $w$")
    for ax in panels[1]:
        ax.set(xlabel=r"pole $\lambda$")
    alt = f"""Weights against poles. The teacher has {truth.dim} positive weights; the impostors have
        {students[next(iter(students))].dim} of alternating signs, the most negative being
        {", ".join(f"{x:.0f}" for x in least[1:])}."""
    return style.svg(fig, alt)
