r"""Polynomials as proofs: $P \ge s\, x^q$ on an interval bounds $s\, m_q$ for every measure on it."""

from __future__ import annotations

import numpy as np
from flint import arb, ctx, fmpq, fmpq_poly
from numpy.polynomial import Polynomial

from lowdim.balls.arithmetic import PRECISION, lower, upper
from lowdim.balls.divided_differences import quotient_range, table


def proof(
    polynomial: Polynomial,
    target: np.ndarray,
    lag: int,
    tolerance: float,
    interval: tuple[float, float],
    sign: int,
) -> float:
    r"""A proven upper bound on $s\, m_q$ over $\mu \ge 0$ with $|m_j - \mathrm{target}_j| \le$ tolerance.

    P is raised until it is nowhere below $s\, x^q$; then $s\, m_q \le \int P d\mu \le \sum_j P_j\,
    \mathrm{target}_j + \mathrm{tolerance} \sum_j |P_j|$.

    Args:
        polynomial: P, of degree below k.
        target: the first k responses.
        lag: the lag q.
        tolerance: how far each moment may be off.
        interval: where the measure lives.
        sign: s, 1 or -1.
    """
    exact = [fmpq(*c.as_integer_ratio()) for c in polynomial.coef.tolist()]
    with ctx.workprec(PRECISION):
        power = fmpq_poly([0] * lag + [sign])
        short = arb(max(0.0, -_least(fmpq_poly(exact) - power, interval)))
        raised = [arb(c) + (short if j == 0 else 0) for j, c in enumerate(exact)]
        terms = (P * arb(m) + arb(tolerance) * abs(P) for P, m in zip(raised, target, strict=False))
        return upper(sum(terms, arb(0)))


def hermite(poles: np.ndarray, lag: int, interval: tuple[float, float], sign: int) -> Polynomial:
    r"""The polynomial that proves most where the moments determine the measure (`thm-moments-enclosure`).

    $s\,(H_q + D p)$ with $H_q$ the Hermite interpolant of $x^q$ at the doubled poles, $p$ the square that
    vanishes there, and D the largest (s = 1) or least (s = -1) value of the quotient on the interval.

    Args:
        poles: the poles, distinct.
        lag: the lag q.
        interval: where the measure lives.
        sign: s, 1 or -1.
    """
    nodes = np.repeat(poles, 2)
    with ctx.workprec(PRECISION):
        rows = table(nodes, lag + 1)
        factors = [float(row[lag - i]) for i, row in enumerate(rows[1:]) if i <= lag]
        if lag >= len(nodes):
            least, most = quotient_range(rows[-1], *interval)
            factors.append(float((most if sign > 0 else least)[lag - len(nodes)]))
    newton, out = Polynomial([1.0]), Polynomial([0.0])
    for i, factor in enumerate(factors):
        out += sign * factor * newton
        newton *= Polynomial([-nodes[i % len(nodes)], 1.0])
    return out


def _least(polynomial: fmpq_poly, interval: tuple[float, float]) -> float:
    """A lower bound on the polynomial over the interval: its values at the ends and where it may turn."""
    places, inside = [arb(end) for end in interval], arb(interval[0]).union(arb(interval[1]))
    if polynomial.degree() > 1:
        roots: list = polynomial.derivative().numer().complex_roots()
        turning = [root.real for root, _ in roots if root.imag.contains(0)]
        places += [x for x in turning if x.overlaps(inside)]
    return min(lower(_at(polynomial, x)) for x in places)


def _at(polynomial: fmpq_poly, x: arb) -> arb:
    value = arb(0)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * x + coefficient
    return value
