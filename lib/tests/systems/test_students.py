"""Students near a teacher are what they are said to be, and their true errors are exact."""

import numpy as np
import pytest
from flint import fmpq

from lowdim.balls.exact import exact_errors
from lowdim.systems.balance import imbalance
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.students import nearby_student, planted_student, random_student, student_with_radius
from lowdim.systems.teachers import teacher

TRUTH = teacher([0.9, -0.5], [0.6, 0.4])


def test_an_undisturbed_student_is_the_teacher_in_other_coordinates():
    student = nearby_student(TRUTH, 5, np.random.default_rng(0), 0.0, 0.0, 0.0)
    np.testing.assert_allclose(impulse_response(student, 30), impulse_response(TRUTH, 30), atol=1e-14)
    assert np.abs(student.A - np.diag(np.diag(student.A))).max() > 0.01


def test_disturbances_have_the_size_asked_for():
    rng = np.random.default_rng(1)
    student = nearby_student(TRUTH, 8, rng, 0.0, 1e-3, 0.05)
    assert float(imbalance(student)) == pytest.approx(0.05, rel=1e-12)
    student = nearby_student(TRUTH, 8, rng, 0.0, 1e-3, 0.0)
    poles, weights = spectral_measure(student)
    assert (weights > -1e-16).all()
    assert weights.sum() == pytest.approx(1 + 1e-3, rel=1e-12)
    student = nearby_student(TRUTH, 2, rng, 1e-3, 0.0, 0.0)
    poles, _ = spectral_measure(student)
    assert 1e-5 < np.abs(poles - [-0.5, 0.9]).max() < 1e-2
    student = nearby_student(teacher([1.0], [1.0]), 1, rng, 1.0, 0.0, 0.0)
    assert np.abs(spectral_measure(student)[0]).max() <= 1


def test_fewer_states_than_the_teacher_are_refused():
    with pytest.raises(ValueError, match="d must be at least"):
        nearby_student(TRUTH, 1, np.random.default_rng(0), 0.0, 0.0, 0.0)


def test_a_teacher_that_is_not_balanced_has_no_student_nearby():
    rng = np.random.default_rng(0)
    for unbalanced in (teacher([0.9, -0.5], [0.6, -0.4]), LinearRNN(TRUTH.A, 2 * TRUTH.B, TRUTH.C)):
        with pytest.raises(ValueError, match="teacher must be balanced"):
            nearby_student(unbalanced, 3, rng, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match=r"teacher has batch axes \(1,\)"):
        nearby_student(teacher([[0.9, -0.5]], [[0.6, 0.4]]), 3, rng, 0.0, 0.0, 0.0)


def test_exact_errors_are_those_of_rational_arithmetic():
    student, truth = random_student(3, 0.5, np.random.default_rng(3)), TRUTH
    found = exact_errors(student, truth, 8)

    def responses(rnn):
        A, b, c = (
            [fmpq(*x.as_integer_ratio()) for x in part.ravel().tolist()] for part in (rnn.A, rnn.B, rnn.C)
        )
        for _ in range(8):
            yield sum((x * y for x, y in zip(b, c, strict=True)), fmpq(0))
            b = [
                sum((a * x for a, x in zip(A[i * rnn.dim :], b, strict=False)), fmpq(0))
                for i in range(rnn.dim)
            ]

    for error, m, t in zip(found, responses(student), responses(truth), strict=True):
        exact = abs(m - t)
        assert abs(fmpq(*error.item().as_integer_ratio()) - exact) <= exact / 2**53


def test_exact_errors_survive_balls_that_grow_much_faster_than_the_responses():
    student = student_with_radius(40, 1.0, 1.0, np.random.default_rng(0))
    growth = np.linalg.norm(np.abs(student.A), 2)
    assert 500 * np.log2(growth) > 512  # bits lost, more than there are to begin with
    found = exact_errors(student, TRUTH, 501)
    double = np.abs(impulse_response(student, 501) - impulse_response(TRUTH, 501))
    np.testing.assert_allclose(found, double, rtol=1e-9)


def test_a_planted_student_answers_as_its_measure_does_up_to_what_is_added():
    noise = 1e-9
    student = planted_student([0.9, -0.5], [0.6, 0.4], 5, noise, np.random.default_rng(0))
    np.testing.assert_allclose(impulse_response(student, 20), impulse_response(TRUTH, 20), atol=100 * noise)
    np.testing.assert_array_equal(student.B, student.C)
    np.testing.assert_array_equal(student.A, student.A.T)
    added = random_student(5, noise, np.random.default_rng(0))
    np.testing.assert_array_equal(student.A[2:], added.A[2:])
    np.testing.assert_array_equal(student.B[2:], added.B[2:])


@pytest.mark.parametrize(
    ("poles", "weights"), [([0.1, 0.2, 0.3], [1.0, 1.0, 1.0]), ([0.1], [-1.0]), ([0.1, 0.2], [1.0])]
)
def test_what_cannot_be_planted_is_refused(poles, weights):
    with pytest.raises(ValueError, match="at most d = 2 poles and a weight >= 0 for each"):
        planted_student(poles, weights, 2, 1e-3, np.random.default_rng(0))


@pytest.mark.parametrize("structure", ["symmetric", "free", "diagonal"])
def test_the_generator_decides_and_is_advanced(structure):
    rng = np.random.default_rng(3)
    first, second = (random_student(4, 1.0, rng, structure) for _ in range(2))
    again, other = (random_student(4, 1.0, np.random.default_rng(seed), structure) for seed in (3, 4))
    for name in ("A", "B", "C"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(second, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))
