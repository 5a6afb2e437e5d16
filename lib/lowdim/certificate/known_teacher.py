r"""Certified extrapolation: a proven bound on the error of a trained student at lags it never saw.

What is measured on the student (residuals at the training lags, imbalance, spectrum) bounds every later
residual, because a symmetric, nearly balanced student is nearly a non-negative measure on its spectrum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lowdim.arrays import as_numpy, require_count
from lowdim.balls import arithmetic
from lowdim.balls.arithmetic import precision, upper
from lowdim.certificate._enclosure import later_moments
from lowdim.certificate._measure_split import Split, heard, split
from lowdim.systems.linear import LinearRNN, spectral_measure

# What is taken for rounding, relative: an asymmetry of A (float32 leaves some 1e-7), a weight, a distance of
# two poles. These decide only what is refused; what passes enters the bound by what it does to the responses.
_SYMMETRIC, _NEGLIGIBLE = 1e-6, 1e-12


@dataclass(frozen=True)
class Certificate:
    r"""A bound on $|m_q - \hat m_q|$ for $q = 0, \dots, \mathrm{horizon} - 1$, and what it rests on.

    Args:
        bound: the bound at each lag, shape (horizon,); all inf when not valid.
        delta: $\delta = \max |m_j - \hat m_j|$ over the lags $j \le 2\hat d$, $j < k$, rounded up.
        eta: $\eta = \lVert B - C^{\mathsf T} \rVert^2 / 4$, rounded up.
        radius: a proven upper bound on the spectral radius of (the symmetric part of) A.
        valid: whether every hypothesis holds.
        reason: each hypothesis that fails, with its numbers; empty when valid.
    """

    bound: Float[np.ndarray, " horizon"]
    delta: float
    eta: float
    radius: float
    valid: bool
    reason: str


def certify(
    student: LinearRNN,
    teacher: LinearRNN,
    k: int,
    horizon: int,
    max_radius: float = 1.01,
    max_imbalance: float = 0.1,
) -> Certificate:
    r"""Bound $|m_q - \hat m_q|$ at every lag below `horizon`.

    By `thm-moments-enclosure` and `thm-moments-end`; at $k = 2\hat d$ by `thm-certificate-2d`.

    The student is $\mu^+ - \mu^-$, two non-negative measures on its spectrum whose first k moments are
    measured.  For any nodes t, each of them twice, with $N_i = \prod_{l<i} (x - t_l)$,

    $$\int x^q d\mu^+ \in \sum_{i < n} h_{q-i}(t_0, \dots, t_i) \int N_i\, d\mu^+
    + [\min D, \max D] \int N_n\, d\mu^+, \qquad D(x) = h_{q-n}(t, x),$$

    over the student's spectrum, without those eigenvalues at which $N_n$ is tiny.  The intersection over
    several choices of nodes, the teacher's poles one of them, less $\hat m_q$ and less what $\mu^-$ can be,
    gives the bound; at lags below k it is the residual itself.  All in ball arithmetic on the float64 entries
    of student and teacher, taken as exact, and rounded outward.

    Which theorem that is depends on k.  From $k = 2\hat d + 1$ on (`thm-moments-end`) the first k responses
    are all that is asked of the student besides its spectrum.  At $k = 2\hat d$ they leave balanced students
    a choice (`thm-moments-tight`), and one number more is measured: the mass $\int N_n\, d\mu^+$ of $n =
    2\hat d$ nodes, the weight of what is not at a node (`thm-certificate-2d`).  It is small for a
    student of $\hat d$ awake atoms; for any other one the bound holds and says little.

    Args:
        student: a single system with symmetric A.
        teacher: a single system with symmetric A and non-negative weights.
        k: training length, at least $2\hat d$ for $\hat d$ poles of the teacher.
        horizon: number of lags bounded.
        max_radius: largest spectral radius R of the student taken for stable; the bound grows like $R^q$.
        max_imbalance: largest $\lVert B - C^{\mathsf T} \rVert / \lVert B + C^{\mathsf T} \rVert$ of the
            student taken for nearly balanced.

    Returns:
        The certificate; `.valid` says whether the hypotheses hold, `.reason` which do not.

    Raises:
        ValueError: a batch of systems, k or horizon below 1, a limit that is not positive.

    >>> from lowdim.systems import teacher
    >>> truth = teacher([0.9, -0.5], [0.6, 0.4])
    >>> close = teacher([0.9, -0.5], [0.6, 0.4000001])
    >>> bool(certify(close, truth, k=5, horizon=100).bound.max() < 2e-7)
    True
    >>> bool(certify(close, truth, k=4, horizon=100).bound.max() < 2e-7)
    True
    >>> certify(truth, truth, k=3, horizon=100).reason
    'k = 3 is below 2 x 2 = 4 for a teacher with 2 poles: train on more lags'
    """
    k, horizon = require_count("k", k), require_count("horizon", horizon)
    student, teacher = heard(_single("student", student)), _single("teacher", teacher)
    for name, most in (("max_radius", max_radius), ("max_imbalance", max_imbalance)):
        if not most > 0:  # nothing is above NaN
            raise ValueError(f"{name} must be a positive number, but is {most!r}.")
    with precision():
        poles, refusals = _poles(teacher)
        known = max(k, 2 * len(poles) + 1)  # one more than k at k = 2 d̂: the mass of the square polynomials
        own = split(student, known)
        truth = arithmetic.responses(*arithmetic.parts(teacher), max(known, horizon))
        said = arithmetic.responses(*arithmetic.parts(student), known)
        residuals = [m - t for m, t in zip(said, truth, strict=False)]
        delta = max(upper(abs(r)) for r in residuals[: min(k, 2 * len(poles) + 1)])
        refusals += _refusals(student, own, len(poles), k, max_radius, max_imbalance)
        bound = [math.inf] * horizon if refusals else [upper(abs(r)) for r in residuals[:horizon]]
        if not refusals:
            unit, mass = own.unit()  # of mass near 1: what floats compute of it does not underflow
            for q, (low, high) in enumerate(later_moments(unit, poles, horizon), known):
                rest = unit.rest(q)
                ends = [mass * (low + rest[0]) - truth[q], mass * (high + rest[1]) - truth[q]]
                bound.append(upper(abs(ends[0]).max(abs(ends[1]))))
    return Certificate(
        np.array(bound), delta, upper(own.minus[0]), own.radius, not refusals, "; ".join(refusals)
    )


def _poles(teacher: LinearRNN) -> tuple[np.ndarray, list[str]]:
    """The teacher's distinct poles, and what is wrong with it."""
    size = [np.abs(x).max() or 1.0 for x in (teacher.B, teacher.C)]
    B, C = teacher.B / size[0], teacher.C / size[1]  # so that no product overflows
    poles, weights = np.diag(teacher.A), B * C
    if not np.array_equal(teacher.A, np.diag(poles)):
        if (skew := _asymmetry(teacher.A)) > _SYMMETRIC:
            return poles, [
                f"teacher: A is not symmetric, |A - A.T| / |A| = {skew:.3g}, and no certificate covers such "
                "a teacher yet"
            ]
        poles, weights = spectral_measure(LinearRNN((teacher.A + teacher.A.T) / 2, B, C))
    negligible = _NEGLIGIBLE * float(np.abs(weights).sum())
    refusals = [
        f"teacher: negative weight {w * size[0] * size[1]:.3g} at pole {x:.3g}, where a balanced one"
        " (B = C.T) has none"
        for x, w in zip(poles, weights, strict=True)
        if w < -negligible
    ]
    found = np.sort(poles[np.abs(weights) > negligible])
    apart = np.diff(found, prepend=-np.inf) > _NEGLIGIBLE * np.abs(found).max(initial=0.0)
    return found[apart], refusals


def _single(name: str, rnn: LinearRNN) -> LinearRNN:
    if rnn.batch:
        raise ValueError(f"{name} has batch axes {rnn.batch}; one system is certified at a time: {name}[i].")
    return rnn.map(as_numpy)


def _asymmetry(A: np.ndarray) -> float:
    size = float(np.linalg.norm(A))
    return float(np.linalg.norm(A - A.T)) / size if size else 0.0


def _refusals(
    student: LinearRNN, own: Split, order: int, k: int, max_radius: float, max_imbalance: float
) -> list[str]:
    """The hypotheses on k and on the student that fail."""
    refusals = []
    if k < 2 * order:
        refusals.append(
            f"k = {k} is below 2 x {order} = {2 * order} for a teacher with {order} poles: train on more lags"
        )
    if (skew := _asymmetry(student.A)) > _SYMMETRIC:
        refusals.append(
            f"student: A is not symmetric, |A - A.T| / |A| = {skew:.3g}: train with structure='symmetric'"
        )
    if own.radius > max_radius:
        refusals.append(
            f"student: spectral radius {own.radius:.6g} is above max_radius = {max_radius:g}: start "
            "smaller, or raise max_radius, and the bound grows like its powers"
        )
    if (unbalanced := own.imbalance()) > max_imbalance:
        refusals.append(
            f"student: imbalance {unbalanced:.3g} is above max_imbalance = {max_imbalance:g}: start smaller"
        )
    return refusals
