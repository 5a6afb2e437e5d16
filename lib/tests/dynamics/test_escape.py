"""The escape from a degenerate origin: exactly solvable starts, scaling, and the flow itself."""

import numpy as np
import pytest

from lowdim.dynamics.escape import at_level, blow_up_time, escape_time
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow
from lowdim.training.trajectory import Trajectory


def one_state(a, b, c):
    return LinearRNN(np.array([[a]]), np.array([b]), np.array([c]))


def test_a_solvable_start():
    # With a = b = c all three obey a' = 2 m1 a², so 1/a falls to zero at 1/(2 m1 a).
    assert blow_up_time(one_state(0.5, 0.5, 0.5), 3.0) == pytest.approx(1 / 3, rel=1e-7)


def test_the_time_scales_inversely_with_the_start_and_with_the_response():
    start = random_student(4, 1.0, np.random.default_rng(0))
    scaled = LinearRNN(*(10 * w for w in (start.A, start.B, start.C)))
    assert blow_up_time(scaled, 1.4) == pytest.approx(blow_up_time(start, 1.4) / 10, rel=1e-7)
    assert blow_up_time(start, 2.8) == pytest.approx(blow_up_time(start, 1.4) / 2, rel=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_the_flow_escapes_when_that_of_the_cubic_form_blows_up(seed):
    truth, eps = teacher([0.9, -0.5], [1.0, -1.0]), 1e-4
    direction = random_student(6, 1.0, np.random.default_rng(seed))
    start = LinearRNN(*(eps * w for w in (direction.A, direction.B, direction.C)))
    run = gradient_flow(start, impulse_response(truth, 5), 20 / eps)
    # What the cubic form leaves out takes some log(1/eps), about ten, against s*/eps of some thousands.
    assert escape_time(run) * eps == pytest.approx(blow_up_time(direction, 1.4), rel=1e-2)


def test_escape_is_interpolated_at_the_first_crossing():
    path = LinearRNN(np.zeros((4, 1, 1)), np.zeros((4, 1)), np.zeros((4, 1)))
    run = Trajectory(np.array([0.0, 1.0, 3.0, 9.0]), path, np.array([2.0, 1.5, 0.5, 1.9]), 1, 1)
    assert escape_time(run, 0.5) == pytest.approx(2.0)
    assert escape_time(run, 0.8) == pytest.approx(0.8)
    assert escape_time(run, 0.1) == float("inf")


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="lag 1 that is not zero"):
        blow_up_time(one_state(1.0, 1.0, 1.0), 0.0)
    with pytest.raises(ValueError, match="did not grow"):
        blow_up_time(one_state(0.5, 0.0, 0.0), 1.0)
    with pytest.raises(ValueError, match="fraction must lie"):
        escape_time(Trajectory(np.zeros(1), one_state(1.0, 1.0, 1.0), np.zeros(1), 1, 1), 1.0)


@pytest.mark.parametrize("sign", [1, -1], ids=["rising", "falling"])
def test_a_power_of_the_driver_is_met_exactly_between_two_records(sign):
    driver = np.exp(sign * np.array([0.0, 1.0, 2.5, 4.0, 3.0]))  # back again: only the first crossing counts
    assert at_level(np.exp(sign * 3.1), driver, 7 * driver**-1.5) == pytest.approx(7 * np.exp(-sign * 4.65))
    assert at_level(np.exp(sign * 0.5), driver, driver**2) == pytest.approx(np.exp(sign))  # in the first pair


def test_a_level_never_crossed_is_refused():
    driver = np.array([1.0, 2.0, 3.0])
    for level in (0.5, 1.0, 4.0):
        with pytest.raises(ValueError, match="is not crossed: the driver starts at 1"):
            at_level(level, driver, driver)
