"""The measure behind moments does not depend on the units of time and mass."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowdim.moments.gauss import quadrature, recover_teacher
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher

POLES, WEIGHTS = np.array([-0.5, 1 / 3, 1.0]), np.array([0.3, 0.2, 0.5])


@given(st.floats(-15, 15), st.floats(-30, 30))
def test_scaled_moments_have_the_scaled_measure(time, mass):
    r, w = 10.0**time, 10.0**mass
    found, weights = quadrature([w * float(WEIGHTS @ (r * POLES) ** j) for j in range(6)])
    assert found / r == pytest.approx(POLES, abs=1e-12)
    assert weights / w == pytest.approx(WEIGHTS, rel=1e-12)


@given(st.integers(-100, 100), st.integers(-300, 300), st.integers(0, 2**32 - 1))
def test_powers_of_two_change_no_digit(time, mass, seed):
    rng = np.random.default_rng(seed)
    poles, weights = rng.uniform(-1, 1, 3), rng.uniform(0.1, 1, 3)
    m = np.array([weights @ poles**j for j in range(6)])
    plain, scaled = quadrature(m), quadrature(np.ldexp(m, mass + time * np.arange(6)))
    assert np.array_equal(np.ldexp(plain[0], time), scaled[0])
    assert np.array_equal(np.ldexp(plain[1], mass), scaled[1])


def test_poles_within_a_tenth_are_all_found():
    truth = teacher(np.linspace(-0.1, 0.1, 7), np.full(7, 1 / 7))
    assert recover_teacher(impulse_response(truth, 14)).dim == 7


@pytest.mark.parametrize("size", [1e-200, 1e-4, 1.0, 1e200])
def test_moments_of_no_measure_are_refused_at_every_scale(size):
    with pytest.raises(ValueError, match="no non-negative measure"):
        quadrature([1.0 * size, 2.0 * size, 1.0 * size])
    with pytest.raises(ValueError, match="no non-negative measure"):
        quadrature([0.0, size, size])


@pytest.mark.parametrize("n", range(2, 13))
def test_gauss_laguerre(n):
    found, _ = quadrature([float(math.factorial(j)) for j in range(2 * n)])
    assert found == pytest.approx(np.polynomial.laguerre.laggauss(n)[0], rel=1e-5)


@pytest.mark.parametrize("n", range(2, 20))
def test_gauss_hermite(n):
    found, _ = quadrature([0.0 if j % 2 else float(math.prod(range(1, j, 2))) for j in range(2 * n)])
    assert found == pytest.approx(np.polynomial.hermite_e.hermegauss(n)[0], abs=1e-7)


@pytest.mark.parametrize("time", [1e-3, 1.0, 30.0])
def test_more_moments_than_powers_can_carry_are_not_refused(time):
    for n in range(20, 41):
        j = np.arange(0, 2 * n, 2)
        moments = np.zeros(2 * n)
        moments[::2] = 2 / (j + 1) * time**j
        found, _ = quadrature(moments)
        assert 20 <= len(found) <= n
