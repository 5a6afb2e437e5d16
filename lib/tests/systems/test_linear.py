"""Responses and recurrences against honest loops, scipy.signal and exact integers; every error message."""

import math

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from lowdim.systems import linear
from lowdim.systems.linear import LinearRNN, impulse_response, simulate, spectral_measure, stack
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher

EPS = np.finfo(float).eps
seeds = st.integers(0, 2**32 - 1)
dims = st.integers(1, 8)


def contraction(d, rng, batch=()):
    """A random system with spectral norm of A equal to 1 and unit B, C, so that all |m_j| <= 1."""
    A = rng.standard_normal((*batch, d, d))
    B, C = rng.standard_normal((2, *batch, d))
    A /= np.linalg.norm(A, 2, axis=(-2, -1), keepdims=True)
    return LinearRNN(A, *(x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (B, C)))


def loop(rnn, inputs):
    """The recurrence for one system and one sequence, number by number."""
    h, outputs = np.zeros(rnn.dim), []
    for x in inputs:
        h = rnn.A @ h + rnn.B * x
        outputs.append(rnn.C @ h)
    return np.array(outputs)


def rounding(rnn, length):
    """What a contraction may lose: each of `length` products rounds by at most d eps, twice over."""
    return 4 * length * rnn.dim * EPS


# Lengths beyond 64, here with at most 8 states, take the two-sided product: both ways are drawn.
@given(d=dims, length=st.integers(1, 200), seed=seeds)
def test_impulse_response_is_the_recurrence_fed_with_one_impulse(d, length, seed):
    rnn = contraction(d, np.random.default_rng(seed))
    impulse = np.eye(1, length)[0]
    np.testing.assert_allclose(
        impulse_response(rnn, length), loop(rnn, impulse), rtol=0, atol=rounding(rnn, length)
    )


@given(d=dims, length=st.integers(1, 150), seed=seeds)
def test_impulse_response_against_scipy_dimpulse(d, length, seed):
    rnn = contraction(d, np.random.default_rng(seed))
    # scipy's state lags one step behind ours: x[t+1] = A x[t] + B u[t], y[t] = C x[t].
    system = (rnn.A, rnn.B[:, None], rnn.C[None], np.zeros((1, 1)), 1)
    _, (theirs,) = scipy.signal.dimpulse(system, n=length + 1)
    np.testing.assert_allclose(
        impulse_response(rnn, length), theirs[1:, 0], rtol=0, atol=rounding(rnn, length)
    )


@given(d=dims, T=st.integers(1, 120), seed=seeds)
def test_simulate_is_the_loop_and_the_convolution(d, T, seed):
    rng = np.random.default_rng(seed)
    rnn, x = contraction(d, rng), rng.uniform(-1, 1, T)
    outputs, tolerance = simulate(rnn, x), rounding(rnn, T) * T
    np.testing.assert_allclose(outputs, loop(rnn, x), rtol=0, atol=tolerance)
    np.testing.assert_allclose(outputs, np.convolve(impulse_response(rnn, T), x)[:T], rtol=0, atol=tolerance)


def test_simulate_against_scipy_lfilter():
    poles, weights = [0.9, 0.3, -0.6], [0.5, -1.0, 0.8]
    numerator, denominator = scipy.signal.invresz(weights, poles, [])
    x = np.random.default_rng(0).standard_normal((4, 300))
    theirs = scipy.signal.lfilter(numerator, denominator, x)
    np.testing.assert_allclose(simulate(teacher(poles, weights), x), theirs, rtol=0, atol=1e-12)


def test_a_system_with_many_states_for_its_lags_takes_no_power_of_its_matrix(monkeypatch):
    rng, taken, rows = np.random.default_rng(8), [], linear.krylov
    monkeypatch.setattr(linear, "krylov", lambda A, b, length: taken.append(length) or rows(A, b, length))
    for d, length, expected in (
        (20, 150, [12, 13]),
        (90, 90, [9, 10]),
        (180, 150, [150]),
        (180, 161, [12, 14]),
        (20, 64, [64]),
    ):
        taken.clear()
        rnn = contraction(d, rng)
        found = impulse_response(rnn, length)
        assert taken == expected
        assert found.shape == (length,)
        exact = loop(rnn, np.eye(1, length)[0])
        np.testing.assert_allclose(found, exact, rtol=0, atol=rounding(rnn, length))


def test_integer_systems_answer_exactly():
    fibonacci = LinearRNN(np.array([[1.0, 1.0], [1.0, 0.0]]), np.eye(2)[0], np.eye(2)[0])
    exact = [1, 1]
    while len(exact) < 78:  # the 78th is the last below 2^53
        exact.append(exact[-1] + exact[-2])
    for length in (1, 2, 64, 65, 78):
        assert impulse_response(fibonacci, length).tolist() == exact[:length]
    assert simulate(fibonacci, np.eye(1, 78)[0]).tolist() == exact


def test_responses_do_not_depend_on_the_coordinates_of_the_state():
    rng = np.random.default_rng(1)
    rnn = contraction(6, rng)
    g = 2.0 ** rng.integers(-8, 9, 6)  # powers of two round nothing, so equality is exact
    moved = LinearRNN(rnn.A * g[:, None] / g, rnn.B * g, rnn.C / g)
    for length in (10, 100):
        np.testing.assert_array_equal(impulse_response(moved, length), impulse_response(rnn, length))


@pytest.mark.parametrize("pole", [0.999, 1.0, -0.98, 1.02])
def test_ten_thousand_lags_against_the_closed_form(pole):
    rng = np.random.default_rng(2)
    Q = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    diagonal = teacher([pole, 0.5, -0.2, 0.1, 0.0], [2.0, 1.0, -3.0, 0.5, 1.0])
    rotated = LinearRNN(Q @ diagonal.A @ Q.T, Q @ diagonal.B, Q @ diagonal.C)
    lags = np.arange(10_000)
    poles = np.diag(diagonal.A)
    exact = (diagonal.B * diagonal.C) @ poles[:, None] ** lags
    # Turning the axes perturbs the pole by a few eps, which lag j feels j times over.
    scale = 7.5 * np.maximum(1.0, abs(pole)) ** lags
    assert (np.abs(impulse_response(rotated, 10_000) - exact) <= 20 * (lags + 1) * EPS * scale).all()


@given(d=dims, batch=st.sampled_from([(3,), (2, 3), (0,)]), length=st.sampled_from([1, 7, 80]), seed=seeds)
def test_a_batch_answers_like_its_members(d, batch, length, seed):
    rng = np.random.default_rng(seed)
    rnn, x = contraction(d, rng, batch), rng.uniform(-1, 1, length)
    responses, outputs = impulse_response(rnn, length), simulate(rnn, x)
    assert responses.shape == outputs.shape == (*batch, length)
    for index in np.ndindex(*batch):
        tolerance = rounding(rnn, length)
        np.testing.assert_allclose(responses[index], impulse_response(rnn[index], length), atol=tolerance)
        np.testing.assert_allclose(outputs[index], loop(rnn[index], x), atol=tolerance * length)


@pytest.mark.parametrize(
    ("batch", "leading", "expected"),
    [
        ((), (), ()),
        ((), (4, 2), (4, 2)),
        ((3,), (3,), (3,)),
        ((3,), (4, 1), (4, 3)),
        ((2, 3), (4, 1, 3), (4, 2, 3)),
    ],
)
def test_simulate_broadcasts_sequences_against_systems(batch, leading, expected):
    rng = np.random.default_rng(3)
    rnn, x = contraction(4, rng, batch), rng.standard_normal((*leading, 9))
    outputs = simulate(rnn, x)
    assert outputs.shape == (*expected, 9)
    sequences = np.broadcast_to(x, (*expected, 9))
    for index in np.ndindex(*expected):
        system = rnn[index[len(expected) - len(batch) :]] if batch else rnn
        np.testing.assert_allclose(outputs[index], loop(system, sequences[index]), atol=1e-13)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_torch_gives_the_same_numbers(batch):
    rng = np.random.default_rng(4)
    rnn, x = random_student(5, 0.3, rng, batch=batch), rng.standard_normal(12)
    twin = rnn.map(torch.from_numpy)
    pairs = [(impulse_response(rnn, n), impulse_response(twin, n)) for n in (5, 90)]
    pairs += [(simulate(rnn, x), simulate(twin, torch.from_numpy(x)))]
    pairs += list(zip(spectral_measure(rnn), spectral_measure(twin), strict=True))
    for ours, theirs in pairs:
        assert isinstance(theirs, torch.Tensor)
        np.testing.assert_allclose(theirs.numpy(), ours, rtol=0, atol=1e-14)
    made = teacher(torch.tensor([0.5, 0.2]).double(), torch.tensor([1.0, -4.0]).double())
    assert made.C.tolist() == [1.0, -2.0]


@given(d=dims, seed=seeds, batch=st.sampled_from([(), (3,)]))
def test_responses_are_the_moments_of_the_spectral_measure(d, seed, batch):
    rnn = random_student(d, 0.5 / math.sqrt(d), np.random.default_rng(seed), batch=batch)
    poles, weights = spectral_measure(rnn)
    assert (np.diff(poles, axis=-1) >= 0).all()
    moments = np.sum(weights[..., None] * poles[..., None] ** np.arange(12), axis=-2)
    np.testing.assert_allclose(moments, impulse_response(rnn, 12), rtol=0, atol=1e-11)
    assert (spectral_measure(LinearRNN(rnn.A, rnn.B, rnn.B))[1] >= 0).all()


def test_spectral_measure_finds_a_turned_teacher():
    poles, weights = np.array([-0.8, 0.1, 0.4, 0.9]), np.array([0.3, -1.0, 2.0, 0.5])
    Q = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))[0]
    A, B, C = (lambda t: (t.A, t.B, t.C))(teacher(poles, weights))
    A = Q @ A @ Q.T
    found = spectral_measure(LinearRNN((A + A.T) / 2, Q @ B, Q @ C))
    np.testing.assert_allclose(found, [poles, weights], atol=1e-14)


def test_random_student_has_the_stated_law():
    d, std = 300, 0.01
    for structure in ("symmetric", "free", "diagonal"):
        rnn = random_student(d, std, np.random.default_rng(6), structure)
        free = random_student(d, std, np.random.default_rng(6), "free")
        wanted = {"symmetric": (free.A + free.A.T) / 2, "free": free.A, "diagonal": np.diag(np.diag(free.A))}
        np.testing.assert_array_equal(rnn.A, wanted[structure])
        # A sample variance of n Gaussians has relative deviation sqrt(2 / n); five of them.
        for sample in (free.A, rnn.B, rnn.C):
            assert abs(sample.var() / std**2 - 1) < 5 * math.sqrt(2 / sample.size)
        if structure == "symmetric":  # the edge of the semicircle, up to fluctuations of order d^(-2/3)
            assert abs(np.linalg.norm(rnn.A, 2) / (std * math.sqrt(2 * d)) - 1) < 2 * d ** (-2 / 3)


def test_selecting_and_mapping():
    rnn = random_student(3, 0.1, np.random.default_rng(7), batch=(2, 4))
    assert (rnn.dim, rnn.batch) == (3, (2, 4))
    assert rnn[1].batch == (4,)
    assert rnn[:, -1].batch == (2,)
    np.testing.assert_array_equal(rnn[1, 2].A, rnn.A[1, 2])
    np.testing.assert_array_equal(rnn.map(np.negative).C, -rnn.C)
    with pytest.raises(IndexError, match="no batch axes"):
        rnn[1, 2][0]


eye, one, ok = np.eye(2), np.ones(2), teacher([0.5], [1.0])
rng, three = np.random.default_rng(0), random_student(2, 0.1, np.random.default_rng(0), batch=(3,))
WRONG_TYPES = {
    "A must be a NumPy array or a torch tensor, but is list": lambda: LinearRNN([[1.0]], one, one),
    "B must be real floating .* int64": lambda: LinearRNN(eye, one.astype(int), one),
    "C must be real floating .* complex128": lambda: LinearRNN(eye, one, one * 1j),
    "B is torch float64": lambda: LinearRNN(eye, torch.ones(2).double(), one),
    "B is NumPy float32.*astype": lambda: LinearRNN(eye, one.astype("f4"), one),
    "inputs is torch float64": lambda: simulate(ok, torch.ones(3).double()),
    "inputs must be real floating": lambda: simulate(ok, np.arange(3)),
    "poles must be real floating": lambda: teacher(np.array([1]), np.array([1])),
    "rng must be .*default_rng": lambda: random_student(2, 0.1, 0),
}
WRONG_VALUES = {
    r"A must be square.*\(2, 3\)": lambda: LinearRNN(np.ones((2, 3)), one, one),
    r"d >= 1.*\(0, 0\)": lambda: LinearRNN(eye[:0, :0], one[:0], one[:0]),
    r"B has shape \(3,\).*needs B .* \(2,\)": lambda: LinearRNN(eye, np.ones(3), one),
    r"C has shape \(2, 1\).*goes in flat": lambda: LinearRNN(eye, one, one[:, None]),
    "same batch axes first": lambda: LinearRNN(eye[None], one, one),
    "A has 4 NaN or infinite entries of 4.*smaller step": lambda: LinearRNN(eye * np.nan, one, one),
    "C has 1 NaN or infinite": lambda: LinearRNN(eye, one, np.array([1, math.inf])),
    "horizon must be .* at least 1, but is 0": lambda: impulse_response(ok, 0),
    "horizon must be a whole number": lambda: impulse_response(ok, 2.5),
    r"inputs must .* non-empty time axis.*\(3, 0\)": lambda: simulate(ok, np.ones((3, 0))),
    "inputs must have .* time axis last": lambda: simulate(ok, np.array(1.0)),
    "inputs has 1 NaN or infinite": lambda: simulate(ok, np.array([1.0, np.nan])),
    r"inputs of shape \(4, 5\) do not .*\(3,\).*\(N, 1, T\)": lambda: simulate(three, np.ones((4, 5))),
    r"one weight per pole.*\(2,\) and \(1,\)": lambda: teacher([0.5, 0.1], [1.0]),
    r"poles and weights .* shape \(\.\.\., d\)": lambda: teacher(np.array(0.5), np.array(1.0)),
    "poles has 1 NaN": lambda: teacher([np.nan], [1.0]),
    "weights has 1 NaN": lambda: teacher([0.5], [np.inf]),
    "d must be .* is 0": lambda: random_student(0, 0.1, rng),
    "std must be positive and finite, but is 0.0": lambda: random_student(2, 0.0, rng),
    "std must be .* nan": lambda: random_student(2, np.nan, rng),
    "A is not symmetric: .* off by 0.5 .*symmetrize": lambda: spectral_measure(
        LinearRNN(np.triu(np.ones((2, 2))), one, one)
    ),
}


@pytest.mark.parametrize("message", WRONG_TYPES)
def test_a_wrong_type_gets_one_clear_error(message, plain):
    with pytest.raises(TypeError, match=message):
        WRONG_TYPES[message]()


@pytest.mark.parametrize("message", WRONG_VALUES)
def test_a_wrong_value_gets_one_clear_error(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG_VALUES[message]()


def test_shapes_are_checked_under_pytest():
    with pytest.raises(TypeCheckError, match="B"):
        LinearRNN(eye, np.ones(3), one)


@pytest.mark.parametrize("module", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
def test_a_stack_gives_its_systems_back_in_order(module):
    systems = [contraction(3, np.random.default_rng(seed), batch=(2,)).map(module) for seed in range(4)]
    together = stack(systems)
    assert together.batch == (4, 2)
    for i, rnn in enumerate(systems):
        assert all(bool((getattr(together[i], name) == getattr(rnn, name)).all()) for name in "ABC")


@pytest.mark.parametrize("sizes", [(), (2, 3)], ids=["none", "two dimensions"])
def test_what_does_not_stack_is_refused(sizes):
    with pytest.raises(ValueError, match="at least one system, all of one shape"):
        stack([contraction(d, np.random.default_rng(d)) for d in sizes])


@pytest.mark.parametrize("convert", [lambda x: x, torch.from_numpy])
def test_a_system_holds_copies(convert):
    A, b = convert(np.array([[0.5]])), convert(np.array([1.0]))
    rnn = LinearRNN(A, b, b)
    A[0, 0] = b[0] = np.nan
    assert float(impulse_response(rnn, 2)[1]) == 0.5


def test_a_tensor_with_a_gradient_stays_the_leaf_it_is():
    A = torch.tensor([[0.5]], dtype=torch.float64, requires_grad=True)
    b = torch.ones(1, dtype=torch.float64)
    impulse_response(LinearRNN(A, b, b), 3).sum().backward()
    assert float(A.grad) == 2.0  # of 1 + a + a^2


def test_a_trailing_axis_of_features_is_refused():
    rnn = LinearRNN(np.eye(1) / 2, np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match=r"end in an axis of length 1, as \(batch, time, features\) does"):
        simulate(rnn, np.ones((4, 9, 1)))
    assert simulate(rnn, np.ones((4, 1, 1))).shape == (4, 1, 1)
