"""No certificate where a hypothesis fails, and the reason says which."""

import re

import numpy as np
import pytest

from lowdim.certificate.known_teacher import certify
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

TRUTH = teacher([0.9, -0.5], [0.6, 0.4])


def unbalanced(rnn, factor):
    return LinearRNN(rnn.A, rnn.B * factor, rnn.C / factor)


def rotated_truth(weights):
    t = teacher([0.9, -0.5], weights)
    q = np.array([[0.6, 0.8], [-0.8, 0.6]])
    A = q @ t.A @ q.T
    return LinearRNN((A + A.T) / 2, q @ t.B, q @ t.C)


@pytest.mark.parametrize(
    ("student", "truth", "k", "reason"),
    [
        (TRUTH, teacher([0.9, -0.5], [0.6, -0.4]), 5, "teacher: negative weight -0.4 at pole -0.5"),
        (TRUTH, rotated_truth([0.6, -0.4]), 5, "teacher: negative weight -0.4 at pole -0.5"),
        (
            TRUTH,
            LinearRNN(np.array([[0.5, 0.1], [0.0, 0.2]]), np.ones(2), np.ones(2)),
            5,
            "teacher: A is not symmetric",
        ),
        (TRUTH, TRUTH, 3, "k = 3 is below 2 x 2 = 4 for a teacher with 2 poles"),
        (
            teacher([0.9, -0.5, 1.2], [0.6, 0.4, 1e-8]),
            TRUTH,
            5,
            "spectral radius 1.2 is above max_radius = 1.01",
        ),
        (teacher([0.9, -0.5, -1.2], [0.6, 0.4, 1e-8]), TRUTH, 5, "spectral radius 1.2 is above"),
        (unbalanced(TRUTH, 1.5), TRUTH, 5, "imbalance 0.385 is above max_imbalance = 0.1"),
        (teacher([0.9, -0.5, 0.1], [0.6, 0.4, -0.2]), TRUTH, 5, "imbalance 0.447"),
        (
            LinearRNN(np.array([[0.5, 0.1], [0.0, 0.2]]), np.ones(2), np.ones(2)),
            TRUTH,
            5,
            "student: A is not symmetric",
        ),
    ],
)
def test_each_hypothesis_that_fails_is_named_and_no_number_given(student, truth, k, reason):
    certificate = certify(student, truth, k, 20)
    assert not certificate.valid
    assert np.isinf(certificate.bound).all()
    assert re.search(reason, certificate.reason)


def test_all_that_fails_is_named():
    certificate = certify(unbalanced(teacher([1.3], [1.0]), 2.0), teacher([0.5], [-1.0]), 1, 3)
    assert certificate.reason.count(";") == 3


def test_the_refused_students_are_refused_for_a_reason():
    """Each of these is perfect on the training lags, to 1e-7, and wrong by more than 0.01 at lag 99."""
    R, k = 1.2, 5
    unstable = teacher([0.9, -0.5, R], [0.6, 0.4, 1e-8 * R ** (1 - k)])
    points = np.array([0.9, -0.5, 0.99, 0.2, -0.9, 0.6])  # a signed measure whose moments 0, ..., 4 vanish
    weights = np.linalg.solve(np.vander(points, increasing=True).T, np.eye(6)[5])
    weights[:2] += [0.6, 0.4]
    for student in (unstable, teacher(points, weights)):
        difference = np.abs(impulse_response(student, 100) - impulse_response(TRUTH, 100))
        assert difference[:k].max() < 1e-7
        assert difference[99] > 0.01
        assert not certify(student, TRUTH, k, 100).valid


def test_batches_and_counts_are_refused(plain):
    with pytest.raises(ValueError, match=r"student has batch axes \(2,\)"):
        certify(random_student(3, 0.1, np.random.default_rng(0), batch=(2,)), TRUTH, 5, 10)
    with pytest.raises(ValueError, match="k must be"):
        certify(TRUTH, TRUTH, 0, 10)
    with pytest.raises(ValueError, match="horizon must be"):
        certify(TRUTH, TRUTH, 5, 0)
