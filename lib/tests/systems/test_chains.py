"""Chains as systems: autocorrelations by powers, by the spectrum and by runs; what is no chain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowdim.systems.chains import (
    from_chain,
    integrated_time,
    metropolis,
    random_walk,
    run_chain,
    spectral_gap,
)
from lowdim.systems.linear import impulse_response, spectral_measure
from lowdim.systems.teachers import teacher

seeds = st.integers(0, 2**32 - 1)


def drawn(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    W = rng.uniform(0.1, 1, (n, n))
    P = (
        random_walk(W + W.T)
        if rng.integers(2)
        else metropolis(rng.uniform(0.1, 1, n), int(rng.integers(1, 4)))
    )
    return P, rng.standard_normal(n)


@given(seeds)
def test_responses_are_autocorrelations_and_moments_of_a_measure(seed):
    P, f = drawn(seed)
    rnn = from_chain(P, f)
    pi = np.linalg.matrix_power(P, 2**20)[0]
    g = f - pi @ f
    direct = [pi @ (g * (np.linalg.matrix_power(P, q) @ g)) / (pi @ g**2) for q in range(12)]
    np.testing.assert_allclose(impulse_response(rnn, 12), direct, atol=1e-9)
    assert np.array_equal(rnn.A, rnn.A.T)
    poles, weights = spectral_measure(rnn)
    assert np.abs(poles).max() <= 1 + 1e-12
    assert weights.min() >= -1e-12
    assert spectral_gap(P) == pytest.approx(1 - np.sort(np.linalg.eigvals(P).real)[-2], abs=1e-9)


@given(seeds)
def test_the_integrated_time_is_the_sum_of_autocorrelations(seed):
    rnn = from_chain(*drawn(seed))
    rho = impulse_response(rnn, 4000)
    assert integrated_time(rnn) == pytest.approx(1 + 2 * rho[1:].sum(), rel=1e-8)


def test_a_drift_is_not_reversible():
    P = 0.7 * np.roll(np.eye(5), 1, axis=1) + 0.3 * np.roll(np.eye(5), -1, axis=1)
    rnn = from_chain(P, np.arange(5.0))
    assert not np.allclose(rnn.A, rnn.A.T)
    np.testing.assert_array_equal(rnn.B, rnn.C)
    with pytest.raises(ValueError, match="not reversible"):
        spectral_gap(P)


def test_runs_visit_states_as_often_as_they_should_and_step_as_the_matrix_says():
    P = random_walk(np.array([[1.0, 2.0, 0.0], [2.0, 0.0, 1.0], [0.0, 1.0, 3.0]]))
    path = run_chain(P, 3, 20_000, np.random.default_rng(0))
    assert path.shape == (3, 20_000)
    steps = np.zeros((3, 3))
    np.add.at(steps, (path[:, :-1].ravel(), path[:, 1:].ravel()), 1)
    np.testing.assert_allclose(steps / steps.sum(axis=1, keepdims=True), P, atol=0.02)
    assert steps[P == 0].sum() == 0
    np.testing.assert_allclose(np.bincount(path.ravel()) / path.size, [0.3, 0.3, 0.4], atol=0.02)


def test_metropolis_has_its_target():
    density = np.array([1.0, 5.0, 2.0, 0.5])
    P = metropolis(density, 2)
    np.testing.assert_allclose(density @ P, density, atol=1e-12)
    np.testing.assert_allclose(density[:, None] * P, (density[:, None] * P).T, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random_walk(np.array([[0.0, 1.0], [2.0, 0.0]])), "symmetric and not negative"),
        (lambda: random_walk(np.zeros((2, 2))), "without an edge"),
        (lambda: random_walk(np.empty((0, 0))), r"\(n, n\) with n >= 1, but has shape \(0, 0\)"),
        (lambda: random_walk(np.ones(3)), r"\(n, n\) with n >= 1, but has shape \(3,\)"),
        (lambda: metropolis(np.empty(0)), r"density must hold at least one point.*\(0,\)"),
        (lambda: from_chain(np.empty((0, 0)), np.empty(0)), "transition must be square"),
        (lambda: metropolis(np.array([1.0, 0.0])), "density must be positive"),
        (lambda: from_chain(np.array([[0.5, 0.6], [0.5, 0.5]]), np.arange(2.0)), "rows of sum 1"),
        (lambda: from_chain(np.eye(2), np.arange(2.0)), "falls apart"),
        (lambda: from_chain(np.full((2, 2), 0.5), np.ones(2)), "same in every state"),
        (lambda: from_chain(np.full((2, 2), 0.5), np.array([0.0, np.nan])), "observable has 1 NaN"),
        (lambda: spectral_gap(np.ones((1, 1))), "transition has one state"),
    ],
)
def test_what_is_no_chain_is_refused(call, message, plain):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_the_unit_of_an_observable_does_not_matter(unit):
    P, f = drawn(3)
    np.testing.assert_allclose(from_chain(P, unit * f).B, from_chain(P, f).B, rtol=1e-12)


@pytest.mark.parametrize(
    "rnn", [teacher([1.5], [1.0]), teacher([0.5, 1.0], [1.0, 1.0]), teacher([0.5, 0.2], [1.0, -1.0])]
)
def test_a_sum_that_is_none_is_refused(rnn, plain):
    with pytest.raises(ValueError, match="rnn must be stable with a positive response at lag 0"):
        integrated_time(rnn)


def test_a_chain_that_swaps_two_states_has_a_mean_without_noise():
    assert integrated_time(from_chain(np.array([[0.0, 1.0], [1.0, 0.0]]), np.arange(2.0))) == 0.0


def test_a_seed_is_no_generator(plain):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        run_chain(np.full((2, 2), 0.5), 1, 2, 0)
