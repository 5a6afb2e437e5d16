"""Zero charge and least norm are the same thing, and the response is untouched."""

import numpy as np
import pytest
from scipy.optimize import minimize

from lowdim.systems.balance import noether_charge
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.norm_balanced import smallest_realization, squared_norm
from lowdim.systems.teachers import delayed, oscillating_teacher, teacher


def changed(rnn, g):
    return LinearRNN(g @ rnn.A @ np.linalg.inv(g), g @ rnn.B, rnn.C @ np.linalg.inv(g))


SYSTEMS = {
    "signed": teacher([0.9, -0.5], [1.0, -0.6]),
    "delayed": delayed(teacher([0.8], [1.0]), 1),
    "skewed": changed(oscillating_teacher(0.95, 0.4), np.array([[3.0, 1.0], [0.0, 0.2]])),
    "three": teacher([0.9, 0.1, -0.6], [1.0, -0.5, 0.8]),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_response_stays_and_the_charge_vanishes(name):
    small = smallest_realization(SYSTEMS[name])
    np.testing.assert_allclose(
        impulse_response(small, 12), impulse_response(SYSTEMS[name], 12), rtol=1e-8, atol=1e-9
    )
    assert np.abs(noether_charge(small)).max() < 1e-9 * squared_norm(small)


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_change_of_basis_is_smaller(name):
    rnn = SYSTEMS[name]

    def norm(g):
        return squared_norm(changed(rnn, g.reshape(rnn.dim, rnn.dim)))

    found = minimize(norm, np.eye(rnn.dim).ravel(), method="BFGS", options={"gtol": 1e-7}).fun
    assert squared_norm(smallest_realization(rnn)) == pytest.approx(found, rel=1e-7)


@pytest.mark.parametrize(
    "rnn", [teacher([0.9, -0.5], [0.6, 0.4]), oscillating_teacher(0.95, 0.4)], ids=["balanced", "rotation"]
)
def test_symmetric_balanced_and_normal_systems_are_smallest_as_they_are(rnn):
    back = smallest_realization(changed(rnn, np.array([[2.0, 0.7], [-0.3, 0.5]])))
    assert squared_norm(back) == pytest.approx(squared_norm(rnn), rel=1e-9)


def test_the_slope_along_a_geodesic_is_the_charge():
    rnn, h = SYSTEMS["three"], 1e-6
    X = np.random.default_rng(1).standard_normal((3, 3))
    X = X + X.T
    rates, basis = np.linalg.eigh(X)
    up, down = (squared_norm(changed(rnn, (basis * np.exp(s * rates)) @ basis.T)) for s in (h, -h))
    assert (up - down) / (2 * h) == pytest.approx(2 * np.trace(X @ noether_charge(rnn)), rel=1e-7)


def test_what_is_not_minimal_is_refused(monkeypatch):
    monkeypatch.setattr("lowdim.systems.norm_balanced._MOST_STEPS", 200)
    unreachable = LinearRNN(np.array([[0.5, 1.0], [0.0, 0.5]]), np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="is the system minimal"):
        smallest_realization(unreachable)
    with pytest.raises(ValueError, match="single system"):
        smallest_realization(teacher([[0.5], [0.6]], [[1.0], [1.0]]))


def test_weight_shared_unevenly_beyond_all_squares_is_shared_evenly():
    back = smallest_realization(LinearRNN(np.array([[0.5]]), np.array([1e160]), np.array([-1e-160])))
    assert (float(back.B[0]), float(back.C[0])) == pytest.approx((1.0, -1.0), rel=1e-6)
