"""The moment problem against quadrature rules, canonical moments, python-control and its own theorems."""

import control
import numpy as np
import pytest
from helpers import teachers
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from lowdim.moments.families import bordered_teacher, interlacing_pair
from lowdim.moments.gauss import chebyshev_moments, hankel, quadrature, recover_teacher
from lowdim.moments.tangents import moment_tangents
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

EPS = np.finfo(np.float64).eps


def test_hankel_matrix_of_few_atoms_has_their_number_as_rank_and_shift_multiplies_by_the_pole():
    poles, weights = np.array([-0.6, 0.1, 0.9]), np.array([0.5, 0.3, 0.2])
    m = impulse_response(teacher(poles, weights), 10)
    V = np.vander(poles, 5, increasing=True).T
    np.testing.assert_allclose(hankel(m[:9]), V @ np.diag(weights) @ V.T, atol=1e-15)
    np.testing.assert_allclose(hankel(m, 1), V @ np.diag(weights * poles) @ V.T, atol=1e-15)
    assert np.linalg.matrix_rank(hankel(m)) == 3
    assert hankel(np.ones((2, 4))).shape == (2, 2, 2)
    with pytest.raises(ValueError, match="more entries than shift = 3"):
        hankel(m[:3], shift=3)
    with pytest.raises(ValueError, match="shift must be a whole number of at least 0, but is -1"):
        hankel(m, shift=-1)


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_gauss_legendre_from_powers_to_what_conditioning_allows(n):
    x, w = np.polynomial.legendre.leggauss(n)
    moments = np.array([2 / (j + 1) if j % 2 == 0 else 0.0 for j in range(2 * n)])
    poles, weights = quadrature(moments)
    allowed = EPS * np.linalg.cond(hankel(moments))
    np.testing.assert_allclose(poles, x, rtol=0, atol=allowed)
    np.testing.assert_allclose(weights, w, rtol=0, atol=allowed)


@pytest.mark.parametrize("n", [3, 30, 150])
def test_gauss_legendre_from_chebyshev_moments_keeps_its_digits(n):
    x, w = np.polynomial.legendre.leggauss(n)
    moments = np.array([2 / (1 - j**2) if j % 2 == 0 else 0.0 for j in range(2 * n)])
    poles, weights = quadrature(moments, basis="chebyshev")
    # The Gram matrix of T_j for dx has condition number of order n^2, the error of eigh is n eps.
    np.testing.assert_allclose(poles, x, rtol=0, atol=10 * n * EPS)
    np.testing.assert_allclose(weights, w, rtol=0, atol=10 * n * EPS)


@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.5), (-0.5, 1.5), (2.0, 0.0)])
def test_gauss_jacobi_from_the_moments_of_a_finer_rule(alpha, beta):
    fine, heavy = roots_jacobi(40, alpha, beta)
    moments = heavy @ np.polynomial.chebyshev.chebvander(fine, 39)
    poles, weights = quadrature(moments, basis="chebyshev")
    x, w = roots_jacobi(20, alpha, beta)
    # The Gram matrix of T_j for this weight has condition number of order n^(2 max(alpha, beta) + 1).
    allowed = EPS * 20 ** (2 * max(alpha, beta) + 1)
    np.testing.assert_allclose(poles, x, rtol=0, atol=allowed)
    np.testing.assert_allclose(weights, w, rtol=0, atol=allowed * w.sum())


def test_double_precision_carries_some_twenty_atoms_in_powers():
    moments = np.array([2 / (j + 1) if j % 2 == 0 else 0.0 for j in range(100)])
    carried = len(quadrature(moments)[0])
    assert (
        17 <= carried <= 23
    )  # (1 + sqrt 2)^(2n) sqrt n, what powers lose on [-1, 1], passes 1e16 near n = 20
    x, _ = np.polynomial.legendre.leggauss(15)
    error = np.abs(quadrature(moments[:30])[0] - x).max()
    assert 1e-10 < error < 1e-7


@settings(max_examples=200)
@given(teachers())
def test_twice_as_many_responses_as_poles_recover_the_teacher(measure):
    poles, weights = measure
    d = len(poles)
    m = impulse_response(teacher(poles, weights), 2 * d + 3)
    V = np.vander(poles, d, increasing=True)
    # Moments off by eps move the Hankel pencil by eps; V diagonalizes it with condition cond(V)^2 / min w.
    allowed = 20 * EPS * np.linalg.cond(V) ** 2 / weights.min()
    for k in (2 * d, 2 * d + 1, 2 * d + 2, 2 * d + 3) if d > 1 else (2, 3, 4):
        found, heavy = quadrature(m[:k])
        assert found.shape == (d,)
        np.testing.assert_allclose(found, poles, rtol=0, atol=allowed)
        np.testing.assert_allclose(heavy, weights, rtol=0, atol=10 * allowed)


def test_the_recovered_teacher_is_the_one_that_python_control_realizes():
    poles, weights = np.array([-0.7, 0.2, 0.9]), np.array([0.5, 0.3, 0.2])
    m = impulse_response(teacher(poles, weights), 6)
    found = recover_teacher(m)
    system = control.ss(found.A, found.B[:, None], found.C[None], 0, True)
    # control counts the direct term, zero here, as the first entry of an impulse response.
    _, response = control.impulse_response(system, 30)
    np.testing.assert_allclose(response[1:], impulse_response(teacher(poles, weights), 30), atol=1e-12)
    longer = np.concatenate([[0.0], impulse_response(teacher(poles, weights), 12)])
    realized, _ = control.eigensys_realization(longer, r=3, dt=True)
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(realized.A).real), np.diag(found.A), atol=1e-12)


def test_chebyshev_moments_are_integrals_of_chebyshev_polynomials():
    rnn = random_student(6, 0.2, np.random.default_rng(0), batch=(3,))
    poles, weights = spectral_measure(rnn)
    expected = np.stack(
        [w @ np.polynomial.chebyshev.chebvander(x, 8) for x, w in zip(poles, weights, strict=True)]
    )
    np.testing.assert_allclose(chebyshev_moments(rnn, 9), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        ([1.0], "at least two"),
        ([1.0, np.nan], "at least two finite"),
        ([-1.0, 0.0], "degree 0"),
        ([1.0, 0.0, -0.1, 0.0], "degree 1"),
        ([1.0, 0.0, 0.0, 5.0], "leave room for 1 atoms"),
        ([0.0, 1.0], "leave room for 0 atoms"),
    ],
)
def test_moments_of_no_measure_are_refused(moments, message):
    with pytest.raises(ValueError, match=message):
        quadrature(moments)


def test_responses_of_a_signed_measure_are_refused():
    m = impulse_response(teacher([0.9, 0.5, -0.5], [0.6, -0.4, 0.3]), 6)
    with pytest.raises(ValueError, match="no non-negative measure"):
        quadrature(m)
    with pytest.raises(ValueError, match="basis must be"):
        quadrature(m, basis="legendre")


@settings(max_examples=100)
@given(teachers(), st.floats(-2, 2), st.floats(0.05, 2))
def test_a_bordered_teacher_agrees_on_2d_responses_and_then_parts(measure, alpha, beta):
    truth = teacher(*measure)
    d = truth.dim
    bordered = bordered_teacher(truth, beta, alpha)
    np.testing.assert_array_equal(bordered.B, bordered.C)
    difference = impulse_response(bordered, 2 * d + 1) - impulse_response(truth, 2 * d + 1)
    scale = max(2.0, abs(alpha) + beta) ** (2 * d + 1)
    np.testing.assert_allclose(difference[:-1], 0, atol=1e-14 * scale)
    q, _ = np.linalg.qr(np.vander(measure[0], d, increasing=True) * np.sqrt(measure[1])[:, None])
    reach = q[:, -1] @ (measure[0] ** (d - 1) * np.sqrt(measure[1]))
    assert difference[-1] == pytest.approx(beta**2 * reach**2, abs=1e-14 * scale)
    poles, _ = spectral_measure(bordered)
    inner = np.sort(measure[0])
    assert (poles[:-1] <= inner + 1e-12).all()
    assert (inner <= poles[1:] + 1e-12).all()


def test_a_teacher_that_is_a_batch_or_not_balanced_is_not_bordered():
    with pytest.raises(ValueError, match="balanced"):
        bordered_teacher(teacher([0.5, 0.1], [1.0, -1.0]), 0.1, 0.0)
    with pytest.raises(ValueError, match="batch axes"):
        bordered_teacher(teacher([[0.5]], [[1.0]]), 0.1, 0.0)


@pytest.mark.parametrize(
    ("poles", "weights"), [([0.5, 0.5], [1.0, 2.0]), ([0.9, 0.5], [1.0, 0.0]), ([0.3], [0.0])]
)
def test_a_teacher_with_states_that_are_never_reached_is_not_bordered(poles, weights):
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((len(poles), len(poles))))[0]
    straight = teacher(poles, weights)
    A = turn @ straight.A @ turn.T
    for rnn in (straight, LinearRNN((A + A.T) / 2, turn @ straight.B, turn @ straight.B)):
        with pytest.raises(ValueError, match=f"B must reach all {len(poles)} states.*recover_teacher"):
            bordered_teacher(rnn, 0.1, 0.0)


@settings(max_examples=100)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_an_interlacing_pair_shares_exactly_2d_responses(d, seed):
    rng = np.random.default_rng(seed)
    points = np.linspace(-1, 1, 2 * d + 1) + rng.uniform(-0.4, 0.4, 2 * d + 1) / (2 * d)
    truth, impostor = interlacing_pair(points)
    assert (truth.dim, impostor.dim) == (d, d + 1)
    assert (truth.B * truth.C > 0).all()
    assert (impostor.B * impostor.C > 0).all()
    difference = impulse_response(impostor, 2 * d + 1) - impulse_response(truth, 2 * d + 1)
    np.testing.assert_allclose(difference[:-1], 0, atol=1e-13)
    apart = np.abs(points[:, None] - points + np.eye(len(points))).prod(axis=1)
    assert difference[-1] == pytest.approx(1 / (1 / apart[1::2]).sum(), rel=1e-6)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_the_unit_of_interlacing_points_does_not_matter(unit):
    points = np.array([-1.0, -0.25, 0.0, 0.5, 0.75])
    for ours, plain_one in zip(interlacing_pair(unit * points), interlacing_pair(points), strict=True):
        np.testing.assert_allclose(ours.A, unit * plain_one.A, rtol=1e-12)
        np.testing.assert_allclose(ours.B, plain_one.B, rtol=1e-12)


def test_points_whose_weights_have_no_floats_are_refused():
    with pytest.raises(ValueError, match=r"points have distances from 1e-200 to 2, and the product of 4"):
        interlacing_pair([-1.0, 0.0, 1e-200, 2e-200, 1.0])


@pytest.mark.parametrize("moments", [[True, False], [1.0, np.True_], np.array([True, False]), ["1", "0.5"]])
def test_booleans_and_text_are_no_moments(moments, plain):
    for function in (quadrature, recover_teacher, hankel):
        with pytest.raises(TypeError, match="moments must be real numbers, but is"):
            function(moments)


def test_silence_has_no_smallest_teacher():
    with pytest.raises(ValueError, match=r"responses must not all be zero.*teacher\(\[0\.0\], \[0\.0\]\)"):
        recover_teacher([0.0, 0.0])


@pytest.mark.parametrize("points", [[0.0, 1.0], [0.0], [0.0, 0.0, 1.0], [1.0, 0.0, -1.0], [0.0, 1.0, np.inf]])
def test_points_that_cannot_interlace_are_refused(points):
    with pytest.raises(ValueError, match="points must be"):
        interlacing_pair(points)


def test_a_rotated_student_has_the_same_quadrature():
    rng = np.random.default_rng(1)
    q = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    poles, b = np.array([-0.5, 0.1, 0.8]), q @ np.ones(3)
    found, weights = quadrature(impulse_response(LinearRNN((q * poles) @ q.T, b, b), 6))
    np.testing.assert_allclose(found, poles, atol=1e-13)
    np.testing.assert_allclose(weights, 1.0, atol=1e-13)


def test_tangents_are_derivatives():
    poles, weights, h = np.array([0.9, -0.5]), np.array([0.6, 0.4]), 1e-6
    got = moment_tangents(poles, weights, 12)

    def moments(w, x):
        return (w * x ** np.arange(12)[:, None]).sum(1)

    for i in range(2):
        up, down = weights + h * np.eye(2)[i], weights - h * np.eye(2)[i]
        np.testing.assert_allclose(
            got[:, i], (moments(up, poles) - moments(down, poles)) / (2 * h), atol=1e-8
        )
        up, down = poles + h * np.eye(2)[i], poles - h * np.eye(2)[i]
        np.testing.assert_allclose(
            got[:, 2 + i], (moments(weights, up) - moments(weights, down)) / (2 * h), atol=1e-8
        )
