"""Layers: closed forms against the recurrence and against automatic differentiation, starts, coordinates."""

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from lowdim import ssm
from lowdim.ssm.layers import FAMILIES, Modes
from lowdim.systems import simulate

D, LAGS = 6, 37
STARTS = {
    "real": lambda rng, batch: ssm.real_diagonal(D, rng, batch),
    "s4d": lambda rng, batch: ssm.s4d_lin(D, rng, batch),
    "s4d-real": lambda rng, batch: ssm.s4d_real(D, rng, batch),
    "lru": lambda rng, batch: ssm.lru(D, rng, batch),
    "dense": lambda rng, batch: ssm.dense(D, rng, batch),
    "symmetric": lambda rng, batch: ssm.dense(D, rng, batch, std=0.3, structure="symmetric"),
    "rotated": lambda rng, batch: turned(ssm.rotated(ssm.real_diagonal(D, rng, batch)), rng),
}


def turned(layer, rng):
    """A rotated layer that has left the identity."""
    skew = torch.from_numpy(0.3 * rng.standard_normal(tuple(layer.weights["S"].shape)))
    return ssm.Layer("rotated", {**layer.weights, "S": skew})


@pytest.fixture(params=STARTS)
def layer(request):
    """Three students of each family."""
    return STARTS[request.param](np.random.default_rng(0), (3,))


def by_lag(layer, horizon):
    """Responses as the definition has them, lag by lag, for autograd."""
    form, found = layer.form, []
    if isinstance(form, Modes):
        power = torch.ones_like(form.poles)
        for _ in range(horizon):
            found.append((form.weights * power).sum(-1))
            power = power * form.poles
    else:
        state = form.B
        for _ in range(horizon):
            found.append((form.C * state).sum(-1))
            state = (form.A @ state[..., None])[..., 0]
    m = torch.stack(found, -1)
    return m.real if m.is_complex() else m


def system(family, w):
    """A, B and C of one student as its authors define them, from its weights alone."""
    if family == "lru":
        poles = np.exp(-np.exp(w["log_nu"])) * np.exp(1j * np.exp(w["log_theta"]))
        ports = np.exp(w["log_gamma"]) * (w["B_re"] + 1j * w["B_im"])
        return np.diag(poles), ports, w["C_re"] + 1j * w["C_im"]
    if family.startswith("s4d"):
        decay, turn = np.exp(w["log_decay"]), w.get("frequency", 0.0)
        C = w["C"] if "C" in w else 2 * (w["C_re"] + 1j * w["C_im"])
        held = [  # exp of [[a, 1], [0, 0]] dt has the state's step and the integral of a held input
            expm(np.array([[a, 1], [0, 0]]) * np.exp(w["log_dt"][0])) for a in -decay + 1j * turn
        ]
        return np.diag([h[0, 0] for h in held]), np.array([h[0, 1] for h in held]), C
    if family == "real":
        return np.diag(w["poles"]), w["B"], w["C"]
    if family == "rotated":
        skew, eye = w["S"] - w["S"].T, np.eye(len(w["B"]))
        turn = (eye + skew) @ np.linalg.inv(eye - skew)
        return turn @ np.diag(w["poles"]) @ turn.T, w["B"], w["C"]
    return (w["A"] + w["A"].T) / 2 if family == "symmetric" else w["A"], w["B"], w["C"]


def test_closed_forms_are_those_of_the_authors_equations(layer):
    answers = ssm.responses(layer, LAGS).numpy()
    for i in range(3):
        A, state, C = system(layer.family, {name: w[i].numpy() for name, w in layer.weights.items()})
        for m in answers[i]:
            assert abs(m - (C @ state).real) < 1e-13
            state = A @ state


def test_every_family_is_tried():
    assert set(STARTS) == set(FAMILIES)


def test_closed_forms_are_what_the_recurrence_answers_to_a_pulse(layer):
    pulse = np.zeros((1, 1, LAGS))
    pulse[..., 0] = 1.0
    np.testing.assert_allclose(ssm.responses(layer, LAGS), simulate(ssm.as_rnn(layer), pulse)[0], atol=1e-14)


@pytest.mark.parametrize("horizon", [1, 2, 3, LAGS])
def test_gradients_are_those_of_automatic_differentiation(layer, horizon):
    slope = torch.from_numpy(np.random.default_rng(1).standard_normal((3, horizon)))
    weights = [w.requires_grad_() for w in layer.weights.values()]
    ours, theirs = (
        torch.autograd.grad((m(layer, horizon) * slope).sum(), weights, materialize_grads=True)
        for m in (ssm.responses, by_lag)
    )
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-13)


def test_other_coordinates_answer_alike(layer):
    torch.testing.assert_close(ssm.responses(ssm.as_dense(layer), LAGS), ssm.responses(layer, LAGS))


def test_poles_are_the_eigenvalues_of_the_dense_form(layer):
    dense = np.sort_complex(torch.linalg.eigvals(ssm.as_dense(layer).weights["A"]).numpy())
    found = ssm.poles(layer).numpy()
    if found.shape[-1] < D:
        found = np.concatenate([found, found.conj()], axis=-1)
    for one, other in zip(np.sort_complex(found), dense, strict=True):
        assert np.abs(one[:, None] - other).min(1).max() < 1e-12


def test_s4d_starts_as_published():
    layer = ssm.s4d_lin(D, np.random.default_rng(0), (500,))
    step = layer.weights["log_dt"].exp()
    assert 1e-3 <= step.min() < 1.1e-3
    assert 0.09 < step.max() <= 0.1
    continuous = ssm.poles(layer).log() / step
    torch.testing.assert_close(continuous.real, torch.full((500, D // 2), -0.5).double())
    torch.testing.assert_close(continuous[0].imag, np.pi * torch.arange(3).double())
    decay = ssm.poles(ssm.s4d_real(D, np.random.default_rng(0), (500,))).real.log() / step
    torch.testing.assert_close(decay[7], -torch.arange(1, D + 1).double())


def test_the_lru_starts_on_its_ring_by_area_with_states_of_one_size():
    layer = ssm.lru(D, np.random.default_rng(0), (4000,), ring=(0.5, 0.9))
    square = ssm.poles(layer).abs().square()
    assert 0.25 < square.min() < 0.26
    assert 0.80 < square.max() < 0.81
    assert abs(square.mean() - 0.53) < 0.01
    torch.testing.assert_close(layer.weights["log_gamma"].exp().square() + square, torch.ones_like(square))


def test_the_dense_start_is_that_of_torch():
    layer = ssm.dense(D, np.random.default_rng(0), (2000,))
    recurrent, readout = torch.nn.RNN(1, D), torch.nn.Linear(D, 1)
    bound = 1 / np.sqrt(D)
    for weight, theirs in zip(
        layer.weights.values(), (recurrent.weight_hh_l0, recurrent.weight_ih_l0, readout.weight), strict=True
    ):
        assert theirs.abs().max() <= bound
        assert 0.99 * bound < weight.abs().max() <= bound


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: ssm.lru(5, rng), "d must be even"),
        (lambda rng: ssm.lru(6, rng, ring=(0.9, 1.1)), "ring must be two moduli"),
        (lambda rng: ssm.s4d_lin(6, rng, scale=0.0), "positive and finite"),
        (lambda rng: ssm.rotated(ssm.lru(6, rng)), "must be real diagonal"),
        (lambda rng: ssm.Layer("mamba", {}), "family must be one of"),
    ],
)
def test_what_is_refused_and_why(call, message, plain):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
