"""Certificates are never below the true error, and never given where a hypothesis fails.

True errors are computed in ball arithmetic with twice the certificate's precision: rounding fools nobody.
More random students:  STUDENTS=10000 pytest -k never_below lib/tests/test_certificate.py
"""

import dataclasses
import os

import numpy as np
import pytest
import torch
from flint import arb, ctx
from helpers import exact_errors, violations
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim.balls import arithmetic as _balls
from lowdim.certificate._enclosure import later_moments
from lowdim.certificate._measure_split import split
from lowdim.certificate.known_teacher import certify
from lowdim.moments.ranges import response_bounds
from lowdim.moments.stability import all_horizons_constant, sharp_constants, universal_constants
from lowdim.systems.balance import imbalance
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import nearby_student, random_student
from lowdim.systems.teachers import teacher

seeds = st.integers(0, 2**32 - 1)


def random_pair(seed):
    """A student near a balanced teacher, in random coordinates, half of them with an imbalance."""
    rng = np.random.default_rng(seed)
    d_hat = int(rng.integers(1, 5))
    poles = rng.uniform(-1, 1, d_hat)
    poles[0] = rng.choice([-1.0, 1.0]) if rng.random() < 0.2 else poles[0]
    truth = teacher(poles, rng.uniform(0.05, 1, d_hat))
    shift, stray, imbalance = 10.0 ** rng.uniform(-12, -0.5, 3)
    imbalance = min(imbalance, 0.09) * (rng.random() < 0.5)
    student = nearby_student(truth, d_hat + int(rng.integers(0, 6)), rng, shift, stray, imbalance)
    return student, truth, 2 * d_hat + 1 + int(rng.integers(0, 5))


@settings(max_examples=int(os.environ.get("STUDENTS", 1000)))
@given(seeds)
def test_the_bound_is_never_below_the_true_error(seed):
    student, truth, k = random_pair(seed)
    certificate = certify(student, truth, k, 40)
    assert certificate.valid, certificate.reason
    assert violations(certificate.bound, exact_errors(student, truth, 40)) == []


@settings(max_examples=200)
@given(seeds, st.integers(1, 8), st.floats(-3, 0.0))
def test_untrained_students_get_no_false_bound(seed, d, scale):
    rng = np.random.default_rng(seed)
    student = random_student(d, 10.0**scale, rng)
    if rng.random() < 0.5:
        student = LinearRNN(student.A, student.B, student.B)
    truth = teacher(rng.uniform(-1, 1, 2), rng.uniform(0.1, 1, 2))
    certificate = certify(student, truth, 5, 30)
    assert violations(certificate.bound, exact_errors(student, truth, 30)) == []
    assert certificate.valid == (not certificate.reason) == bool(np.isfinite(certificate.bound).all())


@settings(max_examples=100)
@given(seeds)
def test_eigenvalues_that_are_off_by_what_they_may_be_change_no_verdict(seed):
    student, truth, k = random_pair(seed)
    rng = np.random.default_rng(seed)
    with ctx.workprec(256):
        own = split(student, k)
        off = dataclasses.replace(
            own, poles=np.sort(own.poles + 1e-3 * rng.uniform(-1, 1, student.dim)), error=1e-3
        )
        positive = _balls.responses(*plus_system(student), 30)[k:]
        for (low, high), m in zip(later_moments(off, np.diag(truth.A), 30), positive, strict=True):
            assert low <= m
            assert m <= high


def plus_system(rnn):
    """The system with B and C replaced by their mean: its responses are the moments of the first measure."""
    A, b, c = _balls.parts(rnn)
    v = (b + c) * (arb(1) / 2)
    return A, v, v


def test_the_check_sees_a_bound_that_is_too_small():
    student, truth, k = random_pair(3)
    bound = certify(student, truth, k, 40).bound
    errors = exact_errors(student, truth, 40)
    assert violations(np.array([_balls.lower(e) for e in errors]) * (1 - 1e-12), errors) != []
    assert violations(bound, errors) == []


@pytest.mark.parametrize("d_hat", [1, 2, 3])
@pytest.mark.parametrize("tolerance", [1e-6, 1e-3])
def test_on_the_worst_students_of_the_linear_program_the_bound_is_tight(d_hat, tolerance):
    poles = np.array([0.9, -0.5, 0.3])[:d_hat]
    truth = teacher(poles, np.array([0.5, 0.3, 0.2])[:d_hat])
    k = 2 * d_hat + 1
    for lag in (k, k + 1, 20, 40):
        bounds = response_bounds(impulse_response(truth, k), lag, tolerance)
        m = impulse_response(truth, lag + 1)[lag]
        worst = bounds.highest if bounds.high - m > m - bounds.low else bounds.lowest
        student = teacher(*worst)
        certificate = certify(student, truth, k, lag + 1)
        assert certificate.valid, certificate.reason
        errors = exact_errors(student, truth, lag + 1)
        assert violations(certificate.bound, errors) == []
        assert certificate.bound[lag] / float(errors[lag]) <= 1.05


def trained_like(rng, d, poles, weights, noise=1e-8):
    """What gradient flow leaves: the teacher's poles, a bulk of small eigenvalues, little imbalance."""
    x = np.append(poles + noise * rng.standard_normal(len(poles)), rng.uniform(-1e-3, 1e-3, d - len(poles)))
    w = np.append(weights, noise**1.5 * rng.uniform(0, 1, d - len(poles)))
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A, b = (q * x) @ q.T, q @ np.sqrt(w)
    return LinearRNN((A + A.T) / 2, b, b + noise * rng.standard_normal(d) / np.sqrt(d))


def test_a_trained_student_is_certified_to_a_few_percent():
    rng = np.random.default_rng(0)
    poles, weights = np.array([0.99, 0.7, -0.4]), np.array([0.4, 0.3, 0.3])
    student, truth = trained_like(rng, 40, poles, weights), teacher(poles, weights)
    certificate = certify(student, truth, 7, 501)
    errors = exact_errors(student, truth, 501)
    assert violations(certificate.bound, errors) == []
    assert certificate.bound.max() / max(map(float, errors)) < 1.05


def test_a_thousand_lags_cost_a_hundred_states_no_more_than_the_eleven_observed(monkeypatch):
    """Each of them would take a product of a 100 x 100 matrix of balls; the horizon is the teacher's work."""
    rng = np.random.default_rng(0)
    poles, weights = np.linspace(-0.8, 0.95, 5), np.full(5, 0.2)
    student, truth = trained_like(rng, 100, poles, weights), teacher(poles, weights)
    asked, responses = [], _balls.responses

    def counted(A, b, c, length):
        asked.append((A.nrows(), length))
        return responses(A, b, c, length)

    monkeypatch.setattr(_balls, "responses", counted)
    certificate = certify(student, truth, 11, 1000)
    assert max(length for states, length in asked if states == 100) == 11
    assert max(length for states, length in asked if states == 5) == 1000
    assert certificate.valid
    assert certificate.bound.shape == (1000,)
    np.testing.assert_array_equal(certificate.bound[:40], certify(student, truth, 11, 40).bound)


def test_the_imbalance_refused_is_that_of_the_library():
    opposite = LinearRNN(np.diag([0.5, 0.1]), np.ones(2), -np.ones(2))
    assert "student: imbalance inf is above max_imbalance = 0.1" in certify(opposite, TRUTH, 5, 10).reason
    silent = LinearRNN(np.diag([0.5, 0.1]), np.zeros(2), np.zeros(2))  # 0 / 0: balanced, and said to be
    certificate = certify(silent, TRUTH, 5, 10)
    assert certificate.valid, certificate.reason
    tilted = LinearRNN(TRUTH.A, TRUTH.B * 1.3, TRUTH.C)
    assert f"imbalance {float(imbalance(tilted)):.3g} is above" in certify(tilted, TRUTH, 5, 10).reason


TRUTH = teacher([0.9, -0.5], [0.6, 0.4])


def test_a_radius_above_one_is_certified_when_allowed():
    student = teacher([0.9, -0.5, 1.2], [0.6, 0.4, 1e-8])
    certificate = certify(student, TRUTH, 5, 60, max_radius=1.3)
    errors = exact_errors(student, TRUTH, 60)
    assert certificate.valid
    assert violations(certificate.bound, errors) == []
    assert certificate.bound[59] / float(errors[59]) < 10
    assert 1.2 <= certificate.radius < 1.2 + 1e-12


@settings(max_examples=100)
@given(seeds)
def test_the_certificate_is_below_the_theorems_that_know_less(seed):
    student, truth, k = random_pair(seed)
    certificate = certify(student, truth, k, 40)
    poles = np.diag(truth.A)
    R = max(1.0, certificate.radius)
    sharp = (certificate.delta + certificate.eta) * sharp_constants(
        poles, 40, R
    ) + certificate.eta * R ** np.arange(40)
    slack = 1 + 1e-9
    assert (certificate.bound <= slack * sharp).all()
    universal = universal_constants(len(poles), 40, R)
    assert (sharp_constants(poles, 40, R) <= slack * universal * R ** np.arange(40)).all()
    assert (sharp_constants(poles, 40) <= slack * all_horizons_constant(poles)).all()


def test_delta_eta_and_radius_are_what_they_say():
    student, truth, k = random_pair(11)
    certificate = certify(student, truth, k, 10)
    residual = np.abs(impulse_response(student, 10) - impulse_response(truth, 10))
    assert certificate.delta == pytest.approx(residual[: 2 * truth.dim + 1].max(), rel=1e-3, abs=1e-15)
    assert certificate.eta == pytest.approx(np.sum((student.B - student.C) ** 2) / 4, rel=1e-12)
    assert certificate.radius == pytest.approx(np.abs(np.linalg.eigvalsh(student.A)).max(), abs=1e-12)
    np.testing.assert_allclose(certificate.bound[:k], residual[:k], rtol=0, atol=1e-14)


def test_more_training_lags_give_sharper_bounds():
    def excess(k, seed):
        student = nearby_student(TRUTH, 20, np.random.default_rng(seed), 1e-4, 1e-3, 0.0)
        errors = exact_errors(student, TRUTH, 60)[20:]
        return certify(student, TRUTH, k, 60).bound[20:].max() / max(map(float, errors)) - 1

    medians = [np.median([excess(k, seed) for seed in range(20)]) for k in (5, 7, 9, 11)]
    assert (np.diff(medians) < 0).all()
    assert medians[3] < 0.1 * medians[0]


def test_an_asymmetry_of_rounding_is_in_the_bound():
    # Errors near 1e-21, of which the antisymmetric part makes nearly all.
    skew, u = 3e-11 * np.array([[0.0, 1.0], [-1.0, 0.0]]), 1e-12 * np.array([1.0, -2.0])
    crooked = LinearRNN(TRUTH.A + skew, TRUTH.B + u, TRUTH.B - u)
    certificate = certify(crooked, TRUTH, 5, 50)
    assert certificate.valid
    assert violations(certificate.bound, exact_errors(crooked, TRUTH, 50)) == []


def test_a_teacher_in_other_coordinates_gives_the_same_certificate():
    q = np.array([[0.6, 0.8], [-0.8, 0.6]])
    turned_truth = LinearRNN((q @ TRUTH.A @ q.T + (q @ TRUTH.A @ q.T).T) / 2, q @ TRUTH.B, q @ TRUTH.C)
    student = trained_like(np.random.default_rng(4), 10, np.array([0.9, -0.5]), np.array([0.6, 0.4]))
    straight, turned = (certify(student, truth, 5, 50) for truth in (TRUTH, turned_truth))
    assert turned.valid, turned.reason
    np.testing.assert_allclose(turned.bound, straight.bound, rtol=1e-3)
    assert violations(turned.bound, exact_errors(student, turned_truth, 50)) == []


def test_torch_students_are_certified():
    student = trained_like(np.random.default_rng(5), 6, np.array([0.9, -0.5]), np.array([0.6, 0.4]))
    expected = certify(student, TRUTH, 5, 50).bound
    found = certify(student.map(torch.from_numpy), TRUTH.map(torch.from_numpy), 5, 50).bound
    np.testing.assert_array_equal(found, expected)


def test_a_teacher_that_answers_nothing_needs_one_lag():
    nothing = teacher([0.5], [0.0])
    student = teacher([0.8, -0.3], [1e-6, 1e-7])
    certificate = certify(student, nothing, 1, 30)
    assert certificate.valid
    assert violations(certificate.bound, exact_errors(student, nothing, 30)) == []
