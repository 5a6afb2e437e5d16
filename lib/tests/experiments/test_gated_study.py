"""One experiment on gated networks, and several at once."""

import numpy as np
import pytest
import torch

from lowdim import gated
from lowdim.experiments import continued, matched, studies, study


def test_a_study_measures_the_students_it_trained():
    settings = {"k": 4, "seeds": [3, 5], "steps": 60, "rate": 0.01, "units": 6, "teacher_units": 2}
    result = study(stds=[0.1, 0.3], outputs="last", lengths=[2, 9, 300], **settings)
    table = result.table
    assert table[["std", "seed"]].values.tolist() == [[0.1, 3], [0.1, 5], [0.3, 3], [0.3, 5]]
    assert set(table.outcome) == {"finished"}
    teachers = gated.teacher(2, [3, 5])
    run = gated.train(gated.student(6, 0.3, [3, 5]), teachers, 4, 60, [3, 5], 16, "last", rate=0.01)
    # Float32, and 60 steps in a batch of two in place of four.
    torch.testing.assert_close(result.students.readout[2:], run.network.readout, rtol=1e-3, atol=1e-4)
    exact = result.students.select([0, 1]), teachers
    np.testing.assert_allclose(table.training[:2], gated.normalized_error(*exact, [4])[0], rtol=1e-5)
    np.testing.assert_allclose(result.curves[:2, :2], gated.normalized_error(*exact, [2, 9]), rtol=1e-5)
    long = gated.normalized_error(*exact, [300], sequences=16, window=200)[0]
    np.testing.assert_allclose(result.curves[2, :2], long, rtol=1e-5)
    assert table.error.tolist() == result.curves[2].tolist()
    np.testing.assert_array_equal(result.ratio, table.error / table.training)

    part = result.rows(table["std"] == 0.3)
    assert part.table[["std", "seed"]].values.tolist() == [[0.3, 3], [0.3, 5]]
    assert part.table.index.tolist() == [0, 1]
    np.testing.assert_array_equal(part.curves, result.curves[:, 2:])
    for all_, some in ((result.students, part.students), (result.teachers, part.teachers)):
        assert torch.equal(all_.readout[2:], some.readout)
    with pytest.raises(ValueError, match=r"no row of the study is kept; its scales are \[0.1, 0.3\]"):
        result.rows(table["std"] == 0.2)


def test_studies_in_other_processes_are_the_studies_of_this_one():
    shared = {"k": 3, "stds": [0.1], "seeds": [0, 1], "steps": 50, "lengths": [3, 20], "units": 4}
    plans = [{"k": 4, "rate": 0.05}, {"cell": "tanh"}, {}]
    several = studies(plans, 2, **shared)
    for plan, result in zip(plans, several, strict=True):
        alone = study(**{**shared, **plan})
        np.testing.assert_allclose(result.curves, alone.curves, rtol=1e-3)  # float32, 50 steps, other threads
        assert result.table[["cell", "k", "rate"]].equals(alone.table[["cell", "k", "rate"]])
    assert [result.table.rate[0] for result in several] == [0.05, 0.02, 0.02]


def test_a_study_can_be_continued_on_data_of_its_own():
    settings = {"k": 4, "seeds": [3, 5], "steps": 50, "units": 6, "teacher_units": 2}
    before = study(stds=[0.1], lengths=[9], **settings)
    after = continued(before, 50, [9], 0.01, carried=0.5)
    assert after.table[["k", "std", "seed"]].equals(before.table[["k", "std", "seed"]])
    assert set(after.table.rate) == {0.01}
    fresh = [seed + 1_000_000 for seed in (3, 5)]
    run = gated.train(before.students, before.teachers, 4, 50, fresh, 16, rate=0.01, carried=0.5)
    torch.testing.assert_close(after.students.readout, run.network.readout)
    assert after.table.loss.tolist() == run.loss[-1].tolist()
    astray = continued(before, 50, [9], 0.01, drift=0.3)
    drift = gated.Drift(before.teachers, 4, 0.3)
    run = gated.train(before.students, drift, 8, 50, fresh, 16, rate=0.01)
    torch.testing.assert_close(astray.students.readout, run.network.readout)
    right = gated.normalized_error(astray.students, before.teachers, [9])[0]
    np.testing.assert_allclose(astray.table.error, right)  # against the teachers that do not drift


def test_a_matched_student_is_the_one_that_stops_at_that_loss():
    settings = {"k": 4, "seeds": [3, 5, 6], "steps": 200, "units": 6, "teacher_units": 2, "lengths": [9]}
    whole = study(stds=[0.2, 0.1], keep=True, **settings)
    usual = whole.rows(whole.table["std"] == 0.1)
    losses = [usual.course[1, 0], 1e-9, 1e9]  # as after 100 steps, never, at once
    stopped = matched(usual, losses, [9])
    assert stopped.table.outcome.tolist() == ["reached", "unreached", "reached"]
    assert stopped.table.loss.tolist() == [losses[0], usual.course[-1, 1], usual.course[0, 2]]
    start, teachers = gated.student(6, 0.1, [3, 5, 6]), gated.teacher(2, [3, 5, 6])
    again = gated.train(start, teachers, 4, 200, [3, 5, 6], 16, target=[losses[0] * 1.001, 1e-9, 1e9])
    assert again.steps.tolist() == [100, 200, 50]
    # Float32, in a batch of three in place of six.
    torch.testing.assert_close(stopped.students.readout, again.network.readout, rtol=1e-3, atol=1e-4)
    error = gated.normalized_error(stopped.students, teachers, [9])[0]
    np.testing.assert_allclose(stopped.table.error, error, rtol=1e-5)
    with pytest.raises(ValueError, match="the study kept no students on the way"):
        matched(stopped, losses, [9])
    with pytest.raises(ValueError, match="one for each of the 3 rows"):
        matched(usual, [0.1], [9])
