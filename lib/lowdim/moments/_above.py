r"""How far a polynomial dips below $s\, x^q$ on an interval, proven in float64 with its own rounding bounded.

With $x = c + h \cos\theta$ the difference $f = P(x) - s\, x^q$ is smooth and even in $\theta$ at both ends,
so a touching point is a double zero wherever it lies.  On each of many cells a parabola is below f:

$$f(\theta_i + d) \ge f_i - |f_i'| |d| + \tfrac12 \kappa_i d^2, \qquad
\kappa_i = f_i'' - \tfrac13 r \max |f'''|, \qquad |d| \le r.$$

Where P is known to touch, $f_i = f_i' = 0$ without rounding, and $\kappa_i > 0$ clears all that is near.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float

_UNIT = np.finfo(np.float64).eps
_ORDER = 8  # Taylor terms of P; what is left is below rounding for cells of this size and degrees below 100
_SPLIT, _LEVELS = 8, 7  # a cell that is not cleared is cut into so many, so often
_MOST = 512  # cells cut at once
_TINY = 1e-290  # more than any underflow loses


def cells(degree: int, lag: int) -> int:
    """Number of cells that resolves polynomials of the degree and the power.

    Args:
        degree: of the polynomial.
        lag: the power.
    """
    return 1 << max(8, math.ceil(math.log2(16 * max(degree, math.sqrt(lag), 1.0))))


def shortfall(
    coefficients: Float[np.ndarray, " k"],
    lag: int,
    sign: int,
    interval: tuple[float, float],
    touching: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    slopes: Float[np.ndarray, " n"],
    allowed: float = 0.0,
) -> float:
    r"""A proven upper bound on $\max_x\, (s\, x^q - P(x))^+$, as a rule 0.

    Args:
        coefficients: of P in the Chebyshev polynomials of the interval, each rounded to nearest.
        lag: the power q.
        sign: s, 1 or -1.
        interval: within [-1, 1].
        touching: angles $\theta$, to 1e-13, of the places where P about touches $s\, x^q$.
        values: f there or less.
        slopes: $|df/d\theta|$ there or more.
        allowed: a cell that dips by no more than this is not cut any further.
    """
    count = cells(len(coefficients), lag)
    theta, half = (np.arange(count) + 0.5) * (math.pi / count), math.pi / (2 * count) * (1 + 1e-9)
    worst = 0.0
    for level in range(_LEVELS + 1):
        basis = _basis(len(coefficients), count) if level == 0 else None
        dips = _dips(coefficients, lag, sign, interval, theta, half, basis)
        left = dips > 0
        if left.any() and len(touching):
            reach = 3 * half
            kappa = _model(coefficients, lag, sign, interval, touching, reach * (1 + 1e-9))[2]
            lowest = values - slopes**2 / (2 * np.maximum(kappa, _TINY)) * (1 + 1e-12)
            for place in np.flatnonzero(kappa > 0):
                near = left & (np.abs(theta - touching[place]) <= reach - half - 1e-12)
                better = near & (dips > -lowest[place])
                dips[better] = max(-lowest[place], 0.0)
                left &= ~(better & (dips <= 0))
        settled = left & (dips <= allowed)
        if level == _LEVELS or left.sum() > _MOST:
            settled = left
        worst = max(worst, dips[settled].max(initial=0.0))
        theta = theta[left & ~settled]
        if not len(theta):
            break
        offsets = (np.arange(_SPLIT) - (_SPLIT - 1) / 2) * (2 * half / _SPLIT)
        theta, half = (theta[:, None] + offsets).ravel(), half / _SPLIT * (1 + 1e-9)
    return float(worst)


def _dips(c, lag, sign, interval, theta, half, basis=None) -> np.ndarray:
    """Upper bounds on how far f is below zero on each cell."""
    f, slope, kappa, error = _model(c, lag, sign, interval, theta, half, basis)
    down = np.abs(slope) + error[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (kappa > 0) & (down <= kappa * half)
        fall = np.where(inside, down**2 / (2 * kappa), down * half - kappa * half**2 / 2)
    return (fall - f) + error[0] + 1e-14 * (fall + np.abs(f))


def _model(c, lag, sign, interval, theta, half, basis=None):
    r"""f and f' at the angles, $\kappa$ from below, and bounds on the errors of the first two."""
    powers = np.arange(len(c), dtype=np.float64) ** np.arange(_ORDER + 1)[:, None]
    basis = _trigonometric(theta, len(c)) if basis is None else basis
    terms = (np.abs(c) * powers).sum(axis=1)  # bounds every derivative of P
    derivatives = np.tensordot(basis, c, axes=1)
    # Angles up to pi k are rounded, then cosines, coefficients and k sums: in all (pi k + k + 4) / 2 units.
    rounding = _UNIT * (8 * len(c) + 16) * terms
    p0, p1, p2, e0, e1, e2, third = _power(lag, interval, theta, half)
    f, slope = derivatives[0] - sign * p0, derivatives[1] - sign * p1
    kappa = derivatives[2] - sign * p2 - (e2 + rounding[2]) - third * (half / 3)
    for n in range(3, _ORDER):
        kappa -= (np.abs(derivatives[n]) + rounding[n]) * (2 * half ** (n - 2) / math.factorial(n))
    kappa -= terms[_ORDER] * (2 * half ** (_ORDER - 2) / math.factorial(_ORDER))
    kappa -= 1e-14 * (np.abs(derivatives[2]) + np.abs(p2) + third * half)
    return f, slope, kappa, (e0 + rounding[0], e1 + rounding[1])


def _power(lag, interval, theta, half):
    r"""$y^q$ for $y = c + h\cos\theta$: it, two derivatives, bounds on their errors and on the third."""
    middle, radius = (interval[0] + interval[1]) / 2, (interval[1] - interval[0]) / 2
    u, v = radius * np.cos(theta), -radius * np.sin(theta)
    y, q = middle + u, float(lag)
    reach = np.minimum(np.abs(y) + radius * half + 1e-14, 1 + 1e-14)
    steep, wide = np.abs(v) + radius * half, np.abs(u) + radius * half

    one, two, three = q, q * (q - 1), q * (q - 1) * (q - 2)
    p0, y1, y2, _ = _powers(y, lag)
    p1, p2 = one * y1 * v, two * y2 * v**2 - one * y1 * u
    grow = 1 + 16 * (lag + 4) * _UNIT
    _, r1, r2, r3 = (power * grow for power in _powers(reach, lag))
    unit = 16 * (lag + 4) * _UNIT
    e0 = unit * (r1 if lag else 1.0) + _TINY
    e1 = unit * one * (r2 if lag > 1 else 1.0) + _TINY * (1 + one)
    e2 = unit * (two * (r3 if lag > 2 else 1.0) + one * (r2 if lag > 1 else 1.0)) + _TINY * (1 + two)
    third = (three * r3 * steep**3 + 3 * two * r2 * steep * wide + one * r1 * steep) * (1 + 1e-12) + _TINY
    return p0, p1, p2, e0, e1, e2, third


def _powers(base, n) -> list[np.ndarray]:
    """The powers n, n - 1, n - 2 and n - 3; 1 where that is negative, for a factor of zero goes with it."""
    found = [raise_to(base, n - 3) if n > 3 else np.ones_like(base)]
    for power in (n - 2, n - 1, n):
        found.append(found[-1] * base if power > 0 else found[-1])
    return found[::-1]


def raise_to(base: np.ndarray, n: int) -> np.ndarray:
    """base ** n by multiplications alone, whose rounding is known: relative error at most 2 n units.

    Args:
        base: numbers.
        n: at least 1.
    """
    result = np.ones_like(base)
    while True:
        if n & 1:
            result = result * base
        n >>= 1
        if not n:
            return result
        base = base * base


@lru_cache(maxsize=32)
def _basis(k: int, count: int) -> np.ndarray:
    return _trigonometric((np.arange(count) + 0.5) * (math.pi / count), k)


def _trigonometric(theta: np.ndarray, k: int) -> np.ndarray:
    r"""Derivatives of $\cos j\theta$ of orders 0 to 7, shape (8, angles, k)."""
    j = np.arange(k)
    angle = theta[:, None] * j
    cosine, sine = np.cos(angle), np.sin(angle)
    wave = (cosine, -sine, -cosine, sine)
    return np.stack([wave[n % 4] * j.astype(np.float64) ** n for n in range(_ORDER)])
