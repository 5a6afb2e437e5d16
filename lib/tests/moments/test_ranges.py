"""The range of a later response against canonical moments, random measures and the theorems."""

import numpy as np
import pytest
from helpers import teachers
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import Chebyshev

from lowdim.moments._above import shortfall
from lowdim.moments._problem import scaled
from lowdim.moments.gain import gain_range
from lowdim.moments.gauss import hankel
from lowdim.moments.ranges import Infeasible, response_bounds, response_range, response_ranges
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher

seeds = st.integers(0, 2**32 - 1)


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


@settings(max_examples=200)
@given(seeds, st.integers(1, 20), st.sampled_from([0, 1, 2, 7, 40, 41, 1000]), st.sampled_from([1, -1]))
def test_how_far_a_polynomial_dips_is_never_understated_and_hardly_overstated(seed, k, lag, sign):
    rng = np.random.default_rng(seed)
    interval = (-1.0, 1.0) if rng.random() < 0.5 else (float(rng.uniform(-0.9, 0.9)), 1.0)
    c = rng.standard_normal(k) / np.arange(1, k + 1)
    x = np.append(np.linspace(*interval, 20001), 1 - np.geomspace(1e-6, 1e-2, 200) * (1 - interval[0]))
    if rng.random() < 0.7:  # raised until it about touches
        c[0] += (sign * x**lag - Chebyshev(c, domain=interval)(x)).max() + rng.choice([0.0, 1e-9, -1e-9])
    dip = max(0.0, (sign * x**lag - Chebyshev(c, domain=interval)(x)).max())
    none = np.empty(0)
    found = shortfall(c, lag, sign, interval, none, none, none)
    assert dip - 1e-12 <= found <= dip + 1e-5 * (1 + np.abs(c).sum())


def test_a_polynomial_that_dips_at_a_place_said_to_touch_is_not_cleared():
    c = np.array([0.5, 0.0, 0.5])  # x^2
    flat, theta = np.zeros(1), np.array([np.pi / 2])
    assert shortfall(c, 0, 0, (-1.0, 1.0), theta, flat, flat) == 0
    c[0] -= 1e-6  # x^2 - 1e-6, known to be that low at 0
    assert 1e-6 <= shortfall(c, 0, 0, (-1.0, 1.0), theta, np.array([-1.0000001e-6]), flat) < 1.1e-6
    away = shortfall(c, 0, 0, (-1.0, 1.0), np.array([0.3]), flat, flat)  # no word on what is elsewhere
    assert away >= 1e-6


def test_many_lags_at_once_are_the_lags_one_by_one():
    m = impulse_response(teacher([0.9, 0.2, -0.5], [0.5, 0.2, 0.3]), 6)
    lags = [40, 7, 8, 41, 3]
    for tolerance in (1e-6, [1e-6, 1e-3, 1e-5, 1e-4, 1e-6, 1e-3]):
        for lag, bounds in zip(lags, response_ranges(m, lags, tolerance), strict=True):
            alone = response_bounds(m, lag, tolerance)
            width = alone.high - alone.low
            assert [bounds.low, bounds.high] == pytest.approx([alone.low, alone.high], abs=2e-3 * width)
            assert bounds.gap <= 1e-2 * width


def test_a_tolerance_for_each_response_is_between_the_least_and_the_largest():
    m, each = impulse_response(teacher([0.9, -0.5], [0.6, 0.4]), 5), [1e-6, 1e-2, 1e-6, 1e-6, 1e-4]
    narrow, own, wide = (np.ptp(response_range(m, 20, t)) for t in (1e-6, each, 1e-2))
    assert 1.1 * narrow < own < 0.9 * wide


@settings(max_examples=30)
@given(teachers(d_max=3), st.integers(2, 8), st.integers(-60, 40), st.sampled_from([0.5, 3.0, 100.0]))
def test_units_do_not_matter(measure, k, power, reach):
    m, unit, lag = impulse_response(teacher(*measure), k), 10.0**power, k + 9
    plain = response_bounds(m, lag, 1e-6)
    scaled = reach ** np.arange(k)
    other = response_bounds(m * unit * scaled, lag, 1e-6 * unit * scaled, (-reach, reach))
    factor, width = unit * reach**lag, plain.high - plain.low
    assert [other.low / factor, other.high / factor] == pytest.approx(
        [plain.low, plain.high], abs=0.01 * width
    )


@pytest.mark.parametrize(("interval", "lag"), [((-2.0, 2.0), 40), ((0.0, 100.0), 20), ((0.9, 1.0), 1000)])
def test_wide_and_one_sided_intervals(interval, lag):
    low, high = interval
    poles = low + (high - low) * np.array([0.2, 0.5, 0.9])
    truth = impulse_response(teacher(poles, [0.3, 0.3, 0.4]), lag + 1)
    bounds = response_bounds(truth[:3], lag, 0.0, interval)
    assert bounds.low <= truth[lag] <= bounds.high
    assert bounds.gap <= 0.01 * (bounds.high - bounds.low)
    assert bounds.high - bounds.low < max(abs(low), abs(high)) ** lag


def test_sixty_responses_are_no_harder_than_a_few():
    m = impulse_response(teacher([0.9, -0.5], [0.6, 0.4]), 81)
    low, high = response_range(m[:60], 80, 1e-6)
    assert low <= m[80] <= high
    assert high - low < 2e-6


def test_what_is_off_is_said_and_the_nearest_tolerance_suffices():
    target = np.array([1.0, 0.9, 0.7, 0.9])
    with pytest.raises(Infeasible, match="off by at least") as refused:
        response_range(target, 10)
    off, feasible = refused.value.off, refused.value.feasible
    assert 0.01 < off <= feasible <= 1.01 * off
    response_range(target, 10, feasible * 1.001)
    with pytest.raises(Infeasible):
        response_range(target, 10, off * 0.99)


@pytest.mark.parametrize("short", [2e-15, 2e-14, 3e-13, 1e-9, 1e-3])
@pytest.mark.parametrize("lags", [[3], [4, 9], [60]])
@pytest.mark.parametrize("size", [1.0, 1e30])
def test_a_target_that_misses_every_measure_by_little_is_refused_too(short, lags, size):
    target = size * np.array([1.0, 0.5, 0.25 - short])  # m_2 < m_1 ** 2 / m_0
    with pytest.raises(Infeasible) as refused:
        response_ranges(target, lags)
    assert 0 < refused.value.off < size * short < 20 * refused.value.feasible
    response_ranges(target, lags, 1.01 * refused.value.feasible)


def test_the_same_on_another_interval():
    target = np.array([1.0, 0.5, 0.25 - 3e-13]) * np.array([1.0, 1e-3, 1e-6])
    with pytest.raises(Infeasible) as refused:
        response_ranges(target, [5], interval=(-1e-3, 1e-3))
    assert 0 < refused.value.off < 3e-13 < 20 * refused.value.feasible
    with pytest.raises(Infeasible):
        gain_range([1.0, 0.5, 0.25 - 3e-14], interval=(-1.0, 0.9))


def test_where_the_grid_has_no_measure_the_nearest_one_leads_to_ranges_as_narrow():
    noise = 1e-11 * np.where(np.arange(12) % 2, 0.99, -0.99)
    target = impulse_response(teacher([0.999, 0.54, 0.9, -0.55], [0.06, 0.02, 0.21, 0.06]), 12) + noise
    assert scaled(target, np.full(12, 1e-11), (-1.0, 1.0), 200).program.excess > 1e-11
    for bounds in response_ranges(target, [21, 200], 1e-11):
        assert bounds.gap < 1e-2 * (bounds.high - bounds.low)


@pytest.mark.parametrize(("tolerance", "close"), [(1e-6, 2e-3), (1e-12, 0.1)])
@pytest.mark.parametrize("poles", [[-0.9, -0.59, -0.28, 0.04, 0.35, 0.66, 0.97], [0.99, 0.7, -0.4]])
def test_far_lags_are_closed_up_to_little(poles, tolerance, close):
    """How fast is measured by `make bench NAME=certify_data`."""
    m = impulse_response(teacher(poles, [1 / len(poles)] * len(poles)), 20)
    found = response_ranges(m, range(20, 1020, 25), tolerance)
    assert max(b.gap / (b.high - b.low) for b in found) <= close


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
