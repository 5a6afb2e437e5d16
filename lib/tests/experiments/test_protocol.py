"""The recalled protocol: teachers and starts as they are announced, and what becomes of the families."""

import numpy as np
import pytest

from lowdim.experiments.protocol import FAMILIES, drawn_teacher, family_start, family_target, protocol_run
from lowdim.systems import impulse_response


@pytest.mark.parametrize("balanced", [True, False])
def test_teachers_are_what_is_drawn(balanced):
    for seed in range(20):
        truth = drawn_teacher(3, balanced, np.random.default_rng(seed))
        poles, weights = np.diag(truth.A), truth.B * truth.C
        assert -np.diff(poles).max() > 0.2
        assert np.abs(poles).max() <= 0.95
        assert np.abs(weights).sum() == pytest.approx(1.0)
        assert (weights.min() > 0) == balanced
        assert weights.max() > 0


def test_families_differ_in_start_and_labels():
    near, default = (family_start(f, 40, "free", np.random.default_rng(0)) for f in FAMILIES[:2])
    assert np.abs(near.A).max() < 1e-2
    assert 0.95 / np.sqrt(40) < np.abs(default.A).max() <= 1 / np.sqrt(40)
    m = np.array([1.0, 0.5, 0.25, 0.125])
    assert family_target(FAMILIES[1], m, 2).tolist() == [1.0, 0.5]
    assert family_target(FAMILIES[2], m, 2).tolist() == [1.0, 0.5, 1.25, 0.625]
    with pytest.raises(ValueError, match="family must be one of"):
        family_start("far", 3, "free", np.random.default_rng(0))


def test_one_family_learns_the_teacher_and_the_other_its_echo():
    small = {"seed": 1, "k": 5, "d": 10, "d_hat": 2, "horizon": 30}
    truth, echo = protocol_run(family=FAMILIES[0], **small), protocol_run(family=FAMILIES[2], **small)
    assert truth["extrapolation_error"] < 1e-3
    assert echo["training"] < 1e-3
    m = impulse_response(drawn_teacher(2, True, np.random.default_rng(1)), 30)
    assert echo["extrapolation_error"] > 0.5 * np.abs(m[:5]).max()
