"""Draws of close pairs: what is drawn, and how the criterion is held against what was measured."""

import numpy as np
import pytest

from lowdim.experiments.laws import close_poles as laws


def test_pairs_are_drawn_from_the_distribution_that_the_claims_name():
    pairs = [laws.close_pair(np.random.default_rng(i)) for i in range(200)]
    for truth, k in pairs:
        top, second, *rest = np.diag(truth.A)
        assert 0.5 <= top <= 0.95
        assert 0.05 <= top - second <= 0.5
        assert all(-0.8 <= x <= 0 for x in rest)
        assert 2 * truth.dim <= k <= 2 * truth.dim + 4
        assert pytest.approx(1) == truth.B @ truth.C
    assert {truth.dim for truth, _ in pairs} == {2, 3}


def test_the_criterion_is_right_below_one_and_undecided_near_the_line():
    assert laws.as_predicted(1e-3, laws.BALANCED / 2) < 1 < laws.as_predicted(1e-3, 2 * laws.BALANCED)
    assert laws.as_predicted(10.0, 2 * laws.BALANCED) < 1 < laws.as_predicted(10.0, laws.BALANCED / 2)
    assert [laws.decided(laws.LINE * x) for x in (0.05, 0.5, 5, 50)] == [True, False, False, True]


def test_a_chosen_start_predicts_what_it_was_chosen_for():
    rng = np.random.default_rng(0)
    truth, _, gamma = laws.needy_pair(rng)
    start = laws.chosen_start(truth, gamma, rng)
    assert laws.predicted_imbalance(start, truth, gamma) == pytest.approx(1e-3)


def test_a_lost_student_is_told_from_a_kept_one():
    truth = laws.teacher([0.9, 0.7], [0.5, 0.5])
    lost, kept = (
        laws.outcome(laws.random_student(20, std, np.random.default_rng(0)), truth, 4) for std in (1e-4, 1e-6)
    )
    assert lost["imbalance"] > laws.BALANCED > kept["peak"]
    assert lost["extrapolation_error"] > 1e-3 > 1e-6 > kept["extrapolation_error"]
