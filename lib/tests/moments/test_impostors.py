"""Impostors keep what their theorems promise, over random teachers; the theorems' other side is exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowdim.moments.impostors import disguise, impostor, is_forced, misfit, sharp_impostor
from lowdim.systems.linear import LinearRNN, impulse_response, spectral_measure
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

EPS = np.finfo(float).eps
kinds = st.sampled_from(["symmetric", "free"])
seeds = st.integers(0, 2**32 - 1)


def spread_out(n, rng, low=-0.95, high=0.95):
    """n numbers in an interval, no two of them closer than a third of the mean spacing."""
    cell = (high - low) / n
    return low + cell * (np.arange(n) + rng.uniform(1 / 3, 2 / 3, n))


@given(n=st.integers(1, 10), seed=seeds)
def test_n_poles_say_any_n_numbers(n, seed):
    rng = np.random.default_rng(seed)
    m, z = rng.uniform(-1, 1, n), spread_out(n, rng)
    student = impostor(m, z)
    assert student.dim == n
    # What n additions of terms of this size may lose.
    size = np.abs(student.B * student.C) @ np.abs(z) ** np.arange(n)[:, None]
    np.testing.assert_array_less(np.abs(impulse_response(student, n) - m), 20 * n * EPS * size.max())


@given(
    size=st.integers(1, 4),
    extra=st.integers(0, 7),
    excess=st.sampled_from([-30.0, -0.5, -1e-3, 1e-3, 0.5, 30.0]),
    signed=st.booleans(),
    seed=seeds,
)
def test_fewer_states_than_lags_deceive(size, extra, excess, signed, seed):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.2, 1, size) * (rng.choice([-1, 1], size) if signed else 1)
    truth, k = teacher(spread_out(size, rng), weights), 2 * size + extra
    m = impulse_response(truth, k + 1)
    m[k] += excess
    student = sharp_impostor(truth, k, m[k])
    assert student.dim == k + 1 - size
    poles = np.diag(student.A)
    np.testing.assert_allclose(impulse_response(student, k + 1), m, rtol=1e-11, atol=1e-11)
    # With any one of its poles gone nothing fits: theorem (i) says that k - size states cannot.
    assert min(misfit(m, np.delete(poles, l)) for l in range(student.dim)) > 1e-9
    # The error goes on as the recurrence of all k + 1 poles, teacher's included, from excess at lag k.
    error = impulse_response(student, k + 3) - impulse_response(truth, k + 3)
    first = np.sum(poles) + np.sum(np.diag(truth.A))
    assert error[k + 1] / excess == pytest.approx(first, rel=1e-6, abs=1e-6)


def test_a_small_excess_needs_no_pole_beyond_one():
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    tame = sharp_impostor(truth, 5, impulse_response(truth, 6)[5] + 1e-3)
    wild = sharp_impostor(truth, 5, impulse_response(truth, 6)[5] + 1.0)
    assert np.abs(np.diag(tame.A)).max() < 1 < np.abs(np.diag(wild.A)).max()


@given(d=st.integers(1, 8), size=st.integers(1, 3), k=st.integers(1, 12), kind=kinds, seed=seeds)
def test_lag_k_is_forced_exactly_when_the_states_are_few(d, size, k, kind, seed):
    rng = np.random.default_rng(seed)
    truth = teacher(spread_out(size, rng), rng.uniform(0.2, 1, size))
    assert is_forced(random_student(d, 0.4, rng, kind), truth, k) == (d + size <= k)


def test_a_student_with_idle_states_is_forced_earlier():
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    idle = disguise(teacher([0.9], [1.0]), 1, np.random.default_rng(0))
    assert is_forced(idle, truth, 2)  # it shares a pole with the teacher: 2 states in all
    student = LinearRNN(np.diag([0.1, 0.2]), np.ones(2), np.array([1.0, 0.0]))
    assert is_forced(student, truth, 3)  # one state is not seen
    assert not is_forced(student, truth, 2)


@given(n=st.integers(1, 5), idle=st.integers(0, 5), seed=seeds)
def test_a_disguise_changes_no_response(n, idle, seed):
    rng = np.random.default_rng(seed)
    rnn = teacher(spread_out(n, rng), rng.uniform(-1, 1, n))
    hidden = disguise(rnn, n + idle, rng)
    assert hidden.dim == n + idle
    assert (hidden.A == hidden.A.T).all()
    np.testing.assert_allclose(impulse_response(hidden, 20), impulse_response(rnn, 20), rtol=0, atol=1e-13)
    poles, weights = spectral_measure(hidden)
    for pole, weight in zip(np.diag(rnn.A), rnn.B * rnn.C, strict=True):
        assert weights[np.abs(poles - pole) < 1e-10].sum() == pytest.approx(weight, abs=1e-10)


truth, rng = teacher([0.9, -0.5], [0.6, 0.4]), np.random.default_rng(0)
CLOSE = np.linspace(-1e-4, 1e-4, 5)
WRONG = {
    "there are 1 poles and 2 responses": lambda: impostor([1.0, 2.0], [0.5]),
    r"no more poles than responses, .*\(1,\) and \(2,\)": lambda: impostor([1.0], [0.5, 0.1]),
    r"shapes \(1, 1\) and": lambda: misfit(np.ones((1, 1)), [0.5]),
    "poles must be distinct": lambda: impostor([1.0, 2.0], [0.5, 0.5]),
    "responses has 1 NaN": lambda: impostor([np.nan], [0.5]),
    "poles has 1 NaN": lambda: impostor([1.0], [np.inf]),
    "take weights of up to 9e.11, which float64": lambda: impostor([1, 0.9, 0.8, 0.7, 0.7], CLOSE),
    "take weights of up to inf, which float64": lambda: impostor([1.0, 0.5, 0.2, 0.2, 9.0], CLOSE * 1e104),
    "k must be at least 2 . 2, .* but is 3": lambda: sharp_impostor(truth, 3, 1.0),
    "teacher must have distinct poles": lambda: sharp_impostor(teacher([0.5, 0.5], [1.0, 1.0]), 4, 1.0),
    "no zero weight": lambda: sharp_impostor(teacher([0.5, 0.4], [1.0, 0.0]), 4, 1.0),
    "next_response is the teacher's own": lambda: sharp_impostor(truth, 4, impulse_response(truth, 5)[4]),
    "no real poles found that answer -1e.90 at lag 4": lambda: sharp_impostor(truth, 4, -1e90),
    "d must be at least 2": lambda: disguise(truth, 1, rng),
    "A is not symmetric": lambda: disguise(LinearRNN(np.triu(np.ones((2, 2))), *np.ones((2, 2))), 3, rng),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_value_gets_one_clear_error(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG[message]()


def test_a_seed_is_not_a_generator(plain):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        disguise(truth, 3, 0)


@given(st.integers(0, 2**32 - 1))
def test_a_rotated_teacher_has_impostors_too(seed):
    rng = np.random.default_rng(seed)
    truth = teacher([0.9, -0.3], [0.6, 0.4])
    student = sharp_impostor(disguise(truth, 2, rng), 5, 0.9)
    answer = impulse_response(truth, 6)
    assert impulse_response(student, 6) == pytest.approx([*answer[:5], 0.9], abs=1e-9)


def test_a_batch_is_not_disguised():
    crowd = teacher([[0.5, 0.2], [0.9, 0.1]], [[1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match=r"batch axes \(2,\)"):
        disguise(crowd, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="next_response must be a finite number"):
        sharp_impostor(crowd[0], 4, np.nan)
