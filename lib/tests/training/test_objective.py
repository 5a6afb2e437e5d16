"""The loss and its gradients against derivations that share no code with them.

The reference loss feeds the recurrence with impulses, number by number, and sums E (sum_j r_j x_{t-j})^2
from the covariance; it takes complex weights, so that a complex step gives its derivatives to rounding.
Autograd is taken through the recurrence on real sequences, not through the library's loss.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowdim.systems.compare import extrapolation_error, residuals
from lowdim.systems.linear import LinearRNN, impulse_response, simulate
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.descent import gradient_descent
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import gradients, lag_gram, population_loss, residual_matrix

STRUCTURES = ("symmetric", "free", "diagonal")
problems = st.tuples(
    st.integers(1, 7),  # d
    st.integers(1, 9),  # k
    st.sampled_from(STRUCTURES),
    st.booleans(),  # coloured
    st.sampled_from(["last", "all"]),
    st.integers(0, 2**32 - 1),  # seed
)


def make(d, k, structure, coloured, seed):
    """A student of norm one or so, a target of the same size, an input covariance or None."""
    rng = np.random.default_rng(seed)
    rnn = random_student(d, 1 / math.sqrt(d), rng, structure)
    root = rng.standard_normal((k, k))
    return rnn, rng.standard_normal(k), root @ root.T / k if coloured else None


def reference_loss(A, B, C, target, covariance, outputs):
    """E of the squared errors, in loops, for weights that may be complex."""
    k, h, r = len(target), B, []
    for j in range(k):
        r.append(sum(C * h) - target[j])
        h = A @ h
    sigma = np.eye(k) if covariance is None else covariance
    supervised = range(k) if outputs == "all" else [k - 1]
    return sum(
        r[j] * r[l] * sigma[t - j, t - l] for t in supervised for j in range(t + 1) for l in range(t + 1)
    )


def project(E, structure):
    """The nearest direction in which a transition matrix of this structure may move."""
    return {"free": E, "symmetric": (E + E.T) / 2, "diagonal": np.diag(np.diag(E))}[structure]


def complex_step(rnn, structure, *problem):
    """Derivative of the reference loss along every coordinate the structure allows."""
    d, tiny = rnn.dim, 1e-40

    def along(A=0.0, B=0.0, C=0.0):
        return reference_loss(
            rnn.A + 1j * tiny * A, rnn.B + 1j * tiny * B, rnn.C + 1j * tiny * C, *problem
        ).imag

    unit = np.eye(d)
    toward_A = [[along(A=project(np.outer(p, q), structure)) for q in unit] for p in unit]
    slopes = toward_A, [along(B=p) for p in unit], [along(C=p) for p in unit]
    return [np.array(slope) / tiny for slope in slopes]


def autograd(rnn, structure, target, covariance, outputs):
    """Gradient by torch through the recurrence, on k sequences whose covariance is exactly the one asked."""
    k = len(target)
    root = np.eye(k) if covariance is None else np.linalg.cholesky(covariance).T
    x = torch.from_numpy(math.sqrt(k) * root)  # the mean of x x^T over its k rows is the covariance
    labels = torch.from_numpy(np.stack([np.convolve(target, row)[:k] for row in x.numpy()]))
    weights = [torch.from_numpy(w).requires_grad_() for w in (rnn.A, rnn.B, rnn.C)]
    errors = ((simulate(LinearRNN(*weights), x) - labels) ** 2).mean(0)
    loss = errors.sum() if outputs == "all" else errors[-1]
    A, *rest = (g.numpy() for g in torch.autograd.grad(loss, weights, materialize_grads=True))
    return [project(A, structure), *rest]


def assert_close(ours, theirs, rtol):
    for name, a, b in zip("ABC", ours, theirs, strict=True):
        scale = max(np.abs(b).max() for b in theirs)
        assert np.abs(a - b).max() <= rtol * max(np.abs(b).max(), 1e-3 * scale), name


@given(problems)
def test_loss_is_the_expected_squared_error(problem):
    d, k, structure, coloured, outputs, seed = problem
    rnn, target, covariance = make(d, k, structure, coloured, seed)
    expected = reference_loss(rnn.A, rnn.B, rnn.C, target, covariance, outputs)
    assert math.isclose(population_loss(rnn, target, covariance, outputs), expected, rel_tol=1e-11)


@given(problems)
def test_gradients_against_the_complex_step(problem):
    d, k, structure, coloured, outputs, seed = problem
    rnn, target, covariance = make(d, k, structure, coloured, seed)
    ours = gradients(rnn, target, structure, covariance, outputs)
    theirs = complex_step(rnn, structure, target, covariance, outputs)
    assert_close((ours.A, ours.B, ours.C), theirs, rtol=1e-10)


@given(problems)
def test_gradients_against_autograd_through_the_recurrence(problem):
    d, k, structure, coloured, outputs, seed = problem
    rnn, target, covariance = make(d, k, structure, coloured, seed)
    ours = gradients(rnn, target, structure, covariance, outputs)
    assert_close((ours.A, ours.B, ours.C), autograd(rnn, structure, target, covariance, outputs), rtol=1e-9)


@given(problems)
def test_gradients_are_the_slope_of_the_loss(problem):
    d, k, structure, coloured, outputs, seed = problem
    rnn, target, covariance = make(d, k, structure, coloured, seed)
    slope = gradients(rnn, target, structure, covariance, outputs)
    rng = np.random.default_rng(seed + 1)
    A, B, C = project(rng.standard_normal((d, d)), structure), *rng.standard_normal((2, d))
    # Central differences of order 8.
    h, stencil = 0.01 / d, np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
    steps = h * np.concatenate([np.arange(1, 5), -np.arange(1, 5)])
    moved = [LinearRNN(rnn.A + s * A, rnn.B + s * B, rnn.C + s * C) for s in steps]
    values = np.array([population_loss(x, target, covariance, outputs) for x in moved])
    measured = stencil @ (values[:4] - values[4:]) / h
    parts = [np.sum(slope.A * A), slope.B @ B, slope.C @ C]
    rounding = 10 * np.finfo(float).eps * values.max() / h
    assert abs(measured - sum(parts)) <= 1e-8 * np.abs(parts).max() + rounding


@given(problems)
def test_loss_on_samples_is_the_loss_of_their_covariance(problem):
    d, k, structure, _, outputs, seed = problem
    rnn, _, _ = make(d, k, structure, False, seed)
    rng = np.random.default_rng(seed)
    truth, x = random_student(3, 0.5, rng), rng.standard_normal((11, k)) + 1.0  # neither white nor centred
    errors = (simulate(rnn, x) - simulate(truth, x)) ** 2
    expected = errors.sum(-1).mean() if outputs == "all" else errors[:, -1].mean()
    loss = population_loss(rnn, impulse_response(truth, k), x.T @ x / len(x), outputs)
    assert math.isclose(loss, expected, rel_tol=1e-9)


def by_gram(rnn, target, **loss):
    """What each of the functions that take a loss makes of this one, as arrays."""
    slope = gradients(rnn, target, **loss)
    descent = gradient_descent(rnn, target, 0.1, 3, **loss)
    flow = gradient_flow(rnn, target, 1.0, **loss)
    return [
        lag_gram(target.shape[-1], **loss),
        population_loss(rnn, target, **loss),
        slope.A,
        slope.B,
        slope.C,
        residual_matrix(rnn, target, **loss),
        descent.final.A,
        descent.loss,
        flow.final.A,
        flow.loss,
    ]


@pytest.mark.parametrize("outputs", ["last", "all"])
@pytest.mark.parametrize("coloured", [True, False])
def test_a_loss_may_be_said_by_its_gram_everywhere(outputs, coloured):
    rnn, target, covariance = make(4, 5, "symmetric", coloured, 11)
    gram = lag_gram(5, covariance, outputs)
    gram = np.eye(5) if gram is None else gram
    said = by_gram(rnn, target, covariance=covariance, outputs=outputs)
    for one, other in zip(by_gram(rnn, target, gram=gram)[1:], said[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15)


def test_a_diagonal_gram_weighs_the_lags_one_by_one():
    rnn, target, _ = make(4, 5, "symmetric", False, 12)
    weights = np.array([1.0, 0.0, 2.0, 0.0, 3.0])
    loss = population_loss(rnn, target, gram=np.diag(weights))
    assert math.isclose(loss, weights @ residuals(rnn, target) ** 2, rel_tol=1e-14)
    forgotten = target + 9.0 * (weights == 0)
    assert population_loss(rnn, forgotten, gram=np.diag(weights)) == loss


class OnGpu(torch.Tensor):
    """As deaf to NumPy as a tensor on a GPU, until it is brought to the processor."""

    def __array__(self, *_):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def cpu(self):
        return self.as_subclass(torch.Tensor)


@pytest.mark.parametrize(
    "place", [torch.Tensor.requires_grad_, lambda x: x.as_subclass(OnGpu)], ids=["in a graph", "on a GPU"]
)
@pytest.mark.parametrize("name", ["covariance", "gram"])
def test_a_matrix_of_torch_is_read_wherever_it_lies(name, place):
    rnn, target, matrix = make(3, 4, "symmetric", True, 13)
    tensor = place(torch.from_numpy(matrix))
    with pytest.raises((TypeError, RuntimeError)):
        np.asarray(tensor)
    ours, theirs = by_gram(rnn, target, **{name: matrix}), by_gram(rnn, target, **{name: tensor})
    twin = by_gram(rnn.map(torch.from_numpy), torch.from_numpy(target), **{name: tensor})
    for expected, found, torched in zip(ours, theirs, twin, strict=True):
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(torched, expected, rtol=1e-12, atol=1e-15)


def test_a_gram_beside_another_word_for_it_is_refused(plain):
    rnn, target, covariance = make(3, 4, "symmetric", True, 14)
    uses = [
        lambda **loss: lag_gram(4, **loss),
        lambda **loss: population_loss(rnn, target, **loss),
        lambda **loss: gradients(rnn, target, **loss),
        lambda **loss: residual_matrix(rnn, target, **loss),
        lambda **loss: gradient_descent(rnn, target, 0.1, 3, **loss),
        lambda **loss: gradient_flow(rnn, target, 1.0, **loss),
    ]
    for use in uses:
        for also in ({"covariance": covariance}, {"outputs": "all"}):
            with pytest.raises(ValueError, match=r"gram says how all pairs .* would say again.*lag_gram"):
                use(gram=np.eye(4), **also)


def test_fewer_sequences_than_lags_can_hide_a_wrong_response():
    x = np.random.default_rng(0).standard_normal((3, 4))
    hidden = np.linalg.svd(x[:, ::-1])[2][-1]  # responses at which the three last outputs vanish
    truth = np.array([1.0, 0.5, 0.25, 0.125])
    silent = teacher([0.0], [1e-300])
    loss = population_loss(silent, truth, x.T @ x / 3), population_loss(silent, hidden, x.T @ x / 3)
    assert loss[0] > 1e-3
    assert loss[1] < 1e-30
    assert population_loss(silent, hidden) == pytest.approx(1.0)


def test_white_loss_agrees_with_real_sequences_within_the_sampling_error():
    rng = np.random.default_rng(1)
    rnn, truth, k = random_student(6, 0.3, rng), teacher([0.9, -0.4], [0.5, 0.5]), 7
    x = rng.standard_normal((100_000, k))
    squares = (simulate(rnn, x) - simulate(truth, x)) ** 2
    target = impulse_response(truth, k)
    for outputs, sample in (("last", squares[:, -1]), ("all", squares.sum(-1))):
        error = sample.mean() - population_loss(rnn, target, outputs=outputs)
        assert abs(error) < 5 * sample.std() / math.sqrt(len(x))


@given(problems)
def test_free_gradient_obeys_the_noether_identity_and_its_rank(problem):
    d, k, _, coloured, outputs, seed = problem
    rnn, target, covariance = make(d, k, "free", coloured, seed)
    g = gradients(rnn, target, "free", covariance, outputs)
    terms = [g.A @ rnn.A.T, -rnn.A.T @ g.A, np.outer(g.B, rnn.B), -np.outer(rnn.C, g.C)]
    assert np.abs(sum(terms)).max() <= 1e-12 * max(np.abs(t).max() for t in terms)
    singular = np.linalg.svd(g.A, compute_uv=False)
    assert (singular[min(d, k - 1) :] <= 1e-12 * max(singular[0], 1e-300)).all()


def test_at_zero_loss_every_gradient_vanishes_exactly():
    truth = teacher([0.5, -0.25], [1.0, 4.0])  # powers of two: no rounding
    for structure in STRUCTURES:
        g = gradients(truth, impulse_response(truth, 6), structure)
        assert [np.abs(x).max() for x in (g.A, g.B, g.C)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_batch_and_torch_give_the_same_gradients(structure):
    rng = np.random.default_rng(2)
    batch = random_student(4, 0.5, rng, batch=(2, 3))
    if structure == "diagonal":
        batch = LinearRNN(batch.A * np.eye(4), batch.B, batch.C)
    target = rng.standard_normal((3, 5))
    covariance = np.cov(rng.standard_normal((5, 20)))
    together = gradients(batch, target, structure, covariance, "all")
    loss = population_loss(batch, target, covariance, "all")
    twin = gradients(batch.map(torch.from_numpy), target, structure, covariance, "all")
    for i, j in np.ndindex(2, 3):
        alone = gradients(batch[i, j], target[j], structure, covariance, "all")
        assert population_loss(batch[i, j], target[j], covariance, "all") == pytest.approx(loss[i, j], 1e-13)
        for name in "ABC":
            expected = getattr(alone, name)
            np.testing.assert_allclose(getattr(together, name)[i, j], expected, rtol=0, atol=1e-13)
            np.testing.assert_allclose(getattr(twin, name)[i, j].numpy(), expected, rtol=0, atol=1e-13)


def test_extrapolation_error_is_the_worst_lag():
    student, truth = teacher([0.5], [1.0]), teacher([0.5, 1.0], [1.0, 0.25])
    assert extrapolation_error(student, truth, 30) == 0.25
    np.testing.assert_array_equal(residuals(student, impulse_response(truth, 3)), [-0.25] * 3)


one, ones = teacher([0.5], [1.0]), np.ones(3)
lopsided = np.triu(np.ones((3, 3)))
WRONG_VALUES = {
    r"target has shape \(0,\).*k >= 1": lambda: population_loss(one, np.ones(0)),
    "target has 1 NaN or infinite": lambda: gradients(one, np.array([1.0, np.inf])),
    r"target of shape \(4, 3\) does not fit .* axes \(\)": lambda: gradients(one, np.ones((4, 3))),
    "structure must be 'symmetric', 'free' or 'diagonal'": lambda: gradients(one, ones, "banded"),
    "A is not symmetric.*structure='free'": lambda: gradients(LinearRNN(lopsided, ones, ones), ones),
    "A is not diagonal.*diagonalize": lambda: gradients(
        LinearRNN(np.ones((3, 3)), ones, ones), ones, "diagonal"
    ),
    r"covariance has shape \(2, 2\).*k = 3": lambda: population_loss(one, ones, np.eye(2)),
    "covariance must be symmetric.*x.T @ x / N": lambda: population_loss(one, ones, lopsided),
    "without negative eigenvalues": lambda: population_loss(one, ones, -np.eye(3)),
    r"gram has shape \(2, 2\).*k = 3": lambda: population_loss(one, ones, gram=np.eye(2)),
    "gram must be symmetric.*weighs the lags": lambda: population_loss(one, ones, gram=-np.eye(3)),
    "gram has 3 NaN": lambda: gradients(one, ones, gram=np.diag(ones * np.nan)),
    "covariance has 3 NaN": lambda: population_loss(one, ones, np.diag(ones * np.nan)),
    "outputs must be 'last' or 'all', but is 'some'": lambda: lag_gram(3, outputs="some"),
    "horizon must be a whole number of at least 1, but is 0": lambda: extrapolation_error(one, one, 0),
}
WRONG_TYPES = {
    "target must be a NumPy array or a torch tensor, but is list": lambda: residuals(one, [1.0]),
    "target must be real floating .* int64": lambda: gradients(one, np.arange(3)),
    "gram must be real floating .* int64": lambda: gradients(one, ones, gram=np.eye(3, dtype=int)),
    "covariance must be real floating .* int64": lambda: population_loss(one, ones, np.eye(3, dtype=int)),
}


@pytest.mark.parametrize("message", WRONG_VALUES)
def test_a_wrong_value_gets_one_clear_error(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG_VALUES[message]()


@pytest.mark.parametrize("message", WRONG_TYPES)
def test_a_wrong_type_gets_one_clear_error(message, plain):
    with pytest.raises(TypeError, match=message):
        WRONG_TYPES[message]()


@pytest.mark.parametrize("outputs", ["last", "all"])
def test_the_residual_matrix_drives_both_ports(outputs):
    """For symmetric A the gradients in B and C are 2 P C and 2 P B, which is the equation of u and v."""
    rng = np.random.default_rng(5)
    rnn, target = random_student(4, 0.6, rng), rng.standard_normal(6)
    P = residual_matrix(rnn, target, outputs=outputs)
    slope = gradients(rnn, target, outputs=outputs)
    np.testing.assert_allclose(2 * P @ rnn.C, slope.B, rtol=1e-12)
    np.testing.assert_allclose(2 * P @ rnn.B, slope.C, rtol=1e-12)
