"""The parts of gradient flow: coordinates against autograd, Newton densely, the Krylov space exactly."""

from functools import partial

import helpers
import numpy as np
import pytest
import torch

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.training._charts import CHARTS
from lowdim.training._krylov_space import krylov_basis, lift, restrict
from lowdim.training._newton import Newton
from lowdim.training.objective import gradients

student = partial(helpers.student, d=5, std=0.4)


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("structure", CHARTS)
def test_the_jacobian_of_the_responses_is_that_of_autograd(structure, k):
    rnn = student(structure)
    chart = CHARTS[structure](5, k)
    y = chart.pack(rnn)
    np.testing.assert_allclose(chart.responses(y), impulse_response(rnn, k), atol=1e-14)
    free = torch.func.jacrev(lambda A, B, C: impulse_response(LinearRNN(A, B, C), k), argnums=(0, 1, 2))
    toward_A, toward_B, toward_C = (j.numpy() for j in free(*map(torch.from_numpy, (rnn.A, rnn.B, rnn.C))))
    if structure == "symmetric":
        toward_A = (toward_A + np.swapaxes(toward_A, 1, 2)) / 2
    elif structure == "diagonal":
        toward_A = toward_A * np.eye(5)
    expected = [chart.pack(LinearRNN(a, b, c)) for a, b, c in zip(toward_A, toward_B, toward_C, strict=True)]
    np.testing.assert_allclose(chart.pullback(np.eye(k)), expected, atol=1e-13)


@pytest.mark.parametrize("structure", CHARTS)
def test_coordinates_keep_lengths_and_can_be_undone(structure):
    rnn = student(structure)
    chart = CHARTS[structure](5, 3)
    y = chart.pack(rnn)
    assert y @ y == pytest.approx((rnn.A**2).sum() + rnn.B @ rnn.B + rnn.C @ rnn.C, rel=1e-14)
    back = chart.unpack(np.stack([y, 2 * y]))
    for name in "ABC":
        np.testing.assert_allclose(getattr(back[1], name), 2 * getattr(rnn, name), atol=1e-15)


@pytest.mark.parametrize("observed", [5, 2])
@pytest.mark.parametrize("structure", CHARTS)
def test_newton_inverts_the_gauss_newton_matrix_and_moves_along_the_gradient(structure, observed):
    rng = np.random.default_rng(1)
    rnn, target = student(structure), rng.standard_normal(5)
    sample = rng.standard_normal((observed, 5))  # two sequences only: a singular covariance
    covariance = sample.T @ sample
    gram = covariance[::-1, ::-1]
    chart = CHARTS[structure](5, 5)
    newton, y = Newton(chart, target, gram), chart.pack(rnn)
    velocity, solved, r = np.empty((3, y.size))
    newton._velocity(0.0, y, velocity)
    np.testing.assert_allclose(
        velocity, -chart.pack(gradients(rnn, target, structure, covariance)), atol=1e-12
    )
    r = rng.standard_normal(y.size)
    newton._factor(0.0, y, velocity, 0, [0], 1.0)
    J = chart.pullback(np.eye(5))
    for gamma in (1e-3, 1.0, 1e6):
        newton._solve(0.0, y, velocity, r, solved, gamma, 0.0, 1)
        residual = solved + gamma * 2 * J.T @ gram @ (J @ solved) - r
        np.testing.assert_allclose(residual, 0.0, atol=1e-9 * max(1.0, gamma))


@pytest.mark.parametrize("structure", CHARTS)
def test_the_growth_is_the_largest_eigenvalue_of_the_jacobian_of_the_velocity(structure):
    target = np.array([1.0, -0.9, 0.2, 0.4, 0.8])
    for rnn in (student(structure), student(structure, balanced=True)):
        chart = CHARTS[structure](5, 5)
        newton, y = Newton(chart, target, np.eye(5)), chart.pack(rnn)
        jacobian = np.empty((y.size, y.size))
        for direction, image in zip(np.eye(y.size), jacobian, strict=True):
            newton._derivative(0.0, y, y, direction, image)
        inside = np.flatnonzero(y)  # a balanced student has u = 0, and is never seen to grow there
        rates = np.linalg.eigvalsh(jacobian[np.ix_(inside, inside)])
        assert newton.growth(y) == pytest.approx(rates[-1], rel=1e-6)
        assert rates[-1] > 0.1
        assert newton.growth(0 * y) == 0.0
    chart = CHARTS["diagonal"](1, 1)  # L = (v^2 / 2 - 1)^2 at its minimum: a decay, and A that counts nothing
    assert Newton(chart, np.ones(1), np.eye(1)).growth(np.array([0.5, 0.0, np.sqrt(2.0)])) == 0.0


def test_the_basis_is_orthonormal_and_graded_by_powers():
    rnn = random_student(60, 1e-3, np.random.default_rng(0))
    Q = krylov_basis(rnn, 12)
    np.testing.assert_allclose(Q.T @ Q, np.eye(12), atol=1e-14)
    power = np.stack([rnn.B, rnn.C], axis=-1)
    for n in range(6):
        inside = Q[:, : 2 * n + 2]
        np.testing.assert_allclose(inside @ (inside.T @ power), power, atol=1e-14 * np.abs(power).max())
        power = rnn.A @ power
    np.testing.assert_array_equal(krylov_basis(rnn, 64), np.eye(60))


def test_inside_the_space_the_responses_are_those_of_the_whole_student():
    rnn = random_student(60, 0.05, np.random.default_rng(0))
    inside = restrict(rnn, krylov_basis(rnn, 12))
    # Six blocks carry 2 * 6 responses: five steps out, one along the last block, five steps back.
    exact = impulse_response(rnn, 13)
    close = np.abs(impulse_response(inside, 13) - exact)
    assert (close[:12] < 1e-13 * np.abs(exact).max()).all()
    assert close[12] > 1e-6 * np.abs(exact[12])


def test_what_moved_inside_is_lifted_and_the_rest_stays():
    rnn = random_student(9, 0.3, np.random.default_rng(0))
    Q = krylov_basis(rnn, 4)
    start = restrict(rnn, Q)
    rng = np.random.default_rng(1)
    S, b, c = rng.standard_normal((4, 4)), rng.standard_normal(4), rng.standard_normal(4)
    moved = lift(LinearRNN((start.A + S)[None], b[None], c[None]), rnn, Q)[0]
    np.testing.assert_allclose(moved.A - rnn.A, Q @ S @ Q.T, atol=1e-14)
    np.testing.assert_allclose(moved.B, Q @ b, atol=1e-14)
    same = lift(start, rnn, Q)
    np.testing.assert_allclose(same.A, rnn.A, atol=1e-15)
    np.testing.assert_allclose(same.C, rnn.C, atol=1e-15)


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("structure", CHARTS)
def test_second_derivatives_are_those_of_differences_that_shrink(structure, k):
    rnn, rng = student(structure), np.random.default_rng(4)
    chart = CHARTS[structure](5, k)
    y, g = chart.pack(rnn), rng.standard_normal(k)
    v = rng.standard_normal(y.size)

    def at(h):
        m = chart.responses(y + h * v).copy()
        return m, chart.pullback(g)

    (m, p), (m_, p_) = at(1e-5), at(-1e-5)
    chart.responses(y)
    for size in (1e-9, 1.0, 1e9):
        along, moved = chart.second(y, size * v, g)
        np.testing.assert_allclose(along / size, (m - m_) / 2e-5, atol=1e-8)
        np.testing.assert_allclose(moved / size, (p - p_) / 2e-5, atol=1e-7)
    np.testing.assert_array_equal(chart.pullback(g), (chart.responses(y), chart.pullback(g))[1])
    np.testing.assert_array_equal(chart.second(y, 0 * v, g)[1], 0 * y)
