"""One experiment on gated networks, and several at once."""

import numpy as np
import pytest
import torch

from lowdim import gated
from lowdim.experiments import studies, study


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
