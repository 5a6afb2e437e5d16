r"""The integrated autocorrelation time of a reversible chain, from a few autocorrelations: a range.

For a reversible chain the block sums of `training.autocorrelation_band` are moments of a non-negative
measure, and

$$\tau = 1 + 2 \sum_{q \ge 1} \rho_q = 2 \int \frac{\mathrm d\nu(y)}{1 - y} - 1 ,$$

which `gain_range` bounds: from below without further knowledge, from above given a spectral gap
(`thm-wild-time`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lowdim.arrays import Array, require_count
from lowdim.moments.gain import gain_range
from lowdim.moments.ranges import Infeasible
from lowdim.training.autocorrelations import autocorrelation_band, windowed_time

_SAME = 1e-9  # how far the autocorrelation at lag 0 may be from 1 by rounding


@dataclass(frozen=True)
class TimeCertificate:
    r"""Where the integrated autocorrelation time of a reversible chain lies.

    Args:
        low: lower bound on $\tau$.
        high: upper bound; infinite without a spectral gap.
        feasible: whether some reversible chain may have these autocorrelations; if not, low and high are
            infinite.
        off: at least so much more tolerance is needed, in every block sum; 0 if feasible.
        block: lags in a block.
        reason: what the reader must know: why there is no range or no upper end; else empty.
    """

    low: float
    high: float
    feasible: bool
    off: float
    block: int
    reason: str


def time_range(
    sums: Float[Array, " k"] | Sequence[float],
    gap: float = 0.0,
    tolerance: float | Float[Array, " k"] | Sequence[float] = 0.0,
    block: int = 1,
) -> TimeCertificate:
    r"""$\tau$ of every reversible chain with these block sums of autocorrelations; proven.

    Args:
        sums: $\bar\rho_q$ as `block_sums` makes them, of autocorrelations if block is 1, shape (k,).
        gap: no eigenvalue but that of the constant is above 1 - gap, nor, for block > 1, below -(1 - gap).
        tolerance: how far each of them may be off, one number or one for each.
        block: lags in a block, a power of two.

    Returns:
        The range; `.feasible` and `.reason` say what it is worth.

    Raises:
        ValueError: a block that is no power of two, a gap outside [0, 1), autocorrelations that do not begin
            with 1, arguments out of range.

    >>> answer = time_range([1.0, 0.5, 0.3], gap=0.1)
    >>> round(answer.low, 3), round(answer.high, 3)
    (3.214, 6.2)
    """
    if require_count("block", block) & (block - 1):
        raise ValueError(
            f"block must be a power of two, but is {block}: only then are sums over blocks moments of a "
            "non-negative measure."
        )
    if not 0 <= gap < 1:
        raise ValueError(f"gap must be at least 0 and below 1, but is {gap!r}: it is 1 less an eigenvalue.")
    end = 1.0 if gap == 0 else min(math.nextafter((1 - gap) ** block, 2) * (1 + 1e-14), 1.0)
    try:
        low, high = gain_range(sums, tolerance, (-1.0 if block == 1 else 0.0, end))
    except Infeasible as refusal:
        return TimeCertificate(math.inf, math.inf, False, refusal.off, block, _REFUSED.format(refusal.off))
    slack = float(np.ravel(tolerance)[0]) + _SAME
    if block == 1 and abs(float(sums[0]) - 1) > slack:
        raise ValueError(
            f"sums must begin with 1, the autocorrelation at lag 0, but begin with {float(sums[0]):.6g}: "
            "divide autocovariances by the first of them."
        )
    low, high = math.nextafter(2 * low - 1, -math.inf), math.nextafter(2 * high - 1, math.inf)
    return TimeCertificate(low, high, True, 0.0, block, "" if high < math.inf else _OPEN)


def certify_time(
    draws: Float[np.ndarray, "runs steps"],
    gap: float = 0.0,
    k: int = 6,
    block: int | None = None,
    batches: int = 32,
    confidence: float = 0.95,
) -> TimeCertificate:
    r"""$\tau$ of a reversible chain from its runs: `time_range` within an `autocorrelation_band`.

    Args:
        draws: of one number, one stationary run a row.
        gap: as in `time_range`.
        k: how many block sums are used.
        block: lags in a block, a power of two; None for one near half of the estimated time.
        batches: into which the runs are cut for the band.
        confidence: the level of the band, and so of the range.

    Returns:
        The range. The number of independent draws that the runs are worth is their length over it.

    Raises:
        ValueError: runs too short; arguments out of range.
    """
    lags: int = _near_half(windowed_time(draws)) if block is None else block
    band = autocorrelation_band(draws, k, lags, batches, confidence)
    return time_range(band.sums, gap, band.tolerance, lags)


def _near_half(tau: float) -> int:
    """The power of two that is closest to half of a time."""
    return 1 << max(0, round(math.log2(max(tau, 1.0) / 2)))


_REFUSED = (
    "no reversible chain has these autocorrelations: off by at least {:.3g} more than the tolerance. A "
    "momentum that is kept from step to step, updates in a fixed order, steps from before the chain was "
    "stationary, or a spectral gap that it does not have make them so"
)
_OPEN = (
    "without a spectral gap there is no upper end: a part of the chain as small as one likes may be as slow "
    "as one likes. Pass gap=, a lower bound on it"
)
