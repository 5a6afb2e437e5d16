"""The book in one picture: two perfect students, five hundred steps later."""

import numpy as np

from lowdim.figures import style

_DENSE, _SPARSE = 40, 80  # points: below 128 Matplotlib draws all it is given, on every machine the same ones


def front(
    truth: np.ndarray,
    small: np.ndarray,
    large: np.ndarray,
    bound: np.ndarray,
    k: int,
    scales: tuple[float, float],
) -> style.InlineSVG:
    """Responses of the teacher and of two students without training error, and the errors of the two.

    Errors on the training lags are rounding, which differs from machine to machine; they are left out.

    Args:
        truth: the teacher's response, shape (q,).
        small: response of the student that started near zero, shape (q,).
        large: response of the student from the larger start, shape (q,).
        bound: what the certificate of the first student allows at most, shape (q,).
        k: training length, shaded.
        scales: standard deviations of the two starts.
    """
    last = len(truth) - 1
    j = np.unique(np.append(np.arange(min(_DENSE, last)), np.linspace(0, last, _SPARSE).astype(int)))
    later = j[j >= k]
    errors = {name: np.abs(x - truth) for name, x in (("small", small), ("large", large))}
    fig, (left, right) = style.axes(1, 2, height=3.0, gridspec_kw={"width_ratios": [1.25, 1]})
    for ax in (left, right):
        ax.axvspan(-0.5, k - 0.5, color=style.INK, alpha=0.22, lw=0)
        ax.set(xlabel="lag $j$", xlim=(-6, last + 5))
    left.plot(j, large[j], color=style.ACCENT, lw=1.2, label="large start")
    left.plot(j, small[j], color=style.STUDENT, lw=3.2, alpha=0.55, label="small start")
    left.plot(j, truth[j], color=style.TEACHER, lw=1.1, ls=(0, (4, 2)), label="teacher")
    left.set(ylim=(-0.35 * truth[0], 1.15 * truth[0]), ylabel="response", title="What they say")
    left.legend(loc="center right", bbox_to_anchor=(1.0, 0.5))
    left.annotate(
        f"trained on\nthese {k} lags",
        (k, -0.2 * truth[0]),
        (40, -0.2 * truth[0]),
        va="center",
        fontsize=9,
        arrowprops={"arrowstyle": "-", "lw": 0.7, "color": style.INK},
    )
    right.semilogy(later, errors["large"][later], color=style.ACCENT, lw=1.2, label=_start(scales[1]))
    right.semilogy(later, errors["small"][later], color=style.STUDENT, lw=1.2, label=_start(scales[0]))
    right.semilogy(later, bound[later], color=style.STUDENT, lw=4.5, alpha=0.28, label="proven bound")
    right.set(ylim=(1e-13, 1e3), ylabel="error", title="How wrong they are")
    right.legend(loc="center right", bbox_to_anchor=(1.0, 0.55))
    alt = f"""A teacher and two students that agree with it on the first {k} lags. (a) up to lag {last} the
        student that started at {scales[0]:g} cannot be told from the teacher; the one that started at
        {scales[1]:g} leaves it. (b) the first errs by at most {errors["small"].max():.1e}, along a proven
        bound of at most {bound.max():.1e}; the other errs by {errors["large"][last // 2]:.2g} at lag
        {last // 2} and {errors["large"][last]:.2g} at lag {last}."""
    return style.svg(fig, alt)


def _start(scale: float) -> str:
    exponent = int(np.floor(np.log10(scale)))
    power = np.isclose(scale, 10.0**exponent) and exponent < -2
    return rf"start, $\sigma = 10^{{{exponent}}}$" if power else rf"start, $\sigma = {scale:g}$"
