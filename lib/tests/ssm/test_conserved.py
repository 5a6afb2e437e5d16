"""What gradient flow conserves: to first order in the step of descent, and along the gradient exactly."""

import numpy as np
import pytest
import torch

from lowdim import ssm
from lowdim.ssm.conserved import CHARGES
from lowdim.ssm.layers import FAMILIES
from lowdim.systems import noether_charge

TARGET = 0.9 ** np.arange(6) - 0.4 * (-0.5) ** np.arange(6)


def layers():
    """Two students of every family, in general position."""
    rng = np.random.default_rng(0)
    found = [ssm.real_diagonal(4, rng, (2,)), ssm.s4d_lin(4, rng, (2,)), ssm.s4d_real(4, rng, (2,))]
    found += [ssm.lru(4, rng, (2,)), ssm.dense(4, rng, (2,)), ssm.dense(4, rng, (2,), structure="symmetric")]
    turned = ssm.rotated(found[0])
    turned.weights["S"] += torch.from_numpy(0.3 * rng.standard_normal((2, 4, 4)))
    return {layer.family: layer for layer in [*found, turned]}


def test_every_family_has_its_charges():
    assert set(CHARGES) == set(FAMILIES) == set(layers())


@pytest.mark.parametrize("family", FAMILIES)
def test_charges_stand_still_along_the_gradient(family):
    assert ssm.charge_rates(layers()[family], TARGET).max() < 1e-13


@pytest.mark.parametrize("family", FAMILIES)
def test_under_descent_charges_drift_with_the_square_of_the_step(family):
    """One step of size s moves what is conserved by s squared, and anything else by s."""
    layer, drift = layers()[family], []
    for rate in (1e-3, 1e-4):
        after = ssm.train(layer, TARGET, 1, optimizer="SGD", rate=rate).final
        drift.append((ssm.charges(after) - ssm.charges(layer)).abs().max())
    assert 90 < drift[0] / drift[1] < 110


@pytest.mark.parametrize(
    ("family", "wrong"),
    [
        ("real", lambda w: w["B"].square() + w["C"].square()),
        ("lru", lambda w: w["B_re"].square() - w["C_re"].square()),
        ("s4d", lambda w: (w["log_decay"] + 0.5 * w["C_re"].square()).sum(-1, keepdim=True) - w["log_dt"]),
        ("dense", lambda w: w["B"].square() - w["C"].square()),
    ],
)
def test_what_is_not_conserved_moves(family, wrong):
    assert ssm.charge_rates(layers()[family], TARGET, wrong).max() > 1e-2


def test_the_charge_of_a_dense_layer_is_that_of_the_linear_chapters():
    layer = layers()["dense"]
    rows, columns = np.triu_indices(4)
    np.testing.assert_allclose(
        ssm.charges(layer), noether_charge(ssm.as_rnn(layer))[:, rows, columns], atol=1e-15
    )
