"""Certificates at k = 2 d̂: never below the true error, whoever the student; exact where the theorem is.

More adversarial students:  STUDENTS=10000 pytest -k never_below lib/tests/certificate/test_twice_the_order.py
"""

import os

import numpy as np
import pytest
from helpers import exact_errors, violations
from hypothesis import given, settings
from hypothesis import strategies as st

from lowdim.certificate.known_teacher import certify
from lowdim.moments.families import bordered_teacher
from lowdim.moments.impostors import disguise
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import nearby_student, random_student
from lowdim.systems.teachers import teacher

KINDS = ("nearby", "bordered", "split", "sleepy", "signed", "untrained")
HORIZON = 40


def disturbed(measures, d, rng):
    """A student in random coordinates from (poles, weights): weights of either sign."""
    poles, weights = measures
    return disguise(teacher(poles, weights), max(d, len(poles)), rng)


def adversary(seed):
    """A student that k = 2 d̂ responses leave every freedom, and its teacher."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    d_hat = int(rng.integers(1, 5))
    poles, weights = rng.uniform(-1, 1, d_hat), rng.uniform(0.05, 1, d_hat)
    truth, d = teacher(poles, weights), d_hat + int(rng.integers(1, 7))
    size, small = 10.0 ** rng.uniform(-12, -0.5, 2)
    if kind == "nearby":
        return nearby_student(truth, d, rng, size, small, 0.09 * rng.random()), truth
    if kind == "bordered":  # balanced, right at all 2 d̂ lags, wrong at the next
        other = bordered_teacher(truth, 10.0 ** rng.uniform(-8, -1), rng.uniform(-0.9, 0.9))
        return disguise(other, d, rng), truth
    if kind == "split":  # an awake atom that is two, a hair apart
        x = np.clip(np.append(poles, poles[0] + size), -1, 1)
        w = np.append(weights, 0.3 * weights[0])
        w[0] *= 0.7
        return disturbed((x, w), d, rng), truth
    if kind == "sleepy":
        x = np.append(poles + small * rng.standard_normal(d_hat) * 1e-3, size * rng.uniform(-1, 1, 5))
        return disturbed((np.clip(x, -1, 1), np.append(weights, small * rng.uniform(0, 1, 5))), d, rng), truth
    if kind == "signed":  # a measure of either sign whose moments below 2 d̂ vanish is added
        x = np.append(poles, rng.uniform(-1, 1, d_hat + 1))
        null = np.linalg.svd(np.vander(x, 2 * d_hat, increasing=True).T)[2][-1]
        return disturbed((x, np.append(weights, np.zeros(d_hat + 1)) + small * null), d, rng), truth
    return random_student(d, small, rng), truth


@settings(max_examples=int(os.environ.get("STUDENTS", 1000)))
@given(st.integers(0, 2**32 - 1))
def test_the_bound_is_never_below_the_true_error(seed):
    student, truth = adversary(seed)
    certificate = certify(student, truth, 2 * truth.dim, HORIZON, max_imbalance=np.inf)
    assert certificate.valid or certificate.radius > 1.01, certificate.reason
    assert violations(certificate.bound, exact_errors(student, truth, HORIZON)) == []


def test_the_adversaries_are_adversaries():
    """Each of these fits 2 d̂ lags to 1e-9 and is wrong by more than 1e-4 later: no bound from lags alone."""
    found = set()
    for seed in range(600):
        student, truth = adversary(seed)
        off = np.abs(impulse_response(student, HORIZON) - impulse_response(truth, HORIZON))
        if off[: 2 * truth.dim].max() < 1e-9 and off.max() > 1e-4:
            found.add(KINDS[seed % len(KINDS)])
    assert {"bordered", "signed"} <= found


@pytest.mark.parametrize("d_hat", [1, 2, 3, 4])
@pytest.mark.parametrize("sleeper", [None, 0.0, -0.3])
def test_it_is_exact_with_one_sleeper_or_none(d_hat, sleeper):
    # The theorem holds with equality when what is not at a node sits at one point.
    poles, weights = np.array([0.95, 0.5, -0.6, -0.2])[:d_hat], np.array([0.4, 0.3, 0.2, 0.1])[:d_hat]
    truth = teacher(poles, weights)
    x, w = poles - 1e-6, weights * (1 + 1e-6)
    student = teacher(x, w) if sleeper is None else teacher(np.append(x, sleeper), np.append(w, 1e-7))
    certificate = certify(student, truth, 2 * d_hat, 100)
    errors = exact_errors(student, truth, 100)
    assert certificate.valid
    assert violations(certificate.bound, errors) == []
    exact = np.array(list(map(float, errors)))
    np.testing.assert_allclose(certificate.bound, exact, rtol=0, atol=1e-6 * exact.max())


def test_sleepers_spread_out_cost_little():
    rng = np.random.default_rng(0)
    poles, weights = np.array([0.95, 0.5, -0.6]), np.array([0.4, 0.3, 0.3])
    x = np.append(poles + 1e-8, 1e-3 * rng.uniform(-1, 1, 17))
    student = disguise(teacher(x, np.append(weights, 1e-9 * rng.uniform(0, 1, 17))), 20, rng)
    truth = teacher(poles, weights)
    certificate = certify(student, truth, 6, 200)
    errors = np.array(list(map(float, exact_errors(student, truth, 200))))
    assert certificate.bound.max() / errors.max() < 1.05


def test_the_mass_off_the_nodes_is_what_counts():
    """Two students right at all 2 d̂ lags; that with a third awake atom gets a bound that says so."""
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    awake = bordered_teacher(truth, 0.3, 0.2)
    assert certify(truth, truth, 4, 60).bound.max() < 1e-12
    error = np.abs(impulse_response(awake, 60) - impulse_response(truth, 60)).max()
    assert error < certify(awake, truth, 4, 60).bound.max() < 30 * error


def test_one_lag_fewer_is_refused():
    truth = teacher([0.9, -0.5], [0.6, 0.4])
    assert (
        certify(truth, truth, 3, 20).reason
        == "k = 3 is below 2 x 2 = 4 for a teacher with 2 poles: train on more lags"
    )


def test_delta_is_measured_on_the_training_lags_only():
    truth = teacher([0.9], [0.6])
    other = bordered_teacher(truth, 0.5, 0.0)  # right at lags 0 and 1, wrong at 2
    certificate = certify(other, truth, 2, 20)
    assert certificate.delta < 1e-15
    assert certificate.bound[2] > 0.1
