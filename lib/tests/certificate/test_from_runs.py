"""Ranges of autocorrelation times: drawn chains are inside, and what is not reversible is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim.certificate.from_runs import certify_time, time_range
from lowdim.experiments.chain_times import batch_means, drawn_chain, gap_of, score
from lowdim.experiments.laws import wild
from lowdim.systems.chains import integrated_time, run_chain
from lowdim.systems.linear import impulse_response
from lowdim.training.autocorrelations import block_sums


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.sampled_from([1, 2, 4, 8]), st.floats(0.1, 1.0))
def test_the_time_is_in_its_range(seed, k, block, known):
    _, _, rnn = drawn_chain(np.random.default_rng(seed))
    sums, tau = block_sums(impulse_response(rnn, k * block), block), integrated_time(rnn)
    closed = time_range(sums, known * gap_of(rnn), 1e-11, block)
    assert closed.feasible
    assert closed.low <= tau * (1 + 1e-12) + 1e-12
    assert tau <= closed.high * (1 + 1e-12) + 1e-12
    assert closed.reason == ""
    ends = time_range(sums, 0.0, 1e-11, block)
    assert ends.high == np.inf
    assert ends.low <= tau * (1 + 1e-12) + 1e-12
    assert "Pass gap=" in ends.reason


def test_a_gap_that_the_chain_does_not_have_is_seen():
    _, _, rnn = drawn_chain(np.random.default_rng(7))
    rho, gap = impulse_response(rnn, 12), gap_of(rnn)
    wrong = time_range(rho, min(5 * gap, 0.99), 1e-11)
    assert not wrong.feasible or wrong.high < integrated_time(rnn)


def test_runs_of_a_chain_and_of_a_sampler_with_momentum():
    rng = np.random.default_rng(1)
    P, f, rnn = drawn_chain(rng)
    answer = certify_time(f[run_chain(P, 4, 10_000, rng)], gap_of(rnn))
    assert answer.low <= integrated_time(rnn) <= answer.high
    refused = certify_time(wild.momentum_runs(0.9, 0.6, 5000, rng), 0.01)
    assert not refused.feasible
    assert refused.off > 0.1
    assert "momentum that is kept" in refused.reason
    fresh = certify_time(wild.momentum_runs(0.0, 0.6, 5000, rng), 0.01)
    assert fresh.low <= (1 + np.cos(0.6)) / (1 - np.cos(0.6)) <= fresh.high


def test_intervals_are_scored():
    low, high = np.array([0.5, 2.0, np.inf, 0.5]), np.array([2.0, 4.0, np.inf, 1.5])
    assert score(low, high, np.ones(4)) == {"coverage": 0.5, "ratio": 3.5}
    draws = np.random.default_rng(0).standard_normal((4, 4000))
    low, high = batch_means(draws)
    assert low < 1 < high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"block": 3}, "power of two"),
        ({"gap": 1.0}, "gap must be"),
        ({"gap": -0.1}, "gap"),
        ({"sums": [2.0, 1.0]}, "begin with 1"),
    ],
)
def test_what_is_no_question_is_refused(arguments, message, plain):
    with pytest.raises(ValueError, match=message):
        time_range(**{"sums": [1.0, 0.5]} | arguments)
