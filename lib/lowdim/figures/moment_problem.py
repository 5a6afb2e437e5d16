"""Pictures of the moment problem: what training leaves open, how it closes, how far a small error goes."""

import numpy as np

from lowdim.experiments.scaling import exponent
from lowdim.figures import style
from lowdim.figures.setting import window
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure


def futures(response: np.ndarray, ranges: dict[int, np.ndarray]) -> style.InlineSVG:
    """All futures that remain possible after k responses, one panel for each k.

    Args:
        response: the teacher's, shape (q,).
        ranges: least and largest response at the lags k, ..., q-1, shape (q - k, 2), by k.
    """
    fig, panels = style.axes(-(-len(ranges) // 2), 2, height=4.6, sharex=True, sharey=True)
    j = np.arange(len(response))
    for ax, (k, band) in zip(panels.flat, ranges.items(), strict=True):
        # The band grows out of the last response seen, a point.
        seen = np.full((1, 2), response[k - 1])
        low, high = np.concatenate([seen, band]).T
        ax.fill_between(j[k - 1 :], low, high, color=style.STUDENT, alpha=0.3, lw=0)
        ax.plot(j[k - 1 :], low, color=style.STUDENT, lw=1.0)
        ax.plot(j[k - 1 :], high, color=style.STUDENT, lw=1.0)
        ax.plot(j[k:], response[k:], ".", color=style.TEACHER, ms=3)
        ax.plot(j[:k], response[:k], "o", color=style.TEACHER, ms=4.5)
        ax.axhline(0, color=style.INK, lw=0.5)
        ax.set_title(f"$k = {k}$")
    for ax in panels[:, 0]:
        ax.set(ylabel="$m_j$")
    for ax in panels[-1]:
        ax.set(xlabel="lag $j$")
    widths = ", ".join(f"{np.ptp(band, axis=1).max():.2g} for k = {k}" for k, band in ranges.items())
    alt = f"""Panels for k = {", ".join(map(str, ranges))} training lags. In each the first k responses of the
        teacher are dots, and a shaded band holds every later response of a non-negative measure. The greatest
        width of the band is {widths}."""
    return style.svg(fig, alt)


def square(poles: np.ndarray, weights: np.ndarray, stray: float) -> style.InlineSVG:
    """The polynomial that is zero on the teacher's poles and positive elsewhere, and what a stray atom pays.

    Args:
        poles: the teacher's.
        weights: the teacher's.
        stray: where a further atom is put.
    """
    fig, ax = style.axes(height=2.9)
    x = np.linspace(-1.05, 1.05, 400)
    p = np.prod((x[:, None] - poles) ** 2, axis=1)
    price = np.prod((stray - poles) ** 2)
    unit = p.max() / weights.max()
    ax.plot(x, p, color=style.STUDENT, lw=1.8, label=r"$p(x) = \prod_i (x - \hat\lambda_i)^2$")
    ax.vlines(poles, 0, 0.6 * unit * weights, color=style.TEACHER, lw=2.2)
    ax.plot(poles, 0.6 * unit * weights, "o", color=style.TEACHER, ms=6, label="teacher")
    ax.vlines([stray], 0, 0.4 * p.max(), color=style.ACCENT, lw=2.2)
    ax.plot([stray], [0.4 * p.max()], "o", color=style.ACCENT, ms=6, label="stray atom")
    ax.plot([stray], [price], "D", color=style.ACCENT, ms=5, label=f"its price $p({stray:g})$ = {price:.2f}")
    ax.axhline(0, color=style.INK, lw=0.7)
    ax.set(xlim=(-1.08, 1.08), xlabel="$x$")
    ax.legend(loc="upper center", ncols=2)
    alt = f"""The square polynomial is zero at the teacher's poles {", ".join(f"{a:g}" for a in poles)} and
        positive elsewhere, up to {p.max():.2f}; at {stray:g}, where a stray atom is, it is {price:.2f}."""
    return style.svg(fig, alt)


def collapse(widths: dict[int, np.ndarray]) -> style.InlineSVG:
    """Width of the range of the next response against the number of responses seen, all teachers drawn.

    Args:
        widths: by number of poles, shape (teachers, lengths), for k = 1, 2, ...
    """
    fig, ax = style.axes(height=3.4)
    for colour, marker, (d, rows) in zip(style.SERIES, "osD^v", widths.items(), strict=False):
        k = np.arange(1, rows.shape[1] + 1)
        for i, row in enumerate(rows):
            label = rf"$\hat d = {d}$" if i == 0 else None
            ax.semilogy(k, row, f"{marker}-", color=colour, ms=4, lw=0.8, alpha=0.8, label=label)
    ax.set(xlabel="responses seen $k$", ylabel="width of the range of $m_k$")
    ax.set_xticks(np.arange(1, max(rows.shape[1] for rows in widths.values()) + 1))
    ax.legend(loc="lower left")
    open_, shut = ([f"{rows[:, 2 * d - 1 + i].max():.1g}" for d, rows in widths.items()] for i in (0, 1))
    alt = f"""For teachers with {", ".join(map(str, widths))} poles the width is up to {", ".join(open_)}
        after twice as many responses as poles, and at most {", ".join(shut)} after one more."""
    return style.svg(fig, alt)


def digits(sizes: np.ndarray, errors: dict[str, np.ndarray]) -> style.InlineSVG:
    """Error of the recovered poles against their number.

    Args:
        sizes: numbers of atoms, shape (n,).
        errors: by kind of moments, shape (n,); NaN where fewer atoms came back.
    """
    fig, ax = style.axes(height=2.8)
    for colour, marker, (kind, error) in zip(style.SERIES, "os", errors.items(), strict=False):
        ax.semilogy(sizes, np.maximum(error, 1e-16), f"{marker}-", color=colour, ms=4, lw=1.1, label=kind)
    ax.set(xlabel="number of atoms $n$", ylabel="error of the poles")
    ax.legend()
    worst = ", ".join(
        f"{kind}: {np.nanmax(e):.1g}, up to {sizes[np.isfinite(e)][-1]} atoms" for kind, e in errors.items()
    )
    alt = f"Largest error of the poles that quadrature recovers from the moments of an interval. {worst}."
    return style.svg(fig, alt)


def family(truth: LinearRNN, students: list[LinearRNN], length: int) -> style.InlineSVG:
    """Students that share the teacher's first responses: where their poles are, and how they go on.

    Args:
        truth: the teacher.
        students: in order.
        length: lags to show.
    """
    fig, (left, right) = style.axes(1, 2, height=3.2, gridspec_kw={"width_ratios": [1, 1.25]})
    colours, k = style.ramp(len(students)), 2 * truth.dim
    said = np.array([impulse_response(student, length) for student in students])
    for i, (colour, student, response) in enumerate(zip(colours, students, said, strict=True)):
        poles, weights = spectral_measure(student)
        left.scatter(poles, np.full(len(poles), i), s=20 + 150 * weights, color=colour, lw=0)
        right.plot(response, color=colour, lw=1.1)
    poles, _ = spectral_measure(truth)
    for pole in poles:
        left.axvline(pole, color=style.TEACHER, lw=1.3)
    left.set(xlabel="pole", ylabel="student", title="Their poles interlace", yticks=[])
    window(right, k)
    right.plot(impulse_response(truth, length), "o", color=style.TEACHER, ms=3.5)
    right.set(xlabel="lag $j$", ylabel="$m_j$", title=f"Together up to lag {k - 1}")
    right.xaxis.get_major_locator().set_params(integer=True)
    alt = f"""(a) {len(students)} students have {truth.dim + 1} poles each, one in each gap that the
        teacher's poles leave. (b) their responses differ by at most
        {np.ptp(said[:, :k], axis=0).max():.0e} up to lag {k - 1}, and later by up to
        {np.ptp(said, axis=0).max():.2g}."""
    return style.svg(fig, alt)


def stability(
    delta: np.ndarray, reached: np.ndarray, bounds: dict[str, np.ndarray], lag: int
) -> style.InlineSVG:
    """How wrong a student can be at one lag against its training error.

    Args:
        delta: training errors, shape (n,).
        reached: worst case over all non-negative measures, shape (n,).
        bounds: what an argument promises, by name, shape (n,).
        lag: the lag.
    """
    fig, ax = style.axes(height=3.5)
    for colour, dash, (name, bound) in zip(style.SERIES, ("-", "--", ":"), bounds.items(), strict=False):
        ax.loglog(delta, bound, dash, color=colour, lw=1.7, label=name)
    ax.loglog(delta, reached, "o", color=style.TEACHER, ms=5, label="worst student (linear program)")
    ax.set(xlabel=r"training error $\delta$", ylabel=f"error at lag {lag}")
    ax.legend()
    slope = exponent(delta[:4], reached[:4])
    first = ", ".join(f"{name} {bound[0]:.1g}" for name, bound in bounds.items())
    alt = f"""Both axes logarithmic. The worst error falls with slope {slope:.2f} from {reached[-1]:.2g} to
        {reached[0]:.1g} at training error {delta[0]:.0e}. There the bounds are: {first}."""
    return style.svg(fig, alt)


def sharpness(
    delta: np.ndarray, excess: np.ndarray, crowding: np.ndarray, gaps: list[float]
) -> style.InlineSVG:
    """What the sharp constant exceeds the worst error by: against training error, and against the shift.

    Args:
        delta: training errors, shape (n,).
        excess: ratio of bound to error, less one, shape (teachers, n).
        crowding: of the teachers.
        gaps: distance of the two poles of each.
    """
    fig, (left, right) = style.axes(1, 2, height=3.1, sharey=True)
    for colour, gap, kappa, values in zip(style.ramp(len(gaps)), gaps, crowding, excess, strict=True):
        shown = np.maximum(values, 1e-6)
        left.loglog(delta, shown, "o-", color=colour, ms=3.5, lw=1.1, label=f"distance {gap:g}")
        right.loglog(kappa * delta, shown, "o", color=colour, ms=3.5)
    for ax in (left, right):
        ax.axhline(0.05, color=style.MUTED, lw=0.9, ls="--")
    left.set(xlabel=r"training error $\delta$", ylabel="bound / truth $- 1$", title="Against the error")
    right.set(xlabel=r"$\kappa\delta$", xlim=(1e-7, None), title="Against error times crowding")
    right.tick_params(labelleft=True)
    left.legend(loc="lower right")
    safe = excess[crowding[:, None] * delta < 1e-3].max()
    wide, narrow = excess[np.argmax(gaps)], excess[np.argmin(gaps)]
    alt = f"""(a) for poles at distance {max(gaps):g} the excess is {wide[0]:.1g} at the smallest training
        error and {wide[-1]:.2g} at the largest, for distance {min(gaps):g} {narrow[0]:.1g} and
        {narrow[-1]:.2g}. (b) against the training error times the crowding all curves lie together;
        below one thousandth the excess is at most {safe:.1g}."""
    return style.svg(fig, alt)


def ratios(groups: dict[str, np.ndarray]) -> style.InlineSVG:
    """Distribution over students of bound divided by true error.

    Args:
        groups: ratios by name of the bound, shape (students,).
    """
    fig, ax = style.axes(height=3.1)
    for colour, dash, (name, ratio) in zip(style.SERIES, ("-", "--", ":"), groups.items(), strict=False):
        ax.semilogx(np.sort(ratio), np.linspace(0, 1, len(ratio)), dash, color=colour, lw=1.8, label=name)
        ax.plot(np.median(ratio), 0.5, "o", color=colour, ms=5)
    ax.axvline(1, color=style.TEACHER, lw=0.9)
    ax.set(xlabel="bound / true error", ylabel="share of students", ylim=(0, 1))
    ax.legend(loc="lower right")
    medians = ", ".join(f"{name} {np.median(ratio):.2g}" for name, ratio in groups.items())
    least = min(ratio.min() for ratio in groups.values())
    alt = f"""Cumulative distributions over {len(next(iter(groups.values())))} students; none is below
        {least:.3g}. Medians: {medians}."""
    return style.svg(fig, alt)


def unstable(errors: dict[float, np.ndarray], promise: np.ndarray, k: int, delta: float) -> style.InlineSVG:
    """Error at every lag of students with a pole outside the unit interval and the same training error.

    Args:
        errors: by radius, shape (q,).
        promise: the most that a stable student can err, shape (q,).
        k: training length.
        delta: training error of all of them.
    """
    fig, ax = style.axes(height=3.3)
    window(ax, k)
    for colour, (radius, error) in zip(style.ramp(len(errors)), errors.items(), strict=True):
        ax.semilogy(error, color=colour, lw=1.6, label=f"$R = {radius:g}$")
    ax.semilogy(promise, "--", color=style.TEACHER, lw=1.1, label="stable students: at most")
    ax.axhline(delta, color=style.MUTED, lw=0.9, ls=":")
    ax.set(xlabel="lag $j$", ylabel="error", ylim=(delta * 1e-3, None))
    ax.legend()
    last = ", ".join(f"{error[-1]:.1e} for R = {radius:g}" for radius, error in errors.items())
    alt = f"""All students err by at most {delta:.0e} on the {k} training lags. At lag
        {len(promise) - 1} they err by {last}; a stable student could err by {promise[-1]:.1e}."""
    return style.svg(fig, alt)
