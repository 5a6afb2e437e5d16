"""Pictures of the chapter on systems in the wild: ranges of autocorrelation times, a rod, refusals."""

import numpy as np
import pandas as pd

from lowdim.figures import style

_METHODS = {
    "exact_": ("six exact lags", style.INK, "-"),
    "": ("from runs", style.STUDENT, "-"),
    "batch_": ("batch means", style.MUTED, "-"),
    "arviz_": ("ArviZ", style.ACCENT, (0, (1, 1.2))),
    "emcee_": ("emcee", style.ACCENT, (0, (4, 2))),
}


def times(table: pd.DataFrame, lags: dict[int, tuple[float, float]], tau: float) -> style.InlineSVG:
    """How wide intervals of drawn chains are; the range of one chain against the number of lags.

    Args:
        table: a row for each chain, with `tau` and for each method the columns `low` and `high`, prefixed.
        lags: range for each number of exact autocorrelations of one chain.
        tau: the truth for that chain.
    """
    fig, (left, right) = style.axes(1, 2, height=3.6)
    share, told = np.arange(1, len(table) + 1) / len(table), []
    for prefix, (name, colour, ls) in _METHODS.items():
        low, high = table[f"{prefix}low"].to_numpy(), table[f"{prefix}high"].to_numpy()
        held = np.mean((low <= table.tau) & (table.tau <= high))
        ratio = np.full(len(low), np.inf)
        np.divide(high, low, out=ratio, where=np.isfinite(low) & (low > 0))
        label = f"{name}: {100 * held:.3g} %"
        left.step(np.sort(ratio), share, color=colour, ls=ls, lw=1.3, where="post", label=label)
        told.append(f"{name} {np.median(ratio):.2f}, and {100 * held:.3g} % hold the truth")
    left.set(
        xscale="log", xlim=(1, 10), xlabel="upper over lower end", ylabel="share of chains", ylim=(0, 1.02)
    )
    left.set_xticks([1, 2, 5, 10], labels=["1", "2", "5", "10"])
    left.set_title("Drawn chains")
    left.minorticks_off()
    left.legend(loc="lower right", title=r"holds $\tau$", alignment="left")
    k = np.array(list(lags))
    low, high = np.array(list(lags.values())).T
    right.fill_between(k, low, high, color=style.STUDENT, alpha=0.2, lw=0)
    right.plot(k, high, "o-", color=style.STUDENT, ms=3, lw=1.2)
    right.plot(k, low, "o-", color=style.STUDENT, ms=3, lw=1.2, label="range")
    right.axhline(tau, color=style.INK, lw=0.9, label=r"$\tau$")
    top = 1.05 * min(high.max(), 3 * tau)
    right.set(xlabel="exact autocorrelations used", ylabel=r"$\tau$", ylim=(0, top), title="One chain")
    right.set_xticks(k)
    right.legend(loc="lower right")
    alt = f"""(a) the upper over the lower end of intervals for {len(table)} drawn chains, in the median:
        {"; ".join(told)}. (b) the range of one chain with an autocorrelation time of {tau:.3g} closes from
        {low[0]:.3g} to {high[0]:.3g} with {k[0]} lags to {low[-1]:.3g} to {high[-1]:.3g} with {k[-1]}."""
    return style.svg(fig, alt)


def relaxation(
    seconds: np.ndarray,
    truth: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    table: pd.DataFrame,
) -> style.InlineSVG:
    """The rod's response with the range that a few samples leave; bound and error against their number.

    Args:
        seconds: of the samples, shape (T,).
        truth: the rod's response, shape (T,).
        low: lower end of the range, shape (T,).
        high: upper end, shape (T,).
        table: rows with `k`, `error` and `bound`.
    """
    fig, (left, right) = style.axes(1, 2, height=3.2)
    left.fill_between(
        seconds, np.maximum(low, 1e-9), high, color=style.STUDENT, alpha=0.25, lw=0, label="range"
    )
    left.semilogy(seconds, truth, color=style.TEACHER, lw=1.3, label="rod")
    left.set(xlabel="seconds", ylabel="temperature", ylim=(truth.min() / 3, 1.5), title="The rod")
    left.legend(loc="lower left")
    right.semilogy(table.k, table.bound, "o-", color=style.STUDENT, ms=4, lw=1.3, label="certified")
    right.semilogy(table.k, table.error, "s--", color=style.INK, ms=4, lw=1.0, mfc="none", label="true")
    right.set(xlabel="samples $k$", ylabel="largest error", title="The student")
    right.set_xticks(table.k)
    right.legend(loc="upper right")
    first, last = table.iloc[0], table.iloc[-1]
    alt = f"""(a) the response of the rod falls from 1 to {truth.min():.2g} and stays within the range,
        which is up to {(high - low).max():.2g} wide. (b) the certified error of the student falls from
        {first.bound:.2g} with {first.k:.0f} samples to {last.bound:.2g} with {last.k:.0f}, the true one from
        {first.error:.2g} to {last.error:.2g}."""
    return style.svg(fig, alt)


def refused(responses: dict[str, np.ndarray], off: dict[str, float]) -> style.InlineSVG:
    """Responses that no stable balanced system has.

    Args:
        responses: each scaled to the size 1, by name.
        off: by how much the first of them are off at least, by name.
    """
    fig, panels = style.axes(1, len(responses), height=2.5, sharey=True)
    for ax, (name, values) in zip(panels, responses.items(), strict=True):
        ax.axhline(0, color=style.MUTED, lw=0.8)
        ax.plot(values, "o-", color=style.ACCENT, ms=3, lw=1.1)
        ax.set(title=name, xlabel="lag")
        ax.xaxis.get_major_locator().set_params(integer=True)
    panels[0].set_ylabel("response")
    told = "; ".join(
        f"{name}, {v[0]:.2g} at lag 0, from {v.min():.2g} to {v.max():.2g}, off by at least {off[name]:.2g}"
        for name, v in responses.items()
    )
    return style.svg(fig, f"Three responses that no stable balanced system has: {told}.")
