r"""Certified extrapolation from data alone: neither poles nor order of the teacher are known.

What was measured are responses, each up to a tolerance.  Whatever stable balanced teacher made them is a
non-negative measure on $[-1, 1]$ with these moments, and the range of its later moments is proven; so is the
distance of any student's responses from that range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.arrays import Array, as_numbers, require_count
from lowdim.balls import arithmetic
from lowdim.balls.arithmetic import PRECISION, precision, upper
from lowdim.certificate.known_teacher import _single
from lowdim.moments.ranges import Infeasible, response_ranges
from lowdim.systems.linear import LinearRNN

_SEEN, _TINY = arb(2) ** -50, arb(2) ** -1080  # radius of a ball against its middle, or against nothing
_WIDE = 0.1  # of the largest response: a range that says little, and is said to


@dataclass(frozen=True)
class DataCertificate:
    r"""Where every later response of the teacher lies, and how far the student can be from it.

    Args:
        low: proven lower bound on the teacher's response at each lag below the horizon, shape (horizon,).
        high: proven upper bound, shape (horizon,).
        bound: proven bound on $|m_q - \hat m_q|$ for the student, shape (horizon,).
        feasible: whether some stable balanced teacher may have these responses; if not, `low` and `high` are
            infinite, and so is `bound`.
        off: at least so much more tolerance, at every response, is needed; proven, 0 if feasible.
        nearest: so much more is enough: a measure has been found (to rounding); 0 if feasible.
        reason: what the reader must know: why there is no bound, or from which lag on the range is wide; else
            empty.
    """

    low: Float[np.ndarray, " horizon"]
    high: Float[np.ndarray, " horizon"]
    bound: Float[np.ndarray, " horizon"]
    feasible: bool
    off: float
    nearest: float
    reason: str


def certify_data(
    student: LinearRNN,
    responses: Float[Array, " k"] | Sequence[float],
    horizon: int,
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    lags: Sequence[int] | None = None,
) -> DataCertificate:
    r"""Bound $|m_q - \hat m_q|$ for every stable balanced teacher with these responses.

    The teacher, of any order, is a measure $\hat\mu \ge 0$ on $[-1, 1]$ with $|\hat m_j -
    \mathrm{response}_j| \le \mathrm{tolerance}_j$.  The range $[\mathrm{low}_q, \mathrm{high}_q]$ of $\hat
    m_q$ over all of these is proven (`response_ranges`), so the student errs by at most $\max(|m_q -
    \mathrm{low}_q|, |m_q - \mathrm{high}_q|)$.  Nothing is asked of the student: balanced or not, symmetric
    or not.  All entries are taken as exact; what comes out is rounded outward.

    Args:
        student: a single system, NumPy or torch.
        responses: what was measured of the teacher.
        horizon: number of lags bounded.
        tolerance: how far each of them may be off, one number or one for each; at least 2.2e-16 of the
            largest is granted, which is the rounding of a response known to all digits.  One computed by
            many steps in float64 is off by more: then pass a few times as much.
        lags: the lags at which they were measured, 0 among them; None for 0, 1, ..., k - 1.

    Returns:
        The certificate; `.feasible` and `.reason` say what it is worth.

    Raises:
        TypeError: responses or tolerance of booleans or text.
        ValueError: a batch of systems; arguments out of range.

    >>> from lowdim.systems import impulse_response, teacher
    >>> truth = teacher([0.9, -0.5], [0.6, 0.4])
    >>> close = teacher([0.9, -0.5], [0.6, 0.4000001])
    >>> certificate = certify_data(close, impulse_response(truth, 5), horizon=100)
    >>> certificate.feasible, bool(certificate.bound.max() < 2e-7)
    (True, True)
    >>> certify_data(close, [1.0, 0.0, -0.1], horizon=5).feasible
    False
    """
    horizon, student = require_count("horizon", horizon), _single("student", student)
    target, allowed = _dense(as_numbers("responses", responses), as_numbers("tolerance", tolerance), lags)
    try:
        ranges = response_ranges(target, range(horizon), allowed)
    except Infeasible as refusal:
        none = np.full(horizon, math.inf)
        return DataCertificate(
            -none,
            none,
            none.copy(),
            False,
            refusal.off,
            refusal.feasible,
            f"no stable balanced system has these responses: off by at least {refusal.off:.3g} more than the "
            f"tolerance; {refusal.feasible:.3g} more, at every response, is enough"
            + _what_breaks(target, allowed),
        )
    low, high = np.array([r.low for r in ranges]), np.array([r.high for r in ranges])
    return DataCertificate(low, high, _distance(student, low, high), True, 0.0, 0.0, _how_wide(low, high))


def _what_breaks(target: np.ndarray, allowed: np.ndarray) -> str:
    r"""A sentence on the first simple rule of moments on [-1, 1] that responses break; empty if none is.

    The rules are integrals of $1$, $x^{2i}$, $(1 - x^2) x^{2i}$, $(1 \pm x) x^{2i}$, which are not negative.
    """
    low, high = target - allowed, target + allowed
    for q in range(0, len(target), 2):
        if high[q] < 0:
            return f". Lag {q} is below zero, and a balanced system answers no even lag so"
        if q and low[q] > high[q - 2]:
            return (
                f". Lag {q} is above lag {q - 2}, and the even lags of a stable balanced system do not grow: "
                "perhaps the sensor is not where the input acts"
            )
        if q + 1 < len(target) and max(low[q + 1], -high[q + 1]) > high[q]:
            return (
                f". Lag {q + 1} is larger than lag {q}, and for a stable balanced system it is not: perhaps "
                "the sensor is not where the input acts"
            )
    return ""


def _distance(student: LinearRNN, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    r"""Upper bounds on $\max(|m_q - \mathrm{low}_q|, |m_q - \mathrm{high}_q|)$.

    Balls grow with every lag, by the norm of $|A|$; the precision is doubled until that is not seen.
    """
    for bits in (PRECISION, 4 * PRECISION, 16 * PRECISION):
        with precision(bits):
            own = arithmetic.responses(*arithmetic.parts(student), len(low))
            balls = [
                abs(m - a).max(abs(m - b)) for m, a, b in zip(own, low.tolist(), high.tolist(), strict=True)
            ]
            if all(ball.rad() <= _SEEN * ball.mid() or ball.rad() < _TINY for ball in balls):
                break
    return np.array([upper(ball) for ball in balls])


def _dense(
    responses: np.ndarray, tolerance: np.ndarray, lags: Sequence[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Responses and tolerances at lags 0, 1, ...; what was not measured is within $\pm$ the largest mass.

    That holds for every measure on [-1, 1], so it adds nothing.
    """
    if responses.ndim != 1 or responses.size == 0 or not np.isfinite(responses).all():
        raise ValueError(f"responses must be a list of k >= 1 finite numbers, but is {responses!r}.")
    if tolerance.shape not in ((), responses.shape) or not ((tolerance >= 0) & np.isfinite(tolerance)).all():
        raise ValueError(
            f"tolerance must be finite and not negative, one number or one for each of the {responses.size} "
            f"responses, but is {tolerance!r}."
        )
    tolerance = np.broadcast_to(tolerance, responses.shape)
    if lags is None:
        return responses, tolerance
    places = np.asarray(list(lags))
    if (
        places.shape != responses.shape
        or places.dtype.kind not in "iu"
        or len(set(places.tolist())) < len(places)
    ):
        raise ValueError(
            f"lags must be distinct whole numbers, one for each of the {responses.size} responses, but is "
            f"{lags!r}: they say where the responses were measured; horizon says how far to look."
        )
    if places.min() != 0:
        raise ValueError(
            f"lags must contain 0 and nothing below it, but is {lags!r}: without the response at lag 0 any "
            "mass may sit at the pole 0. Pass a bound on it, as a response with a tolerance."
        )
    first = int(np.flatnonzero(places == 0)[0])
    mass = math.nextafter(max(float(responses[first] + tolerance[first]), 0.0), math.inf)
    target, allowed = np.zeros(places.max() + 1), np.full(places.max() + 1, mass)
    target[places], allowed[places] = responses, tolerance
    return target, allowed


def _how_wide(low: np.ndarray, high: np.ndarray) -> str:
    """A sentence on the first lag at which the range is wide; empty if none is."""
    wide = np.flatnonzero(high - low > _WIDE * max(float(np.abs(high).max()), float(np.abs(low).max())))
    if not len(wide):
        return ""
    q = int(wide[0])
    return (
        f"wide from lag {q} on, where the responses allow {low[q]:.3g} to {high[q]:.3g}: more of them, or a "
        "smaller tolerance, say more"
    )
