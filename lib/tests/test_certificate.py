"""Certificates are never below the true error, and never given where a hypothesis fails.

True errors are computed in ball arithmetic with twice the certificate's precision: rounding fools nobody.
More random students:  STUDENTS=10000 pytest -k never_below lib/tests/test_certificate.py
"""

import math
import os
import time

import numpy as np
import pytest
import torch
from flint import arb, arb_mat, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim import _balls
from lowdim.certificate import certify
from lowdim.moments import response_bounds
from lowdim.stability import all_horizons_constant, sharp_constants, universal_constants
from lowdim.systems import LinearRNN, impulse_response, random_student, teacher

seeds = st.integers(0, 2**32 - 1)


def exact_errors(student, truth, horizon):
    """|m_q - m̂_q| as balls of 512 bits, by C A^q where the certificate uses A^q B."""
    with ctx.workprec(512):
        found = []
        for rnn in (student, truth):
            d = rnn.dim
            A, row = arb_mat(d, d, rnn.A.ravel().tolist()), arb_mat(1, d, rnn.C.tolist())
            column, out = arb_mat(d, 1, rnn.B.tolist()), []
            for _ in range(horizon):
                out.append((row * column)[0, 0])
                row = row * A
            found.append(out)
        return [abs(m - t) for m, t in zip(*found, strict=True)]


def violations(bound, errors):
    """Lags at which the bound is not proven to be at least the error; equality is allowed."""
    with ctx.workprec(512):
        return [
            q for q, (b, e) in enumerate(zip(bound, errors, strict=True)) if b < math.inf and not arb(b) >= e
        ]


def rotated(rng, poles, b, c):
    q = np.linalg.qr(rng.standard_normal((len(poles), len(poles))))[0]
    A = (q * poles) @ q.T
    return LinearRNN((A + A.T) / 2, q @ b, q @ c)


def random_pair(seed):
    """A balanced teacher and a student near it: moved poles and weights, stray atoms, an imbalance."""
    rng = np.random.default_rng(seed)
    d_hat = int(rng.integers(1, 5))
    poles, weights = rng.uniform(-1, 1, d_hat), rng.uniform(0.05, 1, d_hat)
    if rng.random() < 0.2:
        poles[0] = rng.choice([-1.0, 1.0])
    scale, stray, unbalanced = 10.0 ** rng.uniform(-12, -0.5, 3)
    extra = int(rng.integers(0, 6))
    x = np.concatenate(
        [np.clip(poles + scale * rng.standard_normal(d_hat), -1, 1), rng.uniform(-1, 1, extra)]
    )
    w = np.concatenate([weights * (1 + scale * rng.uniform(-1, 1, d_hat)), stray * rng.uniform(0, 1, extra)])
    b = np.sqrt(w)
    u = rng.standard_normal(len(b))
    u *= 0.0 if rng.random() < 0.5 else min(unbalanced, 0.09) * np.linalg.norm(b) / np.linalg.norm(u)
    student = rotated(rng, x, b + u, b - u)
    k = 2 * d_hat + 1 + int(rng.integers(0, 5))
    return student, teacher(poles, weights), k


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
    x = np.concatenate(
        [poles + noise * rng.standard_normal(len(poles)), rng.uniform(-1e-3, 1e-3, d - len(poles))]
    )
    w = np.concatenate(
        [weights + noise * rng.standard_normal(len(poles)), noise**1.5 * rng.uniform(0, 1, d - len(poles))]
    )
    b = np.sqrt(w)
    return rotated(rng, x, b, b + noise * rng.standard_normal(d) / np.sqrt(d))


def test_a_trained_student_is_certified_to_a_few_percent():
    rng = np.random.default_rng(0)
    poles, weights = np.array([0.99, 0.7, -0.4]), np.array([0.4, 0.3, 0.3])
    student, truth = trained_like(rng, 40, poles, weights), teacher(poles, weights)
    certificate = certify(student, truth, 7, 501)
    errors = exact_errors(student, truth, 501)
    assert violations(certificate.bound, errors) == []
    assert certificate.bound.max() / max(map(float, errors)) < 1.05


def test_a_thousand_lags_of_a_hundred_states_take_less_than_a_second():
    rng = np.random.default_rng(0)
    poles, weights = np.linspace(-0.8, 0.95, 5), np.full(5, 0.2)
    student, truth = trained_like(rng, 100, poles, weights), teacher(poles, weights)
    start = time.process_time()  # processor time: other processes on the machine do not count
    certificate = certify(student, truth, 11, 1000)
    assert time.process_time() - start < 1.0
    assert certificate.valid
    assert certificate.bound.shape == (1000,)


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


def test_more_training_lags_give_a_smaller_bound():
    rng = np.random.default_rng(2)
    student = trained_like(rng, 20, np.array([0.9, -0.5]), np.array([0.6, 0.4]), noise=1e-4)
    few, many = (certify(student, TRUTH, k, 100).bound[10:] for k in (5, 9))
    assert many.sum() < few.sum()


def test_a_teacher_in_other_coordinates_gives_the_same_certificate():
    q = np.array([[0.6, 0.8], [-0.8, 0.6]])
    turned_truth = LinearRNN((q @ TRUTH.A @ q.T + (q @ TRUTH.A @ q.T).T) / 2, q @ TRUTH.B, q @ TRUTH.C)
    student = trained_like(np.random.default_rng(4), 10, np.array([0.9, -0.5]), np.array([0.6, 0.4]))
    straight, turned = (certify(student, truth, 5, 50) for truth in (TRUTH, turned_truth))
    assert turned.valid, turned.reason
    np.testing.assert_allclose(turned.bound, straight.bound, rtol=1e-3)
    assert violations(turned.bound, exact_errors(student, turned_truth, 50)) == []


def test_torch_and_rounded_symmetry_are_certified():
    rng = np.random.default_rng(5)
    q = np.linalg.qr(rng.standard_normal((2, 2)))[0]
    b = q @ TRUTH.B
    crooked = LinearRNN(q @ TRUTH.A @ q.T + np.array([[0, 1e-12], [0, 0]]), b, b)
    certificate = certify(crooked, TRUTH, 5, 50)
    assert certificate.valid
    assert violations(certificate.bound, exact_errors(crooked, TRUTH, 50)) == []
    again = certify(crooked.map(torch.from_numpy), TRUTH.map(torch.from_numpy), 5, 50)
    np.testing.assert_array_equal(again.bound, certificate.bound)


def test_a_teacher_that_answers_nothing_needs_one_lag():
    nothing = teacher([0.5], [0.0])
    student = teacher([0.8, -0.3], [1e-6, 1e-7])
    certificate = certify(student, nothing, 1, 30)
    assert certificate.valid
    assert violations(certificate.bound, exact_errors(student, nothing, 30)) == []
