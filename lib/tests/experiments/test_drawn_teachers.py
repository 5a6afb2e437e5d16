"""The teachers that laws draw, from the distributions that their claims name, and students of theirs."""

import numpy as np
import pytest

from lowdim.experiments.laws.balanced_teachers import balanced_teacher, escape_slope, threshold_error
from lowdim.experiments.laws.free_students import free_student, two_states
from lowdim.experiments.laws.large_starts import large_start
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.teachers import teacher


@pytest.mark.parametrize("d_hat", [1, 3, 4])
def test_poles_keep_their_distance_and_weights_sum_to_one(d_hat):
    for seed in range(30):
        truth = balanced_teacher(d_hat, 0.3, np.random.default_rng(seed))
        poles = np.diag(truth.A)
        assert truth.dim == d_hat
        assert np.abs(poles).max() <= 0.95
        assert (-np.diff(poles) > 0.3).all()
        assert np.trace(np.outer(truth.B, truth.C)) == pytest.approx(1)
        np.testing.assert_array_equal(truth.B, truth.C)


def test_two_state_systems_are_of_three_kinds():
    drawn = [two_states(np.random.default_rng(seed)) for seed in range(60)]
    oscillating = [t for t in drawn if np.iscomplexobj(np.linalg.eigvals(t.A))]
    signed = [t for t in drawn if (t.B * t.C).min() < 0 and not np.iscomplexobj(np.linalg.eigvals(t.A))]
    assert all(t.dim == 2 for t in drawn)
    assert min(len(oscillating), len(signed), 60 - len(oscillating) - len(signed)) >= 10
    for rnn in oscillating:
        pole = np.linalg.eigvals(rnn.A)[0]
        assert 0.6 <= abs(pole) <= 0.95
        assert 0.4 <= abs(np.angle(pole)) <= 2.5


def test_one_lag_or_the_structure_makes_the_threshold():
    """The same draw: extrapolates, with a lag less does not, with a diagonal matrix does not."""
    on, less, diagonal = (
        threshold_error(np.random.default_rng(8), most=3, **change)
        for change in ({}, {"missing": 1}, {"structure": "diagonal"})
    )
    assert on < 1e-6 < 1e-5 < min(less, diagonal)


def test_the_slope_at_escape_is_two():
    rng = np.random.default_rng(0)
    assert escape_slope(teacher([0.8], [1.0]), 3, rng) == pytest.approx(2, abs=0.02)


def test_too_few_lags_or_a_large_start_is_told_from_what_works():
    rng = np.random.default_rng(1)
    right, truth = free_student(rng)
    wrong, other = free_student(np.random.default_rng(1), k=3)
    assert extrapolation_error(right, truth, 61) < 1e-5
    assert extrapolation_error(wrong, other, 61) > 1e-3
    _, student, truth = large_start(rng)
    assert extrapolation_error(student, truth, 61) > 1
