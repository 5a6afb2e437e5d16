"""Hankel singular values, balanced reduction and Ho-Kalman against python-control, SciPy and exact values."""

import control
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import hankel, solve_discrete_lyapunov

from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.realization import effective_dimension, hankel_singular_values, realize, reduce
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

EPS = np.finfo(float).eps
LONG = teacher([0.99, 0.7, -0.4], [0.4, 0.3, 0.3])


def stable(d, radius, seed, structure):
    """A random system scaled to the spectral radius asked for."""
    rnn = random_student(d, 1.0, np.random.default_rng(seed), structure)
    return LinearRNN(rnn.A * (radius / np.abs(np.linalg.eigvals(rnn.A)).max()), rnn.B, rnn.C)


@pytest.mark.parametrize("structure", ["symmetric", "free"])
@pytest.mark.parametrize("radius", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("gramian", [solve_discrete_lyapunov, control.dlyap])
def test_values_are_those_of_the_gramians(gramian, radius, structure):
    rnn = stable(5, radius, 1, structure)
    reach, observe = gramian(rnn.A, np.outer(rnn.B, rnn.B)), gramian(rnn.A.T, np.outer(rnn.C, rnn.C))
    squares = np.sort(np.linalg.eigvals(reach @ observe).real)[::-1]
    got = hankel_singular_values(rnn)
    # The oracle squares its values, so its absolute error is eps σ₁² on squares.
    # 1 / (1 - radius²) is the condition of the Lyapunov equation.
    assert np.abs(got**2 - squares).max() <= 1e2 * EPS * squares[0] / (1 - radius**2)


def test_small_values_keep_their_digits():
    """Unseen states have value 0; Gramians, whose entries are squares, would give √eps."""
    rng = np.random.default_rng(9)
    T = rng.standard_normal((8, 8))
    A = np.diag(np.r_[0.9, 0.5, -0.4, rng.uniform(-0.5, 0.5, 5)])
    B, C = np.r_[np.ones(3), np.ones(5)], np.r_[np.ones(3), np.zeros(5)]
    hidden = LinearRNN(T @ A @ np.linalg.inv(T), T @ B, C @ np.linalg.inv(T))
    got = hankel_singular_values(hidden)
    np.testing.assert_allclose(got[:3], hankel_singular_values(teacher([0.9, 0.5, -0.4], [1.0, 1.0, 1.0])))
    assert got[3:].max() <= 1e2 * EPS * np.linalg.cond(T) * got[0]


def test_finite_lags_are_the_hankel_matrix_of_the_response():
    rnn = stable(4, 1.3, 2, structure="free")
    for lags in (2, 4, 9):
        m = impulse_response(rnn, 2 * lags - 1)
        values = np.linalg.svd(hankel(m[:lags], m[lags - 1 :]), compute_uv=False)
        got = hankel_singular_values(rnn, horizon=lags)
        assert got.shape == (min(lags, 4),)
        np.testing.assert_allclose(got, values[:4], atol=1e3 * EPS * values[0])


def test_finite_lags_converge_to_the_gramians():
    np.testing.assert_allclose(
        hankel_singular_values(LONG, horizon=4000), hankel_singular_values(LONG), rtol=1e-12
    )


def test_from_radius_one_on_the_values_are_those_of_d_lags():
    integrator = teacher([1.0, 0.5], [1.0, 1.0])
    np.testing.assert_array_equal(
        hankel_singular_values(integrator), hankel_singular_values(integrator, horizon=2)
    )
    both = LinearRNN(
        *(
            np.stack([x, y])
            for x, y in zip(_parts(integrator), _parts(teacher([0.9, 0.1], [1.0, 1.0])), strict=True)
        )
    )
    np.testing.assert_allclose(hankel_singular_values(both), hankel_singular_values(both, horizon=2))


def _parts(rnn):
    return rnn.A, rnn.B, rnn.C


def test_a_batch_is_its_members_and_torch_is_numpy():
    batch = random_student(6, 0.2, np.random.default_rng(3), batch=(2, 3))
    values, dims = hankel_singular_values(batch), effective_dimension(batch, tolerance=1e-3)
    assert values.shape == (2, 3, 6)
    assert dims.shape == (2, 3)
    for i in np.ndindex(2, 3):
        one = hankel_singular_values(batch[i])
        np.testing.assert_allclose(values[i], one, atol=1e2 * EPS * one[0])
        assert dims[i] == effective_dimension(batch[i], tolerance=1e-3)
    np.testing.assert_allclose(
        hankel_singular_values(batch.map(torch.from_numpy)).numpy(), values, atol=1e-15
    )


@given(st.integers(1, 5), st.integers(0, 10), st.integers(0, 2**32 - 1))
def test_unreachable_states_do_not_count(order, padding, seed):
    """A teacher hidden by zero padding and a rotation has the dimension of the teacher."""
    rng = np.random.default_rng(seed)
    small = teacher(np.linspace(-0.8, 0.95, order), rng.uniform(0.5, 1.0, order) * rng.choice([-1, 1], order))
    d = order + padding
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A = np.zeros((d, d))
    A[:order, :order] = small.A
    pad = np.zeros(padding)
    hidden = LinearRNN(Q @ A @ Q.T, Q @ np.r_[small.B, pad], Q @ np.r_[small.C, pad])
    assert effective_dimension(hidden, tolerance=1e-10) == order
    lean = reduce(hidden, order)
    assert lean.dim == order
    np.testing.assert_allclose(impulse_response(lean, 100), impulse_response(small, 100), atol=1e-8)


def test_dimension_of_nothing_is_zero():
    assert effective_dimension(teacher([0.5], [0.0])) == 0


@pytest.mark.parametrize("structure", ["symmetric", "free"])
def test_reduction_errs_by_no_more_than_twice_the_tail(structure):
    """Enns and Glover bound the H∞ error, checked on the unit circle, and with it each lag."""
    rnn = stable(8, 0.9, 4, structure)
    values = hankel_singular_values(rnn)
    z = np.exp(1j * np.linspace(0, np.pi, 400))
    for dim in range(1, 8):
        small = reduce(rnn, dim)
        bound = 2 * values[dim:].sum()
        gap = np.abs(_transfer(rnn, z) - _transfer(small, z)).max()
        lags = np.abs(impulse_response(rnn, 300) - impulse_response(small, 300)).max()
        assert (
            values[dim] * (1 - 1e-9) <= gap <= bound * (1 + 1e-9)
        )  # no system of this size does better than σ
        assert lags <= gap


def _transfer(rnn, z):
    return np.array([rnn.C @ np.linalg.solve(x * np.eye(rnn.dim) - rnn.A, rnn.B) for x in z])


def test_reduction_is_balanced():
    small = reduce(stable(6, 0.95, 5, structure="free"), 6)
    reach = solve_discrete_lyapunov(small.A, np.outer(small.B, small.B))
    observe = solve_discrete_lyapunov(small.A.T, np.outer(small.C, small.C))
    sigma = np.diag(hankel_singular_values(small))
    np.testing.assert_allclose(reach, sigma, atol=1e-10 * sigma.max())
    np.testing.assert_allclose(observe, sigma, atol=1e-10 * sigma.max())


def test_reduction_keeps_symmetry_and_balance():
    full = stable(7, 0.9, 6, structure="symmetric")
    small = reduce(LinearRNN(full.A, full.B, full.B), 3)
    np.testing.assert_allclose(small.A, small.A.T, atol=1e-13)
    np.testing.assert_allclose(small.B, small.C, atol=1e-13)
    assert (spectral_measure(LinearRNN((small.A + small.A.T) / 2, small.B, small.B))[1] >= 0).all()


def test_realization_is_exact_from_twice_the_dimension_on():
    for dim, length in ((3, 6), (3, 7), (3, 12)):
        found = realize(impulse_response(LONG, length), dim)
        error = np.abs(impulse_response(found, 501) - impulse_response(LONG, 501)).max()
        condition = np.linalg.cond(hankel(impulse_response(LONG, 3), impulse_response(LONG, 5)[2:]))
        assert error <= 1e3 * condition * EPS


def test_realization_agrees_with_python_control():
    m = impulse_response(stable(6, 0.9, 7, structure="free"), 21)
    markov = np.r_[0.0, m]  # python-control counts from the feed-through D
    theirs, singular = control.eigensys_realization(markov[None, None, :], 3, m=10, n=11)
    ours = realize(m, 3)
    np.testing.assert_allclose(
        impulse_response(ours, 40),
        impulse_response(LinearRNN(theirs.A, theirs.B[:, 0], theirs.C[0]), 40),
        atol=1e-12,
    )
    np.testing.assert_allclose(np.linalg.svd(hankel(m[:10], m[9:20]), compute_uv=False), singular, atol=1e-12)


def test_realization_is_the_finite_lag_reduction():
    rnn = stable(6, 1.05, 8, structure="free")
    np.testing.assert_allclose(
        impulse_response(realize(impulse_response(rnn, 20), 3), 30),
        impulse_response(reduce(rnn, 3, horizon=10), 30),
        rtol=1e-9,
    )


def test_realization_in_torch():
    found = realize(torch.tensor([1.0, 0.5, 0.25, 0.125], dtype=torch.float64), 1)
    assert isinstance(found.A, torch.Tensor)
    assert float(found.A[0, 0]) == pytest.approx(0.5)


def test_errors_name_the_argument(plain):
    with pytest.raises(ValueError, match="tolerance must be in"):
        effective_dimension(LONG, tolerance=0.0)
    with pytest.raises(ValueError, match="horizon must be a whole number"):
        hankel_singular_values(LONG, horizon=0)
    with pytest.raises(ValueError, match="d = 4 exceeds the 3 states"):
        reduce(LONG, 4)
    with pytest.raises(ValueError, match="order 1 to rounding"):
        reduce(teacher([0.5, 0.5], [1.0, 1.0]), 2)
    with pytest.raises(ValueError, match="pass rnn"):
        reduce(random_student(3, 0.1, np.random.default_rng(0), batch=(2,)), 1)
    with pytest.raises(ValueError, match=r"at least 2 \* d = 6"):
        realize(impulse_response(LONG, 5), 3)
    with pytest.raises(ValueError, match="use d=3"):
        realize(impulse_response(LONG, 12), 4)


@pytest.mark.parametrize(
    "measure",
    [
        lambda: hankel_singular_values(teacher([50.0, 0.5], [1e-3, 1.0]), horizon=200),
        lambda: effective_dimension(random_student(300, 3.0, np.random.default_rng(0))),
        lambda: reduce(teacher([50.0, 0.5], [1e-3, 1.0]), 1, horizon=200),
    ],
)
def test_responses_that_overflow_are_refused_with_the_way_out(measure):
    with pytest.raises(ValueError, match=r"overflow within \d+ lags; pass a smaller horizon"):
        measure()


def test_of_a_system_that_answers_nothing_no_state_is_kept():
    for keep in (lambda: reduce(teacher([0.5], [0.0]), 1), lambda: realize(np.zeros(10), 1)):
        with pytest.raises(ValueError, match="zero at every lag, so there is no state to keep"):
            keep()


def test_with_a_horizon_the_number_of_states_does_not_jump_at_the_circle():
    counts = [
        effective_dimension(teacher([1 - gap, 0.5], [1.0, 1.0]), horizon=50)
        for gap in (1e-3, 1e-10, 1e-14, 0.0)
    ]
    assert counts == [2] * 4


@pytest.mark.parametrize("scale", [1e-170, 1e-20, 1e200])
@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_values_do_not_depend_on_how_the_weight_is_shared(scale, kind):
    rnn = LinearRNN(np.array([[0.5]]), np.array([scale]), np.array([1 / scale])).map(kind)
    assert float(hankel_singular_values(rnn)[0]) == pytest.approx(4 / 3, rel=1e-12)
