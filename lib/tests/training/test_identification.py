"""A system in a record: what is explained, by whom, and where training stops."""

import numpy as np
import pytest

from lowdim.systems.linear import LinearRNN, impulse_response, simulate
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.finite_data import draw_data, empirical_loss
from lowdim.training.flow import gradient_flow
from lowdim.training.identification import explained, finite_response, stopped_early
from lowdim.training.objective import population_loss

TRUTH = teacher([0.8, -0.3], [0.7, 0.5])
INPUTS = np.random.default_rng(0).standard_normal(400)
OUTPUTS = simulate(TRUTH, INPUTS)
LATE = slice(250, 380)


def test_a_system_explains_all_of_its_own_record_and_silence_nothing():
    batch = LinearRNN(*(np.stack([x, x]) for x in (TRUTH.A, TRUTH.B, TRUTH.C * 1.0)))
    batch.C[1] = 0
    np.testing.assert_array_equal(explained(batch, INPUTS, OUTPUTS, LATE), [1.0, 0.0])


def test_what_is_explained_by_hand():
    half = LinearRNN(TRUTH.A, TRUTH.B, TRUTH.C / 2)  # misses half of the signal: a quarter of its energy
    assert explained(half, INPUTS, OUTPUTS, LATE) == pytest.approx(0.75, rel=1e-12)


def test_only_the_part_counts_but_the_system_remembers_what_came_before():
    other = OUTPUTS.copy()
    other[: LATE.start] = other[LATE.stop :] = 1e3
    assert explained(TRUTH, INPUTS, other, LATE) == 1.0
    silent = INPUTS.copy()
    silent[: LATE.start] = 0
    assert explained(TRUTH, silent, other, LATE) < 1 - 1e-4


def test_a_long_finite_response_is_that_of_the_system_and_ends():
    found = finite_response(INPUTS, OUTPUTS, 60)  # 0.8^60 is 1.5e-6
    np.testing.assert_allclose(impulse_response(found, 60), impulse_response(TRUTH, 60), atol=1e-5)
    np.testing.assert_array_equal(impulse_response(found, 80)[60:], 0)


def losses():
    rng = np.random.default_rng(1)
    return [empirical_loss(*draw_data(TRUTH, n, 6, rng, noise=0.5)) for n in (10, 200)]


def test_the_system_kept_is_the_best_of_the_path_on_the_other_data():
    seen, other = losses()
    start = random_student(5, 1e-2, np.random.default_rng(0))

    def held_out(path):
        return population_loss(path, other.target, covariance=other.covariance)

    kept = stopped_early(start, seen, held_out, 1e4)
    path = gradient_flow(start, seen.target, 1e4, covariance=seen.covariance).rnn
    found = held_out(path)
    np.testing.assert_array_equal(kept.A, path[int(np.argmin(found))].A)
    assert found.min() < 0.9 * found[-1]  # so stopping early made a difference


def test_a_loss_that_is_not_finite_never_wins():
    seen, _ = losses()
    start = random_student(5, 1e-2, np.random.default_rng(0))

    def overflowing(path):
        found = np.arange(len(path.B), dtype=float)
        found[:3] = np.nan, -np.inf, np.inf
        return found

    kept = stopped_early(start, seen, overflowing, 1e2)
    path = gradient_flow(start, seen.target, 1e2, covariance=seen.covariance).rnn
    np.testing.assert_array_equal(kept.A, path[3].A)


@pytest.mark.parametrize(("outputs", "part"), [(OUTPUTS[:-1], LATE), (OUTPUTS, slice(500, 600))])
def test_no_part_of_a_record_is_refused(plain, outputs, part):
    with pytest.raises(ValueError, match="needs a record and a part of it"):
        explained(TRUTH, INPUTS, outputs, part)


@pytest.mark.parametrize("unit", [0.0, 1e-200])
def test_no_share_of_nothing_is_explained(unit):
    with pytest.raises(ValueError, match=r"outputs are zero .* at all 3 times of slice\(0, 3, None\)"):
        explained(TRUTH, INPUTS, unit * OUTPUTS, slice(0, 3))


@pytest.mark.parametrize(
    "part", [slice(-150, -20), slice(-150, None), slice(379, 249, -1), slice(250, 380, 3)]
)
def test_a_part_may_be_counted_from_the_end(part):
    half = LinearRNN(TRUTH.A, TRUTH.B, TRUTH.C / 2)
    assert explained(half, INPUTS, OUTPUTS, part) == pytest.approx(0.75, rel=1e-12)


def test_where_no_loss_is_finite_the_start_is_kept():
    seen, _ = losses()
    start = random_student(5, 1e-2, np.random.default_rng(0))
    kept = stopped_early(start, seen, lambda path: np.full(len(path.B), -np.inf), 10.0)
    np.testing.assert_allclose(kept.A, start.A, rtol=0, atol=1e-15)
    np.testing.assert_allclose(kept.B, start.B, rtol=0, atol=1e-15)
