"""The range of the sum of all responses against quadrature, linear programs on a grid and drawn measures."""

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lowdim.moments._objective import Power, Resolvent
from lowdim.moments.gain import gain_range
from lowdim.moments.gauss import quadrature
from lowdim.moments.ranges import Infeasible

seeds = st.integers(0, 2**32 - 1)


def drawn(seed):
    """Moments of a measure on an interval below 1, the interval, a tolerance, and the sum of all moments."""
    rng = np.random.default_rng(seed)
    low, high = rng.choice([-1.0, 0.0, -0.3]), 1 - 10.0 ** rng.uniform(-3, -0.3)
    x, w = rng.uniform(low, high, rng.integers(1, 9)), 0.0
    w = 10.0 ** rng.uniform(-2, 0, len(x)) * 10.0 ** rng.choice([0, 0, -6, 6])
    k, tolerance = int(rng.integers(1, 13)), w.sum() * 10.0 ** rng.uniform(-12, -1)
    m = w @ x[:, None] ** np.arange(k) + 0.999 * tolerance * rng.uniform(-1, 1, k)
    with ctx.workprec(200):
        gain = sum((arb(a) / (1 - arb(b)) for a, b in zip(w.tolist(), x.tolist(), strict=True)), arb(0))
    return m, (low, high), tolerance, gain


@settings(max_examples=50)
@given(seeds)
def test_no_measure_is_outside(seed):
    m, interval, tolerance, gain = drawn(seed)
    low, high = gain_range(m, tolerance, interval)
    assert arb(low) <= gain
    assert gain <= arb(high)
    open_low, infinite = gain_range(m, tolerance, (interval[0], 1.0))
    assert infinite == np.inf
    assert 0 <= open_low <= low * (1 + 1e-3)


@settings(max_examples=20)
@given(seeds)
def test_the_ends_are_those_of_a_linear_program(seed):
    m, interval, tolerance, _ = drawn(seed)
    if tolerance < 1e-7 * np.abs(m).max():
        return  # too narrow for a grid and for HiGHS
    size = np.abs(m).max()
    middle, half = sum(interval) / 2, (interval[1] - interval[0]) / 2
    x = middle + half * np.cos(np.linspace(0, np.pi, 4001))
    table = (x[:, None] ** np.arange(len(m))).T
    rows, limits = np.vstack([table, -table]), np.concatenate([m + tolerance, tolerance - m]) / size
    least, most = (linprog(s / (1 - x), rows, limits).fun for s in (1, -1))
    low, high = gain_range(m, tolerance, interval)
    width = max(high - low, 1e-9 * high)
    assert low - 1e-6 * high <= least * size <= low + 0.01 * width + 1e-6 * high
    assert high - 0.01 * width - 1e-6 * high <= -most * size <= high + 1e-6 * high


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_lower_end_is_gauss_quadrature_and_needs_no_gap(n):
    rng = np.random.default_rng(n)
    x, w = rng.uniform(-0.9, 0.9, 9), rng.uniform(0.1, 1, 9)
    m = w @ x[:, None] ** np.arange(2 * n)
    nodes, masses = quadrature(m)
    for end in (0.95, 1.0):
        assert gain_range(m, interval=(-1.0, end))[0] == pytest.approx(masses @ (1 / (1 - nodes)), rel=1e-9)


def test_the_upper_end_is_lobatto_quadrature():
    a, b, m = -1.0, 0.9, [1.0, 0.5]
    top = (m[1] - a) / (b - a)
    assert gain_range(m, interval=(a, b))[1] == pytest.approx((1 - top) / (1 - a) + top / (1 - b), rel=1e-9)


def test_more_is_known_with_more_responses_less_tolerance_and_a_wider_gap():
    x, w = np.array([0.9, 0.3, -0.5]), np.array([0.2, 0.5, 0.3])
    m = w @ x[:, None] ** np.arange(8)
    spans = [np.ptp(gain_range(m[:k], t, (-1.0, b))) for k, t, b in CASES]
    assert spans[0] > spans[1] > spans[2] > spans[3]


CASES = [(3, 1e-2, 0.99), (4, 1e-2, 0.99), (4, 1e-4, 0.99), (4, 1e-4, 0.95)]


def test_what_is_off_is_refused():
    with pytest.raises(Infeasible, match="off by at least"):
        gain_range([1.0, 0.9, 0.2], interval=(-1.0, 0.99))
    with pytest.raises(Infeasible):
        gain_range([1.0, 0.99], interval=(-1.0, 0.9))  # no measure below 0.9 has this mean
    with pytest.raises(ValueError, match=r"within \[-1, 1\]"):
        gain_range([1.0], interval=(-1.0, 1.5))


@pytest.mark.parametrize(
    "objective", [Resolvent(1.0, 0.2), Resolvent(0.5, 0.3, -1), Power(7), Power(4, -1), Power(1)]
)
def test_the_search_follows_the_true_slopes_and_bends(objective):
    x, h = np.linspace(-0.9, 0.7, 9), 1e-6
    rise = (objective.values(x + h) - objective.values(x - h)) / (2 * h)
    assert objective.slopes(x) == pytest.approx(rise, rel=1e-6, abs=1e-8)
    turn = (objective.slopes(x + h) - objective.slopes(x - h)) / (2 * h)
    assert objective.bends(x) == pytest.approx(turn, rel=1e-6, abs=1e-8)
