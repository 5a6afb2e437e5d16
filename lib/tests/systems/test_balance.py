"""Balancedness: the quantities by hand and by identities, and the equations of motion they obey."""

import numpy as np
import pytest
import torch

from lowdim.systems.balance import asymmetry, imbalance, noether_charge, parts, require_balanced
from lowdim.systems.compare import residuals
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.objective import gradients, loss_and_gradients, residual_matrix

K = 6
TARGET = impulse_response(teacher([0.8, -0.3], [0.7, 0.5]), K)
COVARIANCE = 0.6 ** np.abs(np.subtract.outer(np.arange(K), np.arange(K)))


def students(structure="symmetric", batch=(3,)):
    return random_student(4, 0.5, np.random.default_rng(0), structure, batch)


def test_imbalance_by_hand():
    rnn = LinearRNN(np.eye(2), np.array([3.0, 0.0]), np.array([0.0, 4.0]))
    assert imbalance(rnn) == 1.0  # (3, -4) and (3, 4) are equally long
    assert imbalance(LinearRNN(np.eye(2), np.array([3.0, 1.0]), np.array([1.0, 1.0]))) == 2 / np.sqrt(20)
    assert imbalance(teacher([0.5, -0.2], [1.0, 2.0])) == 0.0


def test_balanced_is_what_is_off_by_rounding_alone():
    rnn = teacher([0.9, 0.5], [1.0, 2.0])
    require_balanced("rnn", LinearRNN(rnn.A, rnn.B * (1 + 1e-15), rnn.C))
    require_balanced("rnn", LinearRNN(rnn.A, 0 * rnn.B, 0 * rnn.C))
    for C in (rnn.C * (1 + 1e-9), -rnn.C):
        with pytest.raises(ValueError, match=r"rnn must be balanced, B = C\.T, but \|B - C\.T\| = "):
            require_balanced("rnn", LinearRNN(rnn.A, rnn.B, C))
    students_ = students()
    with pytest.raises(ValueError, match="rnn must be balanced"):
        require_balanced("rnn", students_)
    require_balanced("rnn", LinearRNN(students_.A, students_.B, students_.B))


def test_imbalance_of_a_batch_and_of_torch():
    rnn = students()
    assert imbalance(rnn).shape == (3,)
    np.testing.assert_allclose(imbalance(rnn.map(torch.from_numpy)).numpy(), imbalance(rnn), rtol=1e-15)


def test_the_response_is_a_difference_of_two_moments():
    rnn = students()
    u, v = parts(rnn)
    split = (impulse_response(LinearRNN(rnn.A, v, v), K) - impulse_response(LinearRNN(rnn.A, u, u), K)) / 4
    np.testing.assert_allclose(split, impulse_response(rnn, K), atol=1e-14)


@pytest.mark.parametrize(
    "loss",
    [{}, {"covariance": COVARIANCE}, {"covariance": COVARIANCE, "outputs": "all"}, {"gram": COVARIANCE}],
)
def test_the_two_parts_are_driven_by_the_residual_matrix(loss):
    rnn = students()
    (u, v), P = parts(rnn), residual_matrix(rnn, TARGET, **loss)
    gradient = gradients(rnn, TARGET, **loss)
    np.testing.assert_allclose(gradient.C - gradient.B, 2 * (P @ u[..., None])[..., 0], atol=1e-13)
    np.testing.assert_allclose(-gradient.C - gradient.B, -2 * (P @ v[..., None])[..., 0], atol=1e-13)


def test_the_residual_matrix_is_the_polynomial_of_the_residuals():
    rnn = students()
    powers = [np.linalg.matrix_power(rnn.A, j) for j in range(K)]
    expected = np.einsum("bj,jbmn->bmn", residuals(rnn, TARGET), powers)
    np.testing.assert_allclose(residual_matrix(rnn, TARGET), expected, atol=1e-13)


def test_the_noether_charge_by_hand():
    rnn = LinearRNN(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([1.0, 2.0]), np.array([0.0, 3.0]))
    np.testing.assert_array_equal(noether_charge(rnn), [[2.0, 2.0], [2.0, -6.0]])
    balanced = teacher([0.9, 0.1], [1.0, 2.0])
    np.testing.assert_array_equal(noether_charge(balanced), np.zeros((2, 2)))


def test_the_noether_charge_is_the_one_that_the_free_gradient_leaves_alone():
    # Emmy Noether's identity: the derivative of Q along -gradient vanishes for every loss in the responses.
    rnn = students("free")
    gram = COVARIANCE[::-1, ::-1].copy()
    _, *slopes = loss_and_gradients(rnn.A, rnn.B, rnn.C, TARGET, gram, "free")
    h = 1e-5

    def charge(t):
        moved = (w - t * s for w, s in zip((rnn.A, rnn.B, rnn.C), slopes, strict=True))
        return noether_charge(LinearRNN(*moved))

    rate = (charge(h) - charge(-h)) / (2 * h)  # exact for a quadratic function
    scale = max(np.abs(slope).max() for slope in slopes)
    np.testing.assert_allclose(rate, 0.0, atol=1e-9 * scale)
    # The symmetric flow keeps the trace alone.
    rnn = students()
    slopes = gradients(rnn, TARGET)
    moved = LinearRNN(rnn.A - h * slopes.A, rnn.B - h * slopes.B, rnn.C - h * slopes.C)
    change = (noether_charge(moved) - noether_charge(rnn)) / h
    assert np.abs(np.trace(change, axis1=1, axis2=2)).max() < 1e-3 * np.abs(change).max()


def within(A, B, C, d, rng):
    """The system in a random basis of d states, beside a block of its own that no input reaches."""
    unused = rng.standard_normal((d - len(B), d - len(B)))
    whole = np.zeros((d, d))
    whole[: len(B), : len(B)], whole[len(B) :, len(B) :] = A, unused
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    B, C = (np.pad(x, (0, d - len(x))) for x in (B, C))
    return LinearRNN(Q @ whole @ Q.T, Q @ B, Q @ C)


def test_asymmetry_is_that_of_the_states_in_use_in_any_basis():
    rng, angle = np.random.default_rng(4), 0.3
    b, c = np.array([1.0, 0.5]), np.array([0.2, 1.0])
    rotation = 0.9 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert asymmetry(within(rotation, b, c, 7, rng), 2) == pytest.approx(2 * np.sin(angle), rel=1e-10)
    assert asymmetry(within(np.diag([0.9, -0.5]), b, c, 7, rng), 2) < 1e-13
    assert asymmetry(within(np.diag([0.9, -0.5]), b, c, 7, rng), 7) > 0.1  # the block that nothing reaches


def test_asymmetry_of_more_states_than_there_are_is_refused():
    with pytest.raises(ValueError, match="dimension 2 and states = 3"):
        asymmetry(teacher([0.5, 0.2], [1.0, 1.0]), 3)
    with pytest.raises(ValueError, match=r"batch axes \(3,\)"):
        asymmetry(students(), 2)


@pytest.mark.parametrize("scale", [1e-320, 1e-170, 1e-20, 1e200])
def test_imbalance_is_the_same_at_every_scale(scale):
    rnn = LinearRNN(np.eye(2), np.array([0.0, 2 * scale]), np.array([0.0, scale]))
    assert imbalance(rnn) == pytest.approx(1 / 3, rel=1e-3)  # subnormal numbers have few digits
    with pytest.raises(ValueError, match="rnn must be balanced"):
        require_balanced("rnn", rnn)


def test_a_large_system_in_a_batch_does_not_hide_a_small_one():
    B, C = np.array([[1e20, 1e20], [1.0, 2.0]]), np.array([[1e20, 1e20], [2.0, 1.0]])
    with pytest.raises(ValueError, match=r"\|B - C\.T\| = 1\.41"):
        require_balanced("rnn", LinearRNN(np.zeros((2, 2, 2)), B, C))


def test_a_matrix_of_zeros_is_symmetric():
    assert asymmetry(LinearRNN(np.zeros((2, 2)), np.ones(2), np.ones(2)), 2) == 0.0
