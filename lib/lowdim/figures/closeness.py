"""Pictures of the chapter on close poles: imbalance that comes back, the map of closeness, the criterion."""

import numpy as np
import pandas as pd

from lowdim.figures import style
from lowdim.figures.setting import window
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.training.trajectory import Trajectory


def overshoot(
    times: np.ndarray, first: dict[int, np.ndarray], imbalances: dict[float, np.ndarray]
) -> style.InlineSVG:
    """The residual at lag 0 for two training lengths; the imbalance from several scales.

    Args:
        times: positive, increasing, shape (T,).
        first: for each training length the residual at lag 0, shape (T,).
        imbalances: for each scale of the start the imbalance, shape (T,).
    """
    fig, (left, right) = style.axes(1, 2, height=3.3)
    # Over the logarithm of time the area under 2 t r_0 is the integral of 2 r_0.
    weighted = {k: 2 * times * r for k, r in first.items()}
    for (k, rate), colour in zip(weighted.items(), (style.ACCENT, style.STUDENT), strict=True):
        left.semilogx(times, rate, color=colour, lw=1.4, label=f"$k = {k}$")
        left.fill_between(times, 0, np.maximum(rate, 0), color=colour, alpha=0.25, lw=0)
    top = max(rate.max() for rate in weighted.values())
    left.axhline(0, color=style.MUTED, lw=0.8)
    left.set(xlabel="time $t$", ylabel="$2\\, t\\, r_0$", ylim=(-0.6 * top, 1.15 * top))
    left.set_title("Residual at lag 0")
    left.legend(loc="upper left")
    for (std, values), colour in zip(imbalances.items(), style.ramp(len(imbalances)), strict=True):
        right.loglog(times, values, color=colour, lw=1.4, label=rf"$\sigma = 10^{{{np.log10(std):.0f}}}$")
    right.set(xlabel="time $t$", ylabel="imbalance", title="Imbalance")
    right.legend(loc="lower left")
    tops = ", ".join(f"{rate.max():.2g} for {k} lags" for k, rate in weighted.items())
    ends = ", ".join(f"{values[-1]:.1g} from {std:g}" for std, values in imbalances.items())
    alt = f"""(a) twice the residual at lag 0 times the time. It rises above zero late in training, to at
        most {tops}. (b) the imbalance falls, and then rises again; at the end it is {ends}."""
    return style.svg(fig, alt)


def gaps(table: pd.DataFrame) -> style.InlineSVG:
    """Closeness against the gap of two poles, a line for each number of training lags.

    Args:
        table: a sweep over `gap`, increasing, and `k` with `gamma`.
    """
    fig, ax = style.axes(height=3.4)
    lags = sorted(table.k.unique())
    for k, colour in zip(lags, style.ramp(len(lags))[::-1], strict=True):
        rows = table[table.k == k]
        ax.loglog(rows.gap, rows.gamma, "o-", color=colour, ms=3, lw=1.3, label=f"$k = {k}$")
    for std, side, shift in ((1e-3, "top", -2), (1e-6, "bottom", 2)):
        ax.axhline(-2 * np.log(std), color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
        label = rf"$\sigma = 10^{{{np.log10(std):.0f}}}$"
        at, beside = (table.gap.max(), -2 * np.log(std)), {"textcoords": "offset points", "va": side}
        ax.annotate(label, at, (0, shift), ha="right", fontsize=9, color=style.MUTED, **beside)
    ticks = [gap for gap in (0.05, 0.1, 0.2, 0.4, 0.8) if table.gap.min() <= gap <= table.gap.max()]
    ax.set_xticks(ticks, [f"{gap:g}" for gap in ticks])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="gap of the two poles", ylabel=r"closeness $\Gamma$")
    ax.legend(loc="lower left")
    ends = [table[(table.k == k) & (table.gap == table.gap.min())].gamma.item() for k in (lags[0], lags[-1])]
    alt = f"""The closeness falls as the gap of the two poles grows, for each training length. At a gap of
        {table.gap.min():.2g} it is {ends[0]:.3g} for {lags[0]} lags and {ends[1]:.3g} for {lags[-1]}."""
    return style.svg(fig, alt)


def criterion(table: pd.DataFrame, line: float, balanced: float) -> style.InlineSVG:
    """Imbalance and error after training, against the imbalance predicted before it.

    Args:
        table: draws with `predicted`, `imbalance`, `extrapolation_error`, `k` and `d_hat`.
        line: predicted imbalance that the criterion asks for.
        balanced: measured imbalance of a student that is called balanced.
    """
    fig, (left, right) = style.axes(1, 2, height=3.5)
    most = 1e6  # predictions above it mean the same
    few = table.k == 2 * table.d_hat
    shown = np.minimum(table.predicted, most)
    families = (~few, "o", style.STUDENT, r"$k > 2\hat d$"), (few, "D", style.ACCENT, r"$k = 2\hat d$")
    for rows, marker, colour, label in families:
        for ax, name in ((left, "imbalance"), (right, "extrapolation_error")):
            values = np.maximum(table[name][rows], 1e-16)
            ax.loglog(shown[rows], values, marker, color=colour, ms=3.4, mfc="none", mew=0.9, label=label)
    ends = np.array([shown.min(), 1.0])
    left.loglog(ends, ends, color=style.INK, lw=0.8)
    left.axhline(balanced, color=style.MUTED, lw=0.8, ls=(0, (3, 3)))
    for ax in (left, right):
        ax.axvspan(line / 10, line * 10, color=style.MUTED, alpha=0.18, lw=0)
        ax.set_xlabel("predicted imbalance")
    left.set(ylabel="imbalance after training", title="Balance")
    right.set(ylabel="largest error up to lag 200", title="Extrapolation")
    left.legend(loc="lower right")
    below, above = table[table.predicted < line / 10], table[(table.predicted > line * 10) & few]
    alt = f"""{len(table)} drawn teachers. Where the predicted imbalance is below {line / 10:g}, the measured
        one is at most {below.imbalance.max():.1g} and the error {below.extrapolation_error.max():.1g}; where
        it is above
        {line * 10:g} and the training length twice the number of states, the imbalance is at least
        {above.imbalance.min():.1g} and the error up to {above.extrapolation_error.max():.1g}."""
    return style.svg(fig, alt)


def lesson(run: Trajectory, truth: LinearRNN, k: int, step: float, reach: int = 101) -> style.InlineSVG:
    """A student while it learns: what it says at the end, its loss and its largest error on the way.

    Args:
        run: of gradient descent, times in steps.
        truth: the teacher.
        k: training length, shaded.
        step: of the descent.
        reach: number of lags compared.
    """
    goal, said = impulse_response(truth, reach), impulse_response(run.rnn, reach)
    errors = np.abs(said - goal).max(axis=-1)
    times = step * np.maximum(run.times, 1)
    fig, (left, right) = style.axes(1, 2, height=3.6)
    window(left, k)
    left.plot(said[-1], color=style.ACCENT, lw=2.4)
    left.plot(goal, color=style.TEACHER, lw=1.2, ls=(0, (4, 3)))
    left.set(xlabel="lag $j$", ylabel="response", title="What they say")
    right.loglog(times, run.loss, color=style.STUDENT, label="loss")
    right.loglog(times, errors, color=style.ACCENT, label="largest error")
    right.legend()
    right.set(xlabel="time $t$", ylabel="loss, error", title="Loss and error")
    alt = f"""A student trained on {k} responses for {run.times[-1]} steps of {step:.2g}. Its loss falls from
        {run.loss[0]:.1e} to {run.loss[-1]:.1e}, its largest error up to lag {reach - 1} from {errors[0]:.1e}
        to {errors[-1]:.1e}."""
    return style.svg(fig, alt)


def finished(times: np.ndarray, errors: np.ndarray, done: np.ndarray, sizes: list[int]) -> style.InlineSVG:
    """Error against time for teachers of growing size, filled where training is over.

    Args:
        times: shape (T,).
        errors: shape (sizes, T).
        done: whether the loss says so, shape (sizes, T).
        sizes: poles of the teachers.
    """
    fig, ax = style.axes(height=3.5)
    for colour, n, wrong, over in zip(style.ramp(len(sizes)), sizes, errors, done, strict=True):
        ax.loglog(times, wrong, color=colour, lw=1.0, label=f"{n} poles" if n > 1 else "1 pole")
        ax.loglog(times[over], wrong[over], "o", color=colour, ms=5)
        ax.loglog(times[~over], wrong[~over], "o", color=colour, ms=5, mfc="none")
    ax.set(xlabel="time $t$", ylabel="error", xticks=times, ylim=(errors.min() / 1e5, None))
    ax.legend(loc="lower left", ncols=3)  # in the room made for it
    first = {n: times[over][0] if over.any() else np.inf for n, over in zip(sizes, done, strict=True)}
    told = ", ".join(f"{n} by {t:.0e}" for n, t in first.items())
    alt = f"""Finished teachers, by number of poles: {told}. Where training is over the error is at most {
        errors[done].max():.1g}, elsewhere at least {errors[~done].min() if (~done).any() else 0:.1g}."""
    return style.svg(fig, alt)
