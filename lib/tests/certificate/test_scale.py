"""A certificate holds in every unit of mass and in threads, and refuses no more than it must."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st

from lowdim.arrays import require_float
from lowdim.balls import arithmetic
from lowdim.balls.exact import exact_errors
from lowdim.certificate._measure_split import split
from lowdim.certificate.from_data import certify_data
from lowdim.certificate.known_teacher import certify
from lowdim.moments.ranges import response_ranges
from lowdim.systems.linear import LinearRNN
from lowdim.systems.teachers import teacher


def rotated(poles, weights, rng):
    """A balanced system with these poles and weights in general position."""
    q = np.linalg.qr(rng.standard_normal((len(poles), len(poles))))[0]
    A, b = (q * poles) @ q.T, q @ np.sqrt(weights)
    return LinearRNN((A + A.T) / 2, b, b)


@pytest.mark.parametrize("mass", [1e-200, 1e17, 1e120, 1e200])
def test_no_bound_underflows_below_the_error(mass):
    student, truth = teacher([0.3], [mass]), teacher([0.3 * (1 + 1e-6)], [mass])
    certificate = certify(student, truth, 3, 700)
    assert certificate.valid
    assert (certificate.bound >= exact_errors(student, truth, 700)).all()


@given(st.integers(-150, 150), st.integers(0, 2**32 - 1))
def test_the_bound_has_the_units_of_the_responses(exponent, seed):
    rng = np.random.default_rng(seed)
    poles = np.array([-0.7, 0.1, 0.8]) + rng.uniform(-0.1, 0.1, 3)
    student = teacher(poles, [0.3, 0.2, 1e-9])
    truth = teacher(poles[:2] + 1e-7, [0.3, 0.2])
    plain = certify(student, truth, 5, 40).bound
    scaled = [rnn.map(lambda x: x if x.ndim == 2 else np.ldexp(x, exponent)) for rnn in (student, truth)]
    assert np.ldexp(plain, 2 * exponent) == pytest.approx(certify(*scaled, 5, 40).bound, rel=1e-12, abs=0)


def test_nodes_outside_the_spectrum_do_not_spoil_the_others():
    student, truth = teacher([1 - 1e-7, 0.1], [1, 1e-9]), teacher([1 - 1e-7], [1.0])
    certificate = certify(student, truth, 5, 2000)
    assert certificate.valid
    assert certificate.bound.max() < 2e-9
    assert (certificate.bound >= exact_errors(student, truth, 2000)).all()


@given(st.integers(0, 2**32 - 1))
def test_no_bound_exceeds_the_masses(seed):
    rng = np.random.default_rng(seed)
    one, two = (teacher(rng.uniform(-1, 1, n), rng.uniform(0, 5, n)) for n in (8, 2))
    mass = float(one.B @ one.B + two.B @ two.B)
    assert certify(one, two, 5, 60).bound[5:].max() <= mass * (1 + 1e-12)


@pytest.mark.parametrize(
    ("student", "truth"),
    [
        (teacher([0.9], [1.0]), rotated([0.5, 0.5, 0.5], [0.2, 0.2, 0.2], np.random.default_rng(0))),
        (teacher([0.9], [1.0]), teacher([0.5, 0.7], [1.0, 1e-30])),
        (teacher([0.9, 1.5], [1.0, 0.0]), teacher([0.5], [1.0])),
        (rotated([0.9, 0.3], [1.0, 0.5], np.random.default_rng(1)).map(np.float32), teacher([0.5], [1.0])),
    ],
)
def test_what_is_harmless_is_not_refused(student, truth):
    certificate = certify(student, truth, 3, 50)
    assert certificate.valid, certificate.reason
    exact = student.map(np.float64)
    assert (certificate.bound >= exact_errors(exact, truth, 50)).all()


@pytest.mark.parametrize("limit", ["max_radius", "max_imbalance"])
@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0])
def test_a_limit_must_be_a_positive_number(limit, value):
    with pytest.raises(ValueError, match=f"{limit} must be a positive number, but is"):
        certify(teacher([0.5], [1.0]), teacher([0.5], [1.0]), 3, 9, **{limit: value})


def test_digits_that_would_be_rounded_away_are_refused():
    with pytest.raises(TypeError):  # in the tests jaxtyping is the first to see it
        teacher([0.5], [1.0]).map(lambda x: x.astype(np.longdouble))
    with pytest.raises(TypeError, match=r"x must be real floating .* would be rounded"):
        require_float("x", np.ones(1, np.longdouble))


def test_half_precision_is_taken_exactly():
    torch = pytest.importorskip("torch")
    short = teacher([0.5], [1.0]).map(lambda x: torch.from_numpy(x).to(torch.bfloat16))
    assert certify(short, teacher([0.5], [1.0]), 3, 9).bound.max() < 1e-15


def test_threads_change_no_bit_and_leave_the_precision_alone():
    truth = teacher([0.9, -0.5, 0.3], [0.5, 0.3, 0.2])
    close = teacher([0.9, -0.5, 0.3], [0.5, 0.3, 0.2000001])
    alone, before, switch = certify(close, truth, 7, 60).bound, ctx.prec, sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            many = list(threads.map(lambda _: certify(close, truth, 7, 60).bound, range(12)))
    finally:
        sys.setswitchinterval(switch)
    assert ctx.prec == before
    assert all(np.array_equal(alone, one) for one in many)


def test_the_unit_of_a_student_that_is_all_unbalanced_is_that_of_its_parts():
    apart = LinearRNN(np.diag([0.5, 0.2]), np.array([2.0**100, 0.0]), np.array([0.0, 2.0**100]))
    unit, mass = split(apart, 3).unit()
    assert float(mass) in (2.0**200, 2.0**201)  # |B + C|^2 / 4 and |B - C|^2 / 4 are 2^199
    assert 0.2 < float(unit.plus[0].mid()) < 0.6
    assert 0.2 < float(unit.minus[0].mid()) < 0.6


@pytest.mark.parametrize("exponent", [-450, 0, 120])
def test_balls_that_grow_are_not_seen_in_any_unit(exponent):
    rng = np.random.default_rng(0)
    q = 0.9 * np.linalg.qr(rng.standard_normal((30, 30)))[0]  # |q| has the norm 4, and 4^300 is 2^600
    student = LinearRNN(q, rng.standard_normal(30), np.ldexp(rng.standard_normal(30), exponent))
    truth = np.ldexp([1.0, 0.5, 0.25, 0.125], exponent)
    bound = certify_data(student, truth, 300).bound
    with ctx.workprec(4000):
        own = arithmetic.responses(*arithmetic.parts(student), 300)
    ranges = response_ranges(truth, range(300))
    for m, found, known in zip(own, bound, ranges, strict=True):
        far = max(abs(float(m.mid()) - known.low), abs(float(m.mid()) - known.high))
        assert found == pytest.approx(far, rel=1e-12, abs=0)
