"""Layers on drawn teachers: who the teachers are, what is measured where students fit alike, the runs."""

import numpy as np
import pandas as pd
import pytest
import torch

from lowdim import ssm
from lowdim.experiments.drawn import drawn_teachers, oscillating_sum
from lowdim.experiments.laws import layers as laws
from lowdim.experiments.layers import (
    STARTS,
    best_rate,
    compare,
    layers_run,
    start_of,
    states_in_use,
    suited,
    summary,
)
from lowdim.systems import effective_dimension


@pytest.mark.parametrize("d_hat", [2, 3, 5])
def test_an_oscillating_sum_has_pairs_of_poles(d_hat):
    for seed in range(20):
        rnn = oscillating_sum(d_hat, np.random.default_rng(seed))
        poles = np.linalg.eigvals(rnn.A)
        pairs = poles[np.abs(poles.imag) > 0]
        assert rnn.dim == d_hat
        assert len(pairs) == 2 * (d_hat // 2)
        assert ((np.abs(pairs) >= 0.6) & (np.abs(pairs) <= 0.95)).all()
        assert abs(rnn.C @ rnn.B - 1) < 1e-12
        assert effective_dimension(rnn, tolerance=1e-9) == d_hat


def test_drawn_teachers_are_of_all_kinds_and_orders():
    teachers = drawn_teachers(3, 2, horizon=100)
    assert teachers.responses.shape == (16, 100)
    np.testing.assert_allclose(teachers.responses[:, 0], 1)
    assert (np.bincount(teachers.d_hat)[2:] == 4).all()
    assert teachers.oscillating.sum() == 8
    assert suited("S4D-Real, as dense", teachers).oscillating.sum() == 0
    np.testing.assert_allclose(drawn_teachers(3, 2).responses[:, :100], teachers.responses, atol=1e-14)


def test_students_are_measured_where_they_first_fit():
    teachers = drawn_teachers(0, 1)
    students = start_of("LRU", 32, 5, 8)
    table = compare(students, teachers, 8, 0.03, 1e-2, 400)
    assert table.passed.all()
    run = ssm.train(students, teachers.responses[:, :8], 400, [1e-2], rate=0.03)
    answers = ssm.responses(run.passed[0], 256).numpy()
    np.testing.assert_allclose(table.training, np.abs(answers - teachers.responses)[:, :8].max(1))
    np.testing.assert_allclose(table.error, np.abs(answers - teachers.responses)[:, 8:].max(1))
    assert (table.training <= 1e-2).all()
    assert (table.excess == table.states - states_in_use(teachers.responses, 1e-2)).all()


def test_one_that_does_not_fit_has_no_error():
    table = compare(start_of("S4D-Real", 32, 0, 8), drawn_teachers(0, 1), 8, 0.01, 1e-6, 20)
    assert not table.passed.any()
    assert table[["error", "states", "excess"]].isna().all(axis=None)
    assert (table.steps == 20).all()
    assert summary(table.assign(k=8), ["k"]).passed.item() == 0


def test_states_are_counted_by_hankel_singular_values():
    lags = np.arange(64)
    three = 0.9**lags + 0.5**lags + (-0.7) ** lags
    found = states_in_use(np.stack([three, 0.9**lags, np.full(64, np.nan)]), 1e-6)
    np.testing.assert_array_equal(found, [3, 1, 0])


def test_the_best_rate_is_that_of_the_least_median():
    rate, medians = best_rate("LRU", 8, 6, [1e-6, 0.02], 60, seed=0, each=1)
    assert rate == 0.02
    assert medians[1] < medians[0]


def test_a_run_is_a_row_and_dense_ones_start_alike():
    row = layers_run(0, "LRU, as dense", 4, steps=50, each=1, rate=0.01, level=0.1)
    assert set(row) == {"passed", "training", "low", "error", "high", "excess", "taken"}
    assert 0 < row["passed"] <= 1
    assert row["low"] <= row["error"] <= row["high"]
    own, dense = (ssm.responses(start_of(name, 32, 1, 3), 50) for name in ("LRU", "LRU, as dense"))
    torch.testing.assert_close(own, dense)
    with pytest.raises(ValueError, match="start must be one of 'real diagonal'"):
        start_of("Mamba", 32, 0, 1)


@pytest.mark.parametrize("name", STARTS)
def test_every_start_has_the_states_that_it_is_asked_for(name):
    dense = ssm.as_dense(start_of(name, 12, 0, 2))
    assert dense.weights["A"].shape == (2, 12, 12)


def test_the_laws_tell_layers_apart():
    """A short draw each: LRUs err more and have more states than dense students from near zero."""
    assert laws.ratio_of_medians(*_pair(), laws.eight_teachers(np.random.default_rng(0))) > 5
    before, after = laws.around(np.random.default_rng(1), "diagonal", (0, 1))
    assert after < 0.1 * before


def _pair():
    rng = np.random.default_rng(1)
    return ssm.lru(32, rng, (8,)), ssm.dense(32, rng, (8,), 1e-3)


def test_the_summary_has_a_row_for_each_group():
    table = pd.DataFrame(
        {
            "start": ["a", "a", "b"],
            "passed": [True, False, True],
            "training": [0.1, 0.5, 0.2],
            "error": [1.0, np.nan, 3.0],
            "excess": [0.0, np.nan, 2.0],
        }
    )
    found = summary(table, ["start"])
    assert found.passed.tolist() == [0.5, 1.0]
    assert found.error.tolist() == [1.0, 3.0]
    assert found.training.tolist() == [0.1, 0.2]
