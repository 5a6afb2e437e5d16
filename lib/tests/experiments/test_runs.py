"""The book's runs: what a row says is what was trained."""

import numpy as np
import pytest

from lowdim.experiments.grid import sweep
from lowdim.experiments.runs import flow_run, future_run, memory_run
from lowdim.systems.compare import remembered_lags
from lowdim.systems.linear import impulse_response, spectral_measure
from lowdim.systems.realization import effective_dimension
from lowdim.systems.students import random_student, student_with_radius
from lowdim.systems.teachers import spread_teacher, teacher
from lowdim.training.flow import gradient_flow


def test_a_row_is_the_run_it_names():
    goal = teacher([0.9, -0.5], [0.6, 0.4])
    row = flow_run(seed=3, std=0.01, k=5, d=8, poles=[0.9, -0.5], weights=[0.6, 0.4], horizon=40, t_end=1e4)
    start = random_student(8, 0.01, np.random.default_rng(3))
    run = gradient_flow(start, impulse_response(goal, 5), 1e4)
    error = np.abs(impulse_response(run.final, 40) - impulse_response(goal, 40)).max()
    assert row["loss"] == run.loss[-1]
    assert row["extrapolation_error"] == error
    assert row["radius"] == pytest.approx(np.abs(spectral_measure(run.final)[0]).max())
    assert row["dimension"] == effective_dimension(run.final)


def test_a_wrong_student_is_measured_as_wrong():
    row = flow_run(seed=0, std=1e-3, k=3, d=8, d_hat=2, horizon=40)
    assert row["loss"] < 1e-12
    assert row["extrapolation_error"] > 0.1


@pytest.mark.parametrize("structure", ["symmetric", "free", "diagonal"])
def test_structures_train(structure):
    row = flow_run(seed=0, std=0.05, k=3, d=5, d_hat=1, structure=structure, horizon=20, t_end=1e4)
    assert row["loss"] < 1e-6  # from 2.7


def test_the_teacher_is_named_once():
    for given in ({}, {"d_hat": 2, "poles": [0.5], "weights": [1.0]}, {"poles": [0.5]}):
        with pytest.raises(ValueError, match="name the teacher"):
            flow_run(seed=0, std=0.1, k=3, d=4, **given)


def test_spread_teachers_are_balanced_and_sum_to_one():
    for d_hat in range(1, 6):
        poles, weights = spectral_measure(spread_teacher(d_hat))
        assert poles[-1] == 0.95
        np.testing.assert_allclose(weights, 1 / d_hat)


def test_a_large_start_follows_its_kernel_and_a_small_one_does_not():
    point = {
        "seed": 0,
        "radius": 0.7,
        "k": 7,
        "d": 40,
        "poles": [0.99, 0.7, -0.4],
        "weights": [0.4, 0.3, 0.3],
    }
    large, small = memory_run(scale=30.0, **point), memory_run(scale=0.01, **point)
    assert max(large["loss"], small["loss"]) < 1e-12
    assert large["departure"] < 0.1 < 1.0 < small["departure"]
    assert large["remembered"] < 14
    assert large["kernel_remembered"] < 14
    assert small["remembered"] == 1001


def test_start_has_the_radius_and_scale_asked_for():
    rnn = student_with_radius(400, 0.6, 3.0, np.random.default_rng(0))
    assert np.abs(np.linalg.eigvalsh(rnn.A)).max() == pytest.approx(0.6)
    assert np.linalg.norm(rnn.B) == pytest.approx(3.0, rel=4 / np.sqrt(2 * 400))
    assert np.linalg.norm(rnn.C) == pytest.approx(3.0, rel=4 / np.sqrt(2 * 400))


def test_remembering_ends_at_the_first_wrong_lag():
    truth = 0.5 ** np.arange(6)
    assert remembered_lags(truth * 1.09, truth) == 6
    wrong = truth.copy()
    wrong[[2, 4]] *= 1.2
    assert remembered_lags(wrong, truth) == 2
    assert remembered_lags(wrong, truth, tolerance=0.3) == 6


def test_runs_in_parallel_are_the_runs_alone():
    grid = {"seed": range(2), "std": 1e-3, "k": [2, 3], "d": 10, "d_hat": 1, "t_end": 1e4}
    table = sweep(flow_run, grid, processes=2)
    assert (table.error == "").all()
    for row in table.to_dict("records"):
        alone = flow_run(**{name: row[name] for name in grid})
        assert row["extrapolation_error"] == alone["extrapolation_error"]


def test_a_kept_student_is_the_one_that_was_trained():
    lags = [0, 1, 5, 30]
    kept = future_run(0, 1e-2, 3, 5, [0.8], [1.0], lags, atoms=2)
    start = random_student(5, 1e-2, np.random.default_rng(0))
    truth = teacher([0.8], [1.0])
    final = gradient_flow(start, impulse_response(truth, 3), 1e7, rtol=1e-10).final
    apart = impulse_response(final, 31) - impulse_response(truth, 31)
    np.testing.assert_allclose(kept["differences"], apart[lags], atol=1e-12)
    assert kept["loss"] == pytest.approx(np.sum(apart[:3] ** 2))
    assert len(kept["poles"]) == 2
    assert kept["poles"][0] == pytest.approx(0.8, abs=1e-3)


def test_what_is_no_number_is_not_remembered():
    assert remembered_lags(np.array([1.0, np.nan, 0.25]), np.array([1.0, 0.5, 0.25])) == 1


def test_lists_of_other_lags_are_not_compared(plain):
    with pytest.raises(ValueError, match="of the same lags"):
        remembered_lags(np.ones(1), np.ones(3))
