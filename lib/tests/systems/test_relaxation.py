"""Rods and ladders against an integrator and closed forms; balanced with the sensor where the input is."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lowdim.systems.balance import imbalance
from lowdim.systems.linear import impulse_response
from lowdim.systems.relaxation import heat_rod, rc_ladder


@pytest.mark.parametrize("sensor", [0, 3])
def test_a_ladder_obeys_its_equations(sensor):
    rng = np.random.default_rng(sensor)
    R, C, dt = rng.uniform(1e3, 2e4, 6), rng.uniform(1e-7, 3e-6, 6), 2e-3

    def flow(_, v):
        out = (v - np.append(v[1:], 0.0)) / R
        return (np.append(0.0, out[:-1]) - out) / C

    start = np.eye(6)[0]
    exact = solve_ivp(flow, (0, 20 * dt), start, "LSODA", dt * np.arange(20), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(impulse_response(rc_ladder(R, C, dt, sensor), 20), exact.y[sensor], atol=1e-8)


def test_the_slowest_mode_of_a_rod_is_that_of_the_heat_equation():
    metres, alpha, dt = 0.3, 1e-4, 5.0
    rate = alpha * (np.pi / (2 * metres)) ** 2
    rod = heat_rod(metres, alpha, 60, dt)
    assert np.linalg.eigvalsh(rod.A)[-1] == pytest.approx(np.exp(-rate * dt), rel=1e-4)


def test_a_collocated_one_is_balanced_and_a_far_sensor_is_not():
    for make in (
        lambda sensor: heat_rod(0.1, 1e-4, 12, 1.0, sensor),
        lambda sensor: rc_ladder(np.full(12, 1e4), np.full(12, 1e-6), 1e-2, sensor),
    ):
        near, far = make(0), make(11)
        assert imbalance(near) == 0
        assert np.array_equal(near.A, near.A.T)
        assert np.linalg.eigvalsh(near.A)[0] > 0
        assert impulse_response(near, 1)[0] == 1
        assert imbalance(far) > 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: heat_rod(-1.0, 1e-4, 5, 1.0), "metres must be finite and above 0"),
        (lambda: heat_rod(1.0, 1e-4, 5, 1.0, sensor=5), "one of the 5 cells"),
        (lambda: heat_rod(1.0, 1e-4, 5, 1.0, sensor=0.5), "sensor must be a whole number"),
        (lambda: rc_ladder([1.0, 2.0], [1.0], 1.0), "lists of one length"),
        (lambda: rc_ladder([1.0, 0.0], [1.0, 1.0], 1.0), "resistances must be finite"),
    ],
)
def test_what_cannot_be_built_is_refused(call, message, plain):
    with pytest.raises(ValueError, match=message):
        call()
