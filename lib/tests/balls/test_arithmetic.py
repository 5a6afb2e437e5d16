"""Floats that leave a ball are on the right side of it, to the last bit."""

import threading
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx
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


@pytest.mark.parametrize("d", [2, 5, 20, 60])
def test_the_eigenvalues_are_within_their_proven_error(d):
    path = np.eye(d, k=1) + np.eye(d, k=-1)  # of a chain of d points: 2 cos(pi i / (d + 1))
    values, error = eigenvalues(path)
    with precision():
        angles = (arb.pi() * i / (d + 1) for i in range(d, 0, -1))
        off = [abs(arb(x) - 2 * angle.cos()) for x, angle in zip(values.tolist(), angles, strict=True)]
        assert all(ball < arb(error) for ball in off)
    assert 0 < error < 1e-10  # no more than what rounding of matrices of this size explains


def test_one_thread_sets_the_precision_at_a_time():
    before, inside, leave, seen = ctx.prec, threading.Event(), threading.Event(), []

    def first():
        with precision(300):
            inside.set()
            leave.wait(10)
            seen.append(ctx.prec)

    def second():
        with precision(100):
            seen.append(ctx.prec)

    threads = [threading.Thread(target=each) for each in (first, second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive()  # it waits
    leave.set()
    for thread in threads:
        thread.join(10)
    assert seen == [300, 100]
    assert ctx.prec == before
