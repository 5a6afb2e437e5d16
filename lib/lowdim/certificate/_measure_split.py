r"""A symmetric system as the difference of two non-negative measures on its spectrum.

With $u = B - C^{\mathsf T}$ and $v = B + C^{\mathsf T}$ the response is $m_j = \frac14 v^{\mathsf T} A^j v -
\frac14 u^{\mathsf T} A^j u$, each part the moments of a non-negative measure (`prop-balance-split`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from flint import arb
from scipy.sparse.csgraph import connected_components

from lowdim.balls import arithmetic
from lowdim.systems.linear import LinearRNN


@dataclass(frozen=True)
class Split:
    """Moments of the two measures, where they live, and how far rounding has pushed A from symmetry.

    Args:
        plus: moments of the first measure at lags j < k, balls.
        minus: moments of the second, subtracted one.
        poles: eigenvalues of the symmetric part of A, ascending.
        error: each of them is off by at most this.
        radius: a bound on the spectral radius of the symmetric part of A.
        skew: Frobenius norm of the antisymmetric part of A.
        gain: product of the norms of B and C.
    """

    plus: list[arb]
    minus: list[arb]
    poles: np.ndarray
    error: float
    radius: float
    skew: arb
    gain: arb

    def rest(self, q: int) -> tuple[arb, arb]:
        r"""Bounds on (response) - (moment of the first measure) at a lag q beyond those known.

        The subtracted moment is at most $R^{q-e} m^-_e$ in size, e the last even lag known, and not negative
        at even q; taking the symmetric part S of A for A moves the response by at most $\lVert B \rVert
        \lVert C \rVert\, q \lVert A - S \rVert (R + \lVert A - S \rVert)^{q-1}$.

        Args:
            q: the lag.
        """
        even = (len(self.minus) - 1) // 2 * 2
        most = self.minus[even] * arb(self.radius) ** (q - even)
        drift = self.gain * q * self.skew * (arb(self.radius) + self.skew) ** (q - 1)
        return -most - drift, (most if q % 2 else arb(0)) + drift

    def imbalance(self) -> float:
        r"""$\lVert B - C^{\mathsf T} \rVert / \lVert B + C^{\mathsf T} \rVert$, rounded up; 0 if both are."""
        if self.minus[0] == 0:
            return 0.0
        return arithmetic.upper((self.minus[0] / self.plus[0]).sqrt()) if self.plus[0] > 0 else math.inf

    def unit(self) -> tuple[Split, arb]:
        """The same for responses divided by a power of two near the largest mass, and that power, exact."""
        digits, exponent = (self.plus[0] + self.minus[0]).upper().man_exp()
        mass = arb(2) ** (int(exponent) + int(digits).bit_length())
        plus, minus = ([m / mass for m in part] for part in (self.plus, self.minus))
        return replace(self, plus=plus, minus=minus, gain=self.gain / mass), mass


def heard(rnn: LinearRNN) -> LinearRNN:
    """The system without the states that B and C do not touch and that A couples to none that they touch.

    The responses are the same, to the last digit: a pole of no weight is none of the system.

    Args:
        rnn: NumPy float64, no batch axes.
    """
    _, group = connected_components(rnn.A != 0, directed=False)
    keep = np.isin(group, group[(rnn.B != 0) | (rnn.C != 0)])
    if keep.all() or not keep.any():
        return rnn
    return LinearRNN(rnn.A[np.ix_(keep, keep)], rnn.B[keep], rnn.C[keep])


def split(rnn: LinearRNN, k: int) -> Split:
    """The split of one system with (nearly) symmetric A, its moments at lags j < k.

    Args:
        rnn: NumPy float64, no batch axes.
        k: number of lags.
    """
    A, b, c = arithmetic.parts(rnn)
    half = arb(1) / 2
    S, u, v = half * (A + A.transpose()), half * (b - c), half * (b + c)
    poles, error = arithmetic.eigenvalues((rnn.A + rnn.A.T) / 2)
    if not np.array_equal(rnn.A, rnn.A.T):  # then the sum above was rounded
        error += 2.0**-50 * float(np.linalg.norm(rnn.A))
    return Split(
        plus=arithmetic.responses(S, v, v, k),
        minus=arithmetic.responses(S, u, u, k),
        poles=poles,
        error=error,
        radius=arithmetic.upper(arb(np.abs(poles).max()) + arb(error)),
        skew=arithmetic.norm(A - S),
        gain=arithmetic.norm(b) * arithmetic.norm(c),
    )
