"""The range of a later response against canonical moments, random measures and the theorems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import Polynomial

from lowdim.moments._polynomial_proof import proof
from lowdim.moments.gauss import hankel
from lowdim.moments.ranges import response_bounds, response_range
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher


def spread(rng, d, gap=0.15):
    """A balanced teacher whose poles are at least `gap` apart in [-1, 1], weights between 0.1 and 1."""
    free = 2 - gap * (d - 1)
    poles = -1 + np.sort(rng.uniform(0, free, d)) + gap * np.arange(d)
    return poles, rng.uniform(0.1, 1, d)


def teachers(d_max=4, gap=0.15):
    def draw(seed, d):
        return spread(np.random.default_rng(seed), d, gap)

    return st.builds(draw, st.integers(0, 2**32 - 1), st.integers(1, d_max))


def next_moment(m):
    """Least and largest m_k on [-1, 1] by canonical moments: where the next Hankel determinant vanishes."""
    m, k = np.asarray(m), len(m)
    if k % 2 == 0:
        H, h = hankel(m[: k - 1]), m[k // 2 : k]
        low = h @ np.linalg.solve(H, h)
        a = m[:-2] - m[2:]  # moments of (1 - x^2) mu
        n = (k - 2) // 2
        top = a[n:] @ np.linalg.solve(hankel(a[:-1]), a[n:]) if n else 0.0
        return low, m[-2] - top
    ends = []
    for sign in (1, -1):  # (1 + x) mu and (1 - x) mu
        a = m[:-1] + sign * m[1:]
        n = (k - 1) // 2
        next_a = a[n:] @ np.linalg.solve(hankel(a[:-1]), a[n:]) if n else 0.0
        ends.append(sign * (next_a - m[-1]))
    return tuple(ends)


@pytest.mark.parametrize("k", range(1, 9))
def test_the_range_of_the_next_response_is_that_of_canonical_moments(k):
    rng = np.random.default_rng(k)
    for _ in range(3):
        x, w = rng.uniform(-1, 1, 7), rng.uniform(0.2, 1, 7)
        m = w @ np.vander(x, k, increasing=True)
        bounds = response_bounds(m, k)
        np.testing.assert_allclose([bounds.low, bounds.high], next_moment(m), rtol=0, atol=1e-6)
        assert 0 <= bounds.gap < 1e-6


@settings(max_examples=60)
@given(teachers(d_max=5), st.integers(1, 9), st.integers(0, 30), st.sampled_from([0.0, 1e-8, 1e-4, 1e-2]))
def test_no_measure_leaves_the_range_and_the_ends_are_reached(measure, k, later, tolerance):
    m = impulse_response(teacher(*measure), k + later + 1)
    rng = np.random.default_rng(later)
    target, lag = m[:k] + tolerance * rng.uniform(-1, 1, k), k + later
    bounds = response_bounds(target, lag, tolerance)
    # The responses themselves are rounded, and with k > 2d the range is as narrow as that.
    slack = 1e-12 * (1 + lag) ** 2
    assert bounds.low - slack <= m[lag] <= bounds.high + slack
    assert bounds.gap < 1e-6
    for (poles, weights), end in ((bounds.lowest, bounds.low), (bounds.highest, bounds.high)):
        assert (weights >= 0).all()
        assert (np.abs(poles) <= 1).all()
        missed = np.abs(weights @ np.vander(poles, k, increasing=True) - target)
        assert missed.max() <= tolerance + 1e-7
        assert weights @ poles**lag == pytest.approx(end, abs=1e-6)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 12), st.sampled_from([1, -1]))
def test_any_polynomial_is_raised_until_it_proves_something(seed, k, lag, sign):
    rng = np.random.default_rng(seed)
    polynomial, interval = Polynomial(rng.standard_normal(k)), (-1.0, 1.5)
    x = np.append(np.linspace(*interval, 4001), rng.uniform(*interval, 20))
    short = max(0.0, (sign * x**lag - polynomial(x)).max())
    raised = polynomial + short  # on a grid of spacing h, so a little too little: h^2 times a curvature
    target = rng.uniform(0, 1, 5) @ np.vander(rng.uniform(*interval, 5), k, increasing=True)
    value = proof(polynomial, target, lag, 0.1, interval, sign)
    expected = raised.coef @ target + 0.1 * np.abs(raised.coef).sum()
    assert expected - 1e-12 <= value <= expected + 1e-3 * (1 + abs(expected))


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_the_range_collapses_at_2d_plus_1_and_not_before(d):
    truth = teacher(np.linspace(-0.8, 0.9, d) if d > 1 else np.array([0.6]), np.full(d, 1 / d))
    m = impulse_response(truth, 2 * d + 21)
    for lag in (2 * d + 1, 2 * d + 20):
        low, high = response_range(m[: 2 * d], lag)
        assert high - low > 1e-3
        low, high = response_range(m[: 2 * d + 1], lag)
        assert high - low < 1e-10
        assert low - 1e-10 <= m[lag] <= high + 1e-10


def test_an_atom_at_the_edge_saves_a_response_when_students_are_stable():
    m = impulse_response(teacher([1.0], [0.7]), 31)
    low, high = response_range(m[:2], 30)
    assert high - low < 1e-7
    low, high = response_range(m[:2], 30, interval=(-1.1, 1.1))
    assert high - low > 0.1
    m = impulse_response(teacher([1.0, -0.3], [0.7, 0.3]), 31)
    assert np.ptp(response_range(m[:4], 30)) < 1e-6 < 1e-3 < np.ptp(response_range(m[:3], 30))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.0, -0.1], 4), "no non-negative measure"),
        (([1.0, 1.2, 1.44], 4), "no non-negative measure"),
        (([], 4), "k >= 1"),
        (([1.0], -1), "lag must be"),
        (([1.0], 1, -1e-3), "tolerance must be"),
        (([1.0], 1, 0.0, (1.0, -1.0)), "interval must be"),
    ],
)
def test_what_is_no_moment_problem_is_refused(arguments, message, plain):
    with pytest.raises(ValueError, match=message):
        response_bounds(*arguments)


def test_a_teacher_outside_the_unit_interval_is_in_range_on_a_wider_one():
    m = impulse_response(teacher([1.2, -0.5], [0.5, 0.5]), 11)
    low, high = response_range(m[:5], 10, interval=(-1.5, 1.5))
    assert low - 1e-9 <= m[10] <= high + 1e-9
    assert high - low < 1e-9
