"""The constants behind the certificate, and the ball arithmetic behind the constants."""

import math

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim.balls import arithmetic as _balls
from lowdim.balls import divided_differences as _divided
from lowdim.moments.gauss import quadrature
from lowdim.moments.stability import all_horizons_constant, crowding, sharp_constants, universal_constants
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher


def test_divided_differences_of_powers_by_the_sum_over_distinct_nodes():
    nodes = [0.5, -0.25, 0.125, 1.5]
    with ctx.workprec(256):
        rows = _divided.table(nodes, 12)
        for i in range(len(nodes)):
            for n in range(12):
                t = list(map(arb, nodes[: i + 1]))
                terms = (x ** (n + i) / math.prod((x - y for y in t if x != y), start=arb(1)) for x in t)
                assert rows[i + 1][n].overlaps(sum(terms, arb(0)))
                assert float(rows[i + 1][n].rad()) < 1e-60


def test_newton_moments_are_integrals_of_newton_polynomials():
    nodes, x = [0.5, 0.5, -0.25], arb(0.75)
    found = _divided.newton_moments([x**j for j in range(4)], nodes)
    for i in range(4):
        assert found[i].overlaps(math.prod((x - t for t in map(arb, nodes[:i])), start=arb(1)))


@settings(max_examples=50)
@given(st.lists(st.floats(-1.2, 1.2), min_size=1, max_size=4), st.floats(-1.3, -0.5), st.floats(0.5, 1.3))
def test_the_range_of_the_quotient_holds_every_value_and_is_nearly_reached(poles, low, high):
    with ctx.workprec(256):
        row = _divided.table(np.repeat(poles, 2), 30)[-1]
        least, most = _divided.quotient_range(row, low - 1e-3, high + 1e-3)
        values = np.array([[float(y) for y in _divided.extend(row, x)] for x in np.linspace(low, high, 101)])
    least, most = (np.array([float(y) for y in end]) for end in (least, most))
    slack = 1e-12 * np.abs(values).max(axis=0)
    assert (least <= values.min(axis=0) + slack).all()
    assert (most >= values.max(axis=0) - slack).all()
    spread = most - least
    # The ends were moved out by 1e-3 and the least value is that of a tangent, so near is not equal.
    assert (values.min(axis=0) - least <= 0.1 * spread + slack).all()
    assert (most - values.max(axis=0) <= 0.1 * spread + slack).all()


def test_universal_constants_for_one_pole_are_one_plus_2q_plus_2q_q_minus_1():
    q = np.arange(50.0)
    np.testing.assert_array_equal(universal_constants(1, 50), 1 + 2 * q + 2 * q * (q - 1))
    assert (universal_constants(1, 50, 1.5) >= universal_constants(1, 50)).all()
    grown = universal_constants(1, 50, 1.5) - universal_constants(1, 50)
    np.testing.assert_allclose(grown[2:], (2 * q * (q - 1) * (1.5 ** (q - 2.0) - 1))[2:], rtol=1e-12)
    assert universal_constants(3, 200)[150] == sum(2**i * math.comb(150, i) for i in range(7))


def test_sharp_constants_are_one_where_observed_and_rise_with_the_radius():
    constants = sharp_constants([0.9, -0.5], 60)
    np.testing.assert_array_equal(constants[:5], 1.0)
    assert (constants[5:] > 1).all()
    assert (sharp_constants([0.9, -0.5], 60, 1.1) >= constants).all()
    # One pole, lag 3: x^3 = 3 l^2 x - 2 l^3 + (x - l)^2 (x + 2 l), the quotient from 2 l - 1 to 2 l + 1.
    l = 0.5
    ends = [[D * l**2 - 2 * l**3, 3 * l**2 - 2 * D * l, D] for D in (2 * l - 1, 2 * l + 1)]
    assert sharp_constants([l], 4)[3] == pytest.approx(np.abs(ends).sum(axis=1).max(), rel=1e-14)


def test_the_constant_for_all_horizons_is_one_and_needs_stable_poles():
    poles = [0.9, -0.5]
    assert sharp_constants(poles, 2000).max() <= all_horizons_constant(poles)
    assert all_horizons_constant([1.0]) == math.inf
    assert all_horizons_constant([0.5]) == pytest.approx(2 + 6 + 9, rel=1e-15)


@pytest.mark.parametrize("poles", [[], [0.5, 0.5], [np.nan], [[0.5]]])
def test_poles_that_are_no_list_of_distinct_numbers_are_refused(poles, plain):
    with pytest.raises(ValueError, match="poles must be"):
        sharp_constants(poles, 5)


def test_a_radius_that_is_no_bound_is_refused():
    with pytest.raises(ValueError, match="radius must be at least 1"):
        universal_constants(2, 5, 0.9)
    with pytest.raises(ValueError, match="radius must be positive"):
        sharp_constants([0.5], 5, 0.0)


@pytest.mark.parametrize("d", [1, 2, 30, 100])
def test_eigenvalues_lie_where_they_are_said_to(d):
    values, error = _balls.eigenvalues(np.eye(d, k=1) + np.eye(d, k=-1))
    with ctx.workprec(256):
        for j, x in enumerate(values):
            exact = 2 * (arb.pi() * (d - j) / (d + 1)).cos()
            assert abs(exact - arb(float(x))) < arb(error) + 1e-60
    # Some roundings of products of length d, in Frobenius norms: d eps |S| |V|^2 with |S|^2 = 2d, |V|^2 = d.
    assert error < 20 * np.finfo(np.float64).eps * d**2.5


def test_floats_are_rounded_outward_and_exact_ones_kept():
    with ctx.workprec(256):
        third = arb(1) / 3
        assert arb(_balls.lower(third)) < third < arb(_balls.upper(third))
        assert math.nextafter(_balls.lower(third), 1) == _balls.upper(third)
    assert _balls.upper(arb(0.1)) == _balls.lower(arb(0.1)) == 0.1
    assert _balls.upper(arb("nan")) == math.inf


@pytest.mark.parametrize(("pole", "room"), [(0.6, 0.4), (0.9, 0.1)])
def test_crowding_is_how_far_quadrature_moves_the_poles(pole, room):
    """The worst signs of a small residual, found by trying all, in units of the room of a pole."""
    truth, tiny = teacher([pole, 0.2], [0.3, 0.7]), 1e-7
    m, rooms = impulse_response(truth, 4), np.array([pole - 0.2, room])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1).T
    moved = [quadrature(m + tiny * s)[0] - [0.2, pole] for s in signs]
    assert crowding(truth) == pytest.approx(np.max(np.abs(moved) / rooms) / tiny, rel=1e-3)
    assert crowding(teacher([pole, pole - 0.05], [0.5, 0.5])) > 5 * crowding(truth)


@pytest.mark.parametrize("poles", [[1.5, 0.2], [1.0, 0.2], [0.5, 0.5]])
def test_a_pole_without_room_is_not_crowded_but_refused(poles):
    with pytest.raises(ValueError, match=r"distinct poles inside \(-1, 1\)"):
        crowding(teacher(poles, [1.0, 1.0]))
    with pytest.raises(ValueError, match=r"batch axes \(1,\)"):
        crowding(teacher([poles], [[1.0, 1.0]]))
