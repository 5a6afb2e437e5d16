"""Students of a study, trained further, and as they were at a given loss."""

import numpy as np
import pytest
import torch

from lowdim import gated
from lowdim.experiments import continued, matched, study


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
