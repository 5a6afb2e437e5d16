"""The teachers that laws draw, from the distributions that their claims name, and students of theirs."""

import numpy as np
import pytest

from lowdim.experiments.laws.balanced_teachers import (
    balanced_teacher,
    escape_slope,
    late_error,
    product_drift,
    threshold_error,
)
from lowdim.experiments.laws.certificates import given_away, measured_teacher, sharpness
from lowdim.experiments.laws.finite_data import SIZES, noise_slope
from lowdim.experiments.laws.free_students import any_system, free_student
from lowdim.experiments.laws.large_starts import large_start
from lowdim.experiments.laws.optimizers import left_over
from lowdim.experiments.laws.plateaus import rest_heights
from lowdim.moments.stability import crowding
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.students import nearby_student
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


def test_systems_are_sums_of_decays_and_oscillations():
    drawn = [any_system(4, np.random.default_rng(seed)) for seed in range(60)]
    pairs = [int(np.sum(np.linalg.eigvals(t.A).imag > 0)) for t in drawn]
    assert min(np.bincount(pairs, minlength=3)) >= 10
    for truth in drawn:
        poles = np.linalg.eigvals(truth.A)
        upper = poles[poles.imag >= 0]
        turning = upper[upper.imag > 0]
        assert truth.dim == 4
        assert ((np.abs(turning) >= 0.6) & (np.abs(turning) <= 0.95)).all()
        assert ((np.angle(turning) >= 0.1) & (np.angle(turning) <= 2.5)).all()
        apart = np.abs(upper[:, None] - upper) + np.eye(len(upper))
        assert apart.min() > 0.3
        weights = truth.B * truth.C
        assert np.abs(weights).sum() == pytest.approx(1)
    assert any((t.B * t.C).min() < 0 for t in drawn)


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


def test_the_sharp_constant_is_sharp_until_poles_are_crowded():
    easy = measured_teacher(np.random.default_rng(0))
    crowded = measured_teacher(np.random.default_rng(0), crowded=True)
    assert crowding(easy[0]) * easy[1] < 1e-3 < 1 < crowding(crowded[0]) * crowded[1]
    assert sharpness(*easy).max() < 1.05 < 1.1 < sharpness(*crowded).max()
    assert sharpness(*easy, universal=True).max() > 1.1


def test_with_one_atom_to_spare_a_certificate_gives_nothing_away():
    truth = teacher([0.8, -0.3], [0.5, 0.5])
    student = nearby_student(truth, 3, np.random.default_rng(0), 1e-3, 1e-3, imbalance=0.0)
    certificate, crude = given_away(truth, student)
    assert certificate == pytest.approx(1, abs=1e-6)
    assert crude > 10


def test_rests_are_at_fits_by_their_own_atoms():
    own, fewer = (rest_heights(np.random.default_rng(3), n) for n in (0, 1))
    np.testing.assert_allclose(own, 1, rtol=0.01)
    assert own.size
    assert (np.abs(fewer - 1) > 0.5).all()


def test_the_product_drifts_as_theory_allows_until_plateaus_change_it():
    here, later = (product_drift(np.random.default_rng(1), at_end) for at_end in (False, True))
    assert here < 2 < 20 < later


def test_many_poles_take_time():
    truth = balanced_teacher(5, 0.2, np.random.default_rng(0))
    early, late = (late_error(truth, end, np.random.default_rng(0)) for end in (1e4, 1e13))
    assert late < 1e-6 < 1e-4 < early


def test_adam_leaves_what_descent_does_not():
    adam, descent = (left_over(np.random.default_rng(2), rule, top=1e-3) for rule in ("Adam", "gd"))
    assert descent < 1e-2 < 0.03 < adam < 3


def test_the_slope_over_numbers_of_sequences_is_that_of_the_median():
    errors = np.outer((np.array(SIZES) - 7.0) ** -0.5, [0.1, 1.0, 30.0])
    assert noise_slope(errors) == pytest.approx(-0.5)
