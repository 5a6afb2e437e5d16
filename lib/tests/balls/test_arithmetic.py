"""Floats that leave a ball are on the right side of it, to the last bit."""

from fractions import Fraction

import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lowdim.balls.arithmetic import eigenvalues, lower, precision, upper


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30), st.integers(-1000, 1000))
def test_every_float_is_outside_what_it_bounds(above, below, exponent):
    exact = Fraction(above, below) * Fraction(2) ** exponent
    with precision():
        ball = arb(above) / arb(below) * arb(2) ** exponent
        low, high = lower(ball), upper(ball)
    assert Fraction(low) <= exact <= Fraction(high)
    assert high - low <= abs(high) * 2.0**-51


def test_a_ball_that_says_nothing_is_bounded_by_infinity():
    assert upper(arb("nan")) == np.inf
    assert lower(arb("nan")) == -np.inf


@given(st.integers(0, 2**32 - 1))
def test_the_eigenvalues_are_within_their_proven_error(seed):
    rng = np.random.default_rng(seed)
    poles = np.sort(rng.integers(-8, 9, 6) / 8)  # exact, some of them repeated
    signs = np.diag(rng.choice([-1.0, 1.0], 6))[rng.permutation(6)]
    values, error = eigenvalues(signs @ np.diag(poles) @ signs.T)
    assert np.abs(values - poles).max() <= error < 1e-13
