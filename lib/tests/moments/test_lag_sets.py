"""The polynomial found is a proof; where none is found, a second student shows why."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowdim.moments import lag_sets
from lowdim.moments.lag_sets import lag_test, look_alike
from lowdim.moments.ranges import response_range
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher

POLES = [0.9, -0.5]


def assert_proves(test, poles, lags, interval):
    """p has exponents in S, vanishes at the poles and is at least margin times their distances squared."""
    x = np.linspace(*interval, 5001)
    p = np.polynomial.Polynomial(test.coefficients)
    assert set(np.flatnonzero(test.coefficients)) <= set(lags)
    assert np.abs(test.coefficients).sum() == pytest.approx(1.0, rel=1e-6)
    np.testing.assert_allclose(p(np.array(poles)), 0.0, atol=1e-10)
    squares = np.prod((x[:, None] - np.array(poles)) ** 2, axis=1)
    assert (p(x) >= 0.999 * test.margin * squares - 1e-10).all()


@pytest.mark.parametrize("poles", [[0.3], POLES, [-0.8, 0.1, 0.95]], ids=lambda p: f"{len(p)}-poles")
def test_consecutive_lags_need_twice_the_dimension_plus_one(poles):
    needed = 2 * len(poles) + 1
    enough = lag_test(poles, list(range(needed)))
    assert enough.identified
    assert_proves(enough, poles, range(needed), (-1, 1))
    assert not lag_test(poles, list(range(needed - 1))).identified


@pytest.mark.parametrize("lags", [[0, 3, 6, 9, 12], [0, 1, 2, 3, 6], [0, 1, 3, 5, 7]], ids=str)
def test_lags_with_gaps_can_do(lags):
    test = lag_test(POLES, lags)
    assert test.identified
    assert_proves(test, POLES, lags, (-1, 1))


def test_even_lags_cannot_tell_the_sign_of_a_pole():
    lags = [0, 2, 4, 6, 8]
    right, mirrored = (teacher([0.9, p], [0.6, 0.4]) for p in (-0.5, 0.5))
    np.testing.assert_allclose(impulse_response(right, 9)[lags], impulse_response(mirrored, 9)[lags])
    assert not lag_test(POLES, lags).identified
    assert lag_test([0.9, 0.5], lags, (0.0, 1.0)).identified  # unless the sign is known


@pytest.mark.parametrize(
    ("lags", "known"),
    [([0, 1], True), ([0, 5], True), ([0, 6], False), ([1, 2], False), ([0], False)],
    ids=str,
)
def test_an_integrator_at_the_edge_of_the_spectrum(lags, known):
    # All mass at 1 means m_0 = m_s: two lags, one of them odd, or a pole at -1 would do as well.
    assert lag_test([1.0], lags).identified is known


def test_the_attacked_student_is_identified_on_the_half_line_alone():
    assert lag_test([1.0, 0.0], [0, 1, 6], (0.0, 1.0)).identified
    assert not lag_test([1.0, 0.0], [0, 1, 6]).identified
    assert lag_test([1.0, 0.0], [0, 2, 3, 4]).identified


def test_lags_that_do_not_see_a_weight_are_found_out():
    test = lag_test([1.0, 0.0], [2, 3, 4])
    assert test.margin > 0.1
    assert not test.separates
    assert not test.identified


@pytest.mark.parametrize(("lags", "at"), [([0, 1, 2, 4, 6], 3), ([0, 1, 2, 3], 4)], ids=str)
def test_where_the_test_fails_a_second_student_answers_the_same(lags, at):
    weights = [0.6, 0.4]
    found, mass = look_alike(POLES, weights, lags, at, (-0.95, 0.95))
    truth, other = teacher(POLES, weights), teacher(found, mass)
    apart = np.abs(impulse_response(other, 9) - impulse_response(truth, 9))
    assert not lag_test(POLES, lags, (-0.95, 0.95)).identified
    assert apart[lags].max() < 1e-7  # the program's own tolerance
    assert apart[at] > 0.01
    assert (mass > 0).all()
    assert np.abs(found).max() <= 0.95


def test_it_errs_as_much_as_any_student_can():
    truth = impulse_response(teacher(POLES, [0.6, 0.4]), 5)
    ends = response_range(truth[:4], 4, interval=(-0.95, 0.95))
    found = teacher(*look_alike(POLES, [0.6, 0.4], [0, 1, 2, 3], 4, (-0.95, 0.95)))
    error = abs(impulse_response(found, 5)[4] - truth[4])
    assert error == pytest.approx(max(abs(end - truth[4]) for end in ends), rel=1e-3)


@pytest.mark.parametrize("lags", [[0, 1, 2, 3, 4], [0, 1, 2, 3, 6]], ids=str)
def test_where_it_passes_only_the_teacher_does(lags):
    found, mass = look_alike(POLES, [0.6, 0.4], lags, 5)
    np.testing.assert_allclose(
        impulse_response(teacher(found, mass), 12),
        impulse_response(teacher(POLES, [0.6, 0.4]), 12),
        atol=1e-5,
    )


@given(st.sets(st.integers(0, 9), min_size=1), st.integers(0, 9))
def test_one_more_lag_never_hurts(lags, extra):
    fewer, more = (lag_test(POLES, sorted(s)) for s in (lags, lags | {extra}))
    assert more.margin >= fewer.margin - 1e-7
    assert more.separates >= fewer.separates


def test_lags_of_numpy_and_lags_said_twice_are_lags(plain):
    one, other = lag_test(POLES, np.array([4, 0, 1, 2, 3, 3])), lag_test(POLES, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(one.coefficients, other.coefficients)
    twice = look_alike(POLES, [0.6, 0.4], [2, 0, 1, 1], 3)
    for found, expected in zip(twice, look_alike(POLES, [0.6, 0.4], [0, 1, 2], 3), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_program_left_unsolved_is_reported(monkeypatch):
    unsolved = SimpleNamespace(x=None, message="Numerical difficulties encountered.")
    monkeypatch.setattr(lag_sets, "linprog", lambda *_, **__: unsolved)
    for search in (lambda: lag_test(POLES, [0, 1, 2, 3, 4]), lambda: look_alike(POLES, [1, 1], [0, 1], 2)):
        with pytest.raises(RuntimeError, match=r"\d lags from 0 to \d unsolved: Numerical difficulties"):
            search()


def test_without_lag_zero_nothing_bounds_the_response_there():
    with pytest.raises(RuntimeError, match="2 lags from 1 to 2 unsolved: The problem is unbounded"):
        look_alike(POLES, [0.6, 0.4], [1, 2], 0)


def test_bad_input_is_named(plain):
    with pytest.raises(ValueError, match="poles must be distinct"):
        lag_test([0.5, 0.5], [0, 1])
    with pytest.raises(ValueError, match="poles must be distinct and within"):
        lag_test([1.5], [0, 1])
    with pytest.raises(ValueError, match="lags must be whole numbers"):
        lag_test([0.5], [])
    for lags in ([0, 4.5], [0, -1], [0, True], np.zeros(0, dtype=int)):
        with pytest.raises(ValueError, match="lags must be whole numbers >= 0, at least one"):
            lag_test([0.5], lags)
        with pytest.raises(ValueError, match="lags must be whole numbers >= 0, at least one"):
            look_alike([0.5], [1.0], lags, 1)
    with pytest.raises(ValueError, match="at must be a whole number of at least 0"):
        look_alike([0.5], [1.0], [0], 1.5)
    with pytest.raises(ValueError, match="must be balanced"):
        look_alike([0.5], [-1.0], [0], 1)
    with pytest.raises(ValueError, match="poles within"):
        look_alike([1.5], [1.0], [0], 1)
    with pytest.raises(ValueError, match="one weight for each pole"):
        look_alike([0.9, 0.5], [1.0], [0], 1)
    with pytest.raises(ValueError, match="weights has 1 NaN"):
        look_alike([0.5], [np.nan], [0], 1)
    with pytest.raises(ValueError, match="poles must be distinct"):
        lag_test([], [0, 1])


@pytest.mark.parametrize("scale", [1e-200, 1e-9, 1e9])
def test_a_look_alike_has_the_scale_of_its_teacher(scale):
    one, other = (look_alike(POLES, np.array([0.6, 0.4]) * s, [0, 1, 2, 4], 3) for s in (1.0, scale))
    np.testing.assert_array_equal(other[0], one[0])
    np.testing.assert_allclose(other[1], one[1] * scale, rtol=1e-6)


def test_a_pole_given_twice_has_both_weights():
    found, mass = look_alike([0.5, 0.5], [1.0, 1.5], [0, 1, 2, 3, 4], 5)
    assert mass[found == 0.5] == pytest.approx([2.5], rel=1e-9)
