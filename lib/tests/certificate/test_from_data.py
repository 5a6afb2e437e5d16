"""Certificates from data are never below the true error, as narrow as the linear program, and say when not.

More draws:  CERTIFICATES=10000 pytest -k no_teacher_is_outside lib/tests/certificate/test_from_data.py
"""

import os

import numpy as np
import pytest
import torch
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim.balls import arithmetic
from lowdim.certificate.from_data import certify_data
from lowdim.certificate.known_teacher import certify
from lowdim.moments.ranges import response_ranges
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import nearby_student, random_student
from lowdim.systems.teachers import teacher

seeds = st.integers(0, 2**32 - 1)


def draw(seed):
    """A teacher of 1 to 8 poles, its responses with noise within a tolerance, and a student of any kind."""
    rng = np.random.default_rng(seed)
    poles, weights = rng.uniform(-1, 1, rng.integers(1, 9)), 0.0
    if rng.random() < 0.3:
        poles[0] = rng.choice([-1.0, 1.0, 0.999, 0.0])
    weights = 10.0 ** rng.uniform(-2, 0, len(poles)) * 10.0 ** rng.choice([0, 0, 0, -8, 8])
    truth, k = teacher(poles, weights), int(rng.integers(1, 21))
    tolerance = weights.sum() * 10.0 ** rng.uniform(-12, 0) * rng.choice([1, 1, 1, 0])
    each = tolerance * (rng.uniform(0.1, 1, k) if rng.random() < 0.5 else np.ones(k))
    responses = rounded_responses(truth, k) + each * rng.uniform(-0.999, 0.999, k)
    kind = rng.integers(3)
    if kind == 0:
        student = nearby_student(truth, len(poles) + 2, rng, 1e-6, 1e-6, 1e-3)
    elif kind == 1:
        student = random_student(4, 0.3, rng, structure="free")
    else:
        student = teacher(rng.uniform(-1, 1, 2), rng.uniform(0, 1, 2))
    return truth, student, responses, each


def rounded_responses(truth, k):
    """The responses to nearest: where no tolerance is drawn, a certificate must hold for half a unit only."""
    with ctx.workprec(512):
        return np.array([float(m.mid()) for m in arithmetic.responses(*arithmetic.parts(truth), k)])


def outside(certificate, student, truth, horizon):
    """Lags at which 60-digit responses are not proven to be within the range and the bound."""
    with ctx.workprec(512):
        own, true = (arithmetic.responses(*arithmetic.parts(rnn), horizon) for rnn in (student, truth))
        return [
            q
            for q in range(horizon)
            if not (
                arb(certificate.low[q]) <= true[q]
                and true[q] <= arb(certificate.high[q])
                and abs(own[q] - true[q]) <= arb(certificate.bound[q])
            )
        ]


@settings(max_examples=int(os.environ.get("CERTIFICATES", 30)))
@given(seeds)
def test_no_teacher_is_outside_its_certificate(seed):
    truth, student, responses, tolerance = draw(seed)
    horizon = len(responses) + 8
    certificate = certify_data(student, responses, horizon, tolerance)
    assert certificate.feasible, certificate.reason
    assert outside(certificate, student, truth, horizon) == []


def test_the_check_sees_a_range_that_is_too_narrow():
    truth, student, responses, tolerance = draw(3)
    certificate = certify_data(student, responses, 30, tolerance)
    middle = (certificate.low + certificate.high) / 2
    certificate.high[:] = middle
    certificate.low[:] = middle
    assert outside(certificate, student, truth, 30) != []


@pytest.mark.parametrize("weight", [0.1, 10.0])
def test_a_student_on_either_side_of_the_range_is_bounded(weight):
    truth, student = teacher([0.5, 0.2], [0.5, 0.5]), teacher([0.5], [weight])
    certificate = certify_data(student, impulse_response(truth, 3), 8, 1e-2)
    assert outside(certificate, student, truth, 8) == []


def test_the_median_width_is_that_of_the_linear_program():
    ratios = []
    for seed in range(25):
        _, _, responses, tolerance = draw(seed)
        if tolerance.max() < 1e-11 * np.abs(responses).max():
            continue  # the examples are no better than float64
        for bounds in response_ranges(responses, [len(responses), len(responses) + 9, 200], tolerance):
            width = bounds.high - bounds.low
            ratios.append(width / max(width - 2 * bounds.gap, 1e-3 * width))
    assert len(ratios) > 30
    assert np.median(ratios) <= 1.001
    assert np.quantile(ratios, 0.95) <= 1.01


def test_as_tight_as_the_certificate_that_knows_the_teacher():
    truth = teacher([0.99, 0.7, -0.4], [0.4, 0.3, 0.3])
    student = nearby_student(truth, 10, np.random.default_rng(0), 1e-8, 1e-9, 1e-6)
    known = certify(student, truth, 7, 501)
    certificate = certify_data(student, impulse_response(truth, 7), 501)
    assert certificate.reason == ""
    assert (certificate.bound[[100, 500]] <= 1.1 * known.bound[[100, 500]] + 1e-10).all()
    assert outside(certificate, student, truth, 501) == []


def test_too_few_responses_give_a_wide_range_and_say_so():
    truth = teacher([0.99, 0.7, -0.4], [0.4, 0.3, 0.3])
    certificate = certify_data(truth, impulse_response(truth, 4), 60)
    assert certificate.feasible
    assert "wide from lag" in certificate.reason


def test_data_of_no_balanced_system_are_answered_with_the_nearest_tolerance():
    oscillating = 0.95 ** np.arange(8) * np.cos(0.8 * np.arange(8))
    student = teacher([0.5], [1.0])
    certificate = certify_data(student, oscillating, 20)
    assert not certificate.feasible
    assert np.isinf(certificate.bound).all()
    assert "no stable balanced system has these responses: off by at least" in certificate.reason
    assert 0 < certificate.off <= certificate.nearest < 1.01 * certificate.off
    assert certify_data(student, oscillating, 20, 1.001 * certificate.nearest).feasible
    assert not certify_data(student, oscillating, 20, 0.99 * certificate.off).feasible


def test_responses_at_some_lags_only():
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    m, lags = impulse_response(truth, 40), [0, 1, 2, 4, 7]
    certificate = certify_data(truth, m[lags], 40, 1e-9, lags=lags)
    assert certificate.feasible
    assert outside(certificate, truth, truth, 40) == []
    every = certify_data(truth, m[:8], 40, 1e-9)
    fewer = certify_data(truth, m[[0, 4]], 40, 1e-9, lags=[0, 4])
    assert every.bound[39] < 1.001 * certificate.bound[39] < fewer.bound[39]


def test_torch_and_numpy_agree():
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    m = impulse_response(truth, 5)
    plain = certify_data(truth, m, 30, 1e-6)
    same = certify_data(truth.map(lambda x: torch.tensor(x, requires_grad=True)), torch.tensor(m), 30, 1e-6)
    np.testing.assert_array_equal(plain.bound, same.bound)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"responses": []}, "responses must be"),
        ({"responses": [1.0, np.nan]}, "responses must be"),
        ({"tolerance": -1.0}, "tolerance must be"),
        ({"tolerance": [1.0]}, "tolerance must be"),
        ({"horizon": 0}, "horizon"),
        ({"lags": [0, 1, 1]}, "lags must be distinct"),
        ({"lags": [0, 1]}, "lags must be distinct"),
        ({"lags": [1, 2, 3]}, "lags must contain 0"),
        ({"student": LinearRNN(np.zeros((2, 1, 1)), np.ones((2, 1)), np.ones((2, 1)))}, "batch axes"),
    ],
)
def test_what_is_no_question_is_refused(arguments, message, plain):
    usual = {"student": teacher([0.5], [1.0]), "responses": [1.0, 0.5, 0.25], "horizon": 9}
    with pytest.raises(ValueError, match=message):
        certify_data(**usual | arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"responses": [True, True]},
        {"responses": np.array([True, False])},
        {"responses": ["1", "0.5"]},
        {"tolerance": True},
        {"tolerance": [False, 0.1]},
    ],
)
def test_booleans_and_text_are_no_measurements(arguments, plain):
    (name,) = arguments
    with pytest.raises(TypeError, match=f"{name} must be real numbers, but is"):
        certify_data(teacher([0.5], [1.0]), **{"responses": [1.0, 0.5], "horizon": 9, **arguments})


@pytest.mark.parametrize(
    ("responses", "told"),
    [
        ([1.0, 0.2, -0.3, 0.1], "Lag 2 is below zero"),
        ([1.0, 0.2, 1.4, 0.1], "Lag 2 is above lag 0"),
        ([1.0, -1.3, 0.9], "Lag 1 is larger than lag 0"),
        ([0.0, 0.0, 0.1, 0.3], "Lag 2 is above lag 0"),
        ([1.0, 0.9, 0.2, 0.15], "is enough"),  # only a rule of several lags is broken
    ],
)
def test_a_refusal_names_the_simple_rule_that_is_broken(responses, told):
    certificate = certify_data(teacher([0.5], [1.0]), responses, 6, 1e-3)
    assert not certificate.feasible
    assert told in certificate.reason
    assert certificate.reason.endswith("is enough") == (told == "is enough")


@pytest.mark.parametrize("k", [1, 2, 5])
def test_data_that_say_nothing_leave_the_system_that_is_silent(k):
    """Within such a tolerance every response is zero, too: an extremal measure has no atoms."""
    truth = teacher([0.5], [0.1])
    certificate = certify_data(truth, impulse_response(truth, k), 12, 1.0)
    assert certificate.feasible
    assert outside(certificate, truth, truth, 12) == []
    assert (certificate.low <= 0).all()
    assert (certificate.high >= 0).all()
