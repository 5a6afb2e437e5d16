r"""What is made as large as it can be: $\int f d\mu$ for a power $f = s\, x^q$, or for $f = s c / (1 - r x)$.

An objective knows f with two derivatives in float64, f in balls, a bound that needs no search, and how a
polynomial that is about above f on an interval is made one that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import arb
from jaxtyping import Float

from lowdim.balls.arithmetic import lower, upper
from lowdim.moments._above import shortfall
from lowdim.moments._chebyshev import in_chebyshev

_NEAR = 1e-9  # from the pole of 1 / (1 - r x): the search, not the proof, sees no more of it


@dataclass(frozen=True)
class Touching:
    r"""Where a polynomial P touches f, or about does.

    Args:
        theta: the angles of these places.
        x: the places.
        values: P - f there, balls.
        slopes: $d(P - f)/d\theta$ there, balls.
    """

    theta: Float[np.ndarray, " n"]
    x: Float[np.ndarray, " n"]
    values: list[arb]
    slopes: list[arb]

    def bounds(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The angles; what is below each value, and above the size of each slope."""
        below = np.array([lower(y) for y in self.values])
        return self.theta, below, np.array([upper(abs(y)) for y in self.slopes])


@dataclass(frozen=True)
class Power:
    r"""$s\, x^q$.

    Args:
        lag: q.
        sign: s.
    """

    lag: int
    sign: int = 1

    @property
    def kind(self) -> object:
        """Lags of one parity look alike."""
        return self.lag % 2

    @property
    def negative(self) -> Power:
        """-f."""
        return Power(self.lag, -self.sign)

    def values(self, x: np.ndarray) -> np.ndarray:
        """f."""
        return self.sign * x**self.lag

    def slopes(self, x: np.ndarray) -> np.ndarray:
        """f'."""
        return self.sign * self.lag * x ** max(self.lag - 1, 0)

    def bends(self, x: np.ndarray) -> np.ndarray:
        """f''."""
        return self.sign * self.lag * (self.lag - 1) * x ** max(self.lag - 2, 0)

    def ball(self, x: float) -> arb:
        """f(x), to the last bit."""
        return self.sign * arb(x) ** self.lag

    def ball_slope(self, x: float) -> arb:
        """f'(x), to the last bit."""
        return self.sign * self.lag * arb(x) ** (self.lag - 1) if self.lag else arb(0)

    def largest(self, interval: tuple[float, float]) -> arb:
        """The largest f at an end, or 0, which is as good where the interval holds 0."""
        return max((self.ball(x) for x in interval), key=lower).max(arb(0))

    def raised(
        self, P: list[arb], interval: tuple[float, float], touching: Touching, used: float
    ) -> list[arb] | None:
        """P and a constant."""
        rounded = in_chebyshev(P, interval)
        if not np.isfinite(rounded).all():
            return None
        short = shortfall(rounded, self.lag, self.sign, interval, *touching.bounds(), allowed=1e-5 * used)
        return [P[0] + arb(short), *P[1:]]


@dataclass(frozen=True)
class Resolvent:
    r"""$s c / (1 - r x)$, whose integral is the sum of all responses where c = r = 1.

    P is above it exactly if $(1 - r x) P - s c \ge 0$, which is a question about a polynomial.

    Args:
        reach: r.
        size: c, of the order of the least $1 - r x$.
        sign: s.
    """

    reach: float
    size: float
    sign: int = 1

    @property
    def kind(self) -> object:
        """There is one."""
        return "resolvent"

    @property
    def lag(self) -> int | None:
        """It is no power."""
        return None

    @property
    def negative(self) -> Resolvent:
        """-f."""
        return Resolvent(self.reach, self.size, -self.sign)

    def values(self, x: np.ndarray) -> np.ndarray:
        """f."""
        return self.sign * self.size / self._room(x)

    def slopes(self, x: np.ndarray) -> np.ndarray:
        """f'."""
        return self.sign * self.size * self.reach / self._room(x) ** 2

    def bends(self, x: np.ndarray) -> np.ndarray:
        """f''."""
        return 2 * self.sign * self.size * self.reach**2 / self._room(x) ** 3

    def ball(self, x: float) -> arb:
        """f(x), to the last bit."""
        return self.sign * arb(self.size) / (1 - arb(self.reach) * arb(x))

    def ball_slope(self, x: float) -> arb:
        """f'(x), to the last bit."""
        return self.sign * arb(self.size) * arb(self.reach) / (1 - arb(self.reach) * arb(x)) ** 2

    def largest(self, interval: tuple[float, float]) -> arb:
        """f at one end, for it is monotone."""
        return self.ball(interval[1] if self.sign > 0 else interval[0])

    def raised(
        self, P: list[arb], interval: tuple[float, float], touching: Touching, used: float
    ) -> list[arb] | None:
        r"""P times a number: $(1 - r x) P \ge s c - \epsilon$ says that $P / (1 - s \epsilon / c) \ge f$."""
        r, c = arb(self.reach), arb(self.size)
        Q = [a - r * b for a, b in zip([*P, arb(0)], [arb(0), *P], strict=True)]
        Q[0] -= self.sign * c
        rounded = in_chebyshev(Q, interval)
        if not np.isfinite(rounded).all():
            return None
        room = [1 - r * arb(x) for x in touching.x.tolist()]
        steepest = r * (arb(interval[1]) - arb(interval[0])) / 2
        values = [a * b for a, b in zip(room, touching.values, strict=True)]
        slopes = [
            a * abs(b) + steepest * abs(d)
            for a, b, d in zip(room, touching.slopes, touching.values, strict=True)
        ]
        touched = Touching(touching.theta, touching.x, values, slopes)
        enough = 1e-5 * used
        short = shortfall(rounded, 0, 0, interval, *touched.bounds(), allowed=enough)
        left = 1 - self.sign * arb(short) / c
        return [a / left for a in P] if lower(left) > 0 else None

    def _room(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(1 - self.reach * x, _NEAR)


Objective = Power | Resolvent
