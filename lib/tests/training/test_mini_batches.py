"""Mini-batches: what each step must be, and is in the mean; students, teachers and rates of their own."""

import math

import numpy as np
import pytest
import torch
from helpers import assert_same, student

from lowdim.systems.linear import LinearRNN, impulse_response, simulate
from lowdim.systems.teachers import teacher
from lowdim.training.finite_data import empirical_loss
from lowdim.training.mini_batches import stochastic_descent
from lowdim.training.objective import gradients, population_loss
from lowdim.training.trajectory import RunStopped

TRUTH = teacher([0.9, -0.5], [0.6, 0.4])
TARGET = impulse_response(TRUTH, 7)


def test_a_mini_batch_is_the_loss_with_its_own_covariance():
    run = stochastic_descent(student(), TRUTH, 7, 0.1, 4, np.random.default_rng(8), 3, record_every=1)
    rng = np.random.default_rng(8)
    for t in range(4):
        x = rng.standard_normal((3, 7))
        covariance, now = x.T @ x / 3, run.rnn[t]
        assert run.loss[t] == pytest.approx(population_loss(now, TARGET, covariance), rel=1e-10)
        slope = gradients(now, TARGET, covariance=covariance)
        moved = LinearRNN(now.A - 0.1 * slope.A, now.B - 0.1 * slope.B, now.C - 0.1 * slope.C)
        assert_same(run.rnn[t + 1], moved, atol=1e-13)


def test_expected_gradient_of_real_sequences_is_the_closed_form():
    rnn, k, calls = student(), 5, 60
    expected = gradients(rnn, impulse_response(TRUTH, k))
    rng, slopes, losses = np.random.default_rng(2), [], []
    for _ in range(calls):
        run = stochastic_descent(rnn, TRUTH, k, 1.0, 1, rng, sequences=2000)
        slopes.append([rnn.A - run.final.A, *np.stack([rnn.B - run.final.B, rnn.C - run.final.C])])
        losses.append(run.loss[0])
    pairs = [(expected.A, [s[0] for s in slopes]), (expected.B, [s[1] for s in slopes])]
    pairs += [(expected.C, [s[2] for s in slopes])]
    pairs += [(population_loss(rnn, impulse_response(TRUTH, k)), losses)]
    for truth, sample in pairs:
        sample = np.array(sample)
        # 25 numbers; t of 59 degrees of freedom passes 5 with probability 5e-6 each.
        assert (np.abs(sample.mean(0) - truth) < 5 * sample.std(0, ddof=1) / math.sqrt(calls)).all()


@pytest.mark.parametrize("optimizer", ["gd", "Adam"])
def test_students_see_the_same_sequences_whether_alone_or_not(optimizer):
    crowd = student(batch=(2,))

    def train(rnn, truth=TRUTH):
        return stochastic_descent(rnn, truth, 6, 0.01, 20, np.random.default_rng(3), 8, optimizer=optimizer)

    together = train(crowd)
    for i in range(2):
        assert_same(together.rnn[:, i], train(crowd[i]).rnn, atol=1e-13)
    in_torch = train(crowd.map(torch.from_numpy), TRUTH.map(torch.from_numpy))
    assert_same(in_torch.rnn.map(torch.Tensor.numpy), together.rnn)


def test_students_may_have_sequences_of_their_own():
    twins = LinearRNN(*(np.stack([w, w]) for w in (student().A, student().B, student().C)))
    rng = np.random.default_rng(9)
    run = stochastic_descent(twins, TRUTH, 7, 0.1, 1, rng, sequences=3, shared=False)
    x = np.random.default_rng(9).standard_normal((3, 2, 7))
    for i in range(2):
        slope = gradients(student(), TARGET, covariance=x[:, i].T @ x[:, i] / 3)
        np.testing.assert_allclose(run.final.B[i], student().B - 0.1 * slope.B, rtol=0, atol=1e-13)


def test_each_student_may_have_a_teacher_a_rate_and_noise_of_its_own():
    other = teacher([0.3, -0.2], [0.5, 0.5])
    crowd = LinearRNN(*(np.stack([w, w]) for w in (student().A, student().B, student().C)))
    truths = LinearRNN(
        *(np.stack(pair) for pair in ((TRUTH.A, other.A), (TRUTH.B, other.B), (TRUTH.C, other.C)))
    )
    rates, noise = np.array([0.1, 0.025]), np.array([0.0, 0.5])
    settings = {"k": 7, "steps": 1, "sequences": 3, "shared": False}
    run = stochastic_descent(crowd, truths, step=rates, rng=np.random.default_rng(9), noise=noise, **settings)
    rng = np.random.default_rng(9)
    x, eps = rng.standard_normal((3, 2, 7)), rng.standard_normal((3, 2))
    for i, truth in enumerate((TRUTH, other)):
        labels = simulate(truth, x[:, i])[:, -1] - noise[i] * eps[:, i]
        loss = empirical_loss(x[:, i], labels)  # 3 sequences of 7: fits them, so its floor is zero
        slope = gradients(student(), loss.target, covariance=loss.covariance)
        np.testing.assert_allclose(run.final.B[i], student().B - rates[i] * slope.B, rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="one number for all students unless"):
        stochastic_descent(crowd, truths, 3, rates, 1, rng, optimizer="Adam")


def test_only_a_start_that_is_symmetric_stays_so():
    for structure in ("symmetric", "free"):
        start = student(structure)
        A = stochastic_descent(start, TRUTH, 4, 0.01, 5, np.random.default_rng(4)).final.A - start.A
        assert np.abs(A).max() > 1e-4
        assert (np.abs(A - A.T).max() == 0) == (structure == "symmetric")
    one_lag = stochastic_descent(student(), TRUTH, 1, 0.01, 5, np.random.default_rng(4))
    np.testing.assert_array_equal(one_lag.final.A, student().A)  # which does not see A


def test_the_student_that_diverged_on_its_sequences_is_named():
    crowd = student(batch=(3,))
    crowd = LinearRNN(crowd.A * np.array([1.0, 1.0, 4.0])[:, None, None], crowd.B, crowd.C)
    with pytest.raises(RunStopped, match="for student 2: step size"):
        stochastic_descent(crowd, TRUTH, 7, 0.1, 100, np.random.default_rng(5))


rng, two = np.random.default_rng(0), teacher([[0.5], [0.4]], [[1.0], [1.0]])
WRONG_VALUES = {
    "k must be .* at least 1, but is 0": lambda: stochastic_descent(TRUTH, TRUTH, 0, 0.1, 5, rng),
    "sequences must be": lambda: stochastic_descent(TRUTH, TRUTH, 3, 0.1, 5, rng, sequences=0),
    "noise must be finite, .* but is nan": lambda: stochastic_descent(
        TRUTH, TRUTH, 3, 0.1, 5, rng, noise=np.nan
    ),
    r"step must be finite, one number or one for each student.*\(\)": lambda: stochastic_descent(
        TRUTH, TRUTH, 3, np.array([0.1, 0.2]), 5, rng
    ),
    r"teacher must be a single system.*\(2,\)": lambda: stochastic_descent(TRUTH, two, 3, 0.1, 5, rng),
}


@pytest.mark.parametrize("message", WRONG_VALUES)
def test_a_wrong_value_gets_one_clear_error(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG_VALUES[message]()


def test_a_seed_is_not_a_generator(plain):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        stochastic_descent(TRUTH, TRUTH, 3, 0.1, 5, 0)
