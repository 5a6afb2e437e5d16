"""Measurements on gated networks, on networks whose answers are known."""

import numpy as np
import pytest
import torch

from lowdim import gated

F64 = torch.float64


def leaky(z):
    """One unit h' = z h + (1 - z) tanh(x), read out so that its long-run spread is about one."""
    drive = torch.tensor([[[0.0, 0.0], [0.0, np.log(z / (1 - z))], [1.0, 0.0]]], dtype=F64)
    one, no = torch.ones(1, 1, 1, dtype=F64), torch.zeros(1, 1, 1, dtype=F64)
    return gated.Recurrent("gru", torch.zeros(1, 3, 1, dtype=F64), drive, one / (1 - z), no)


def test_the_normalized_error_of_known_mistakes():
    teacher = leaky(0.8)
    assert gated.normalized_error(teacher, teacher, [3, 40]).max() == 0.0
    mute, shifted = teacher.select([0]), teacher.select([0])
    with torch.no_grad():
        mute.readout *= 0
        shifted.offset += 0.5
    # The mean of a square over its variance: one, up to the sampling of the mean.
    assert gated.normalized_error(mute, teacher, [1, 200], 4000) == pytest.approx(1.0, abs=0.01)
    power = np.random.default_rng(0).standard_normal(10**6)
    spread = np.sqrt((np.tanh(power) ** 2).mean() * (1 - 0.8 ** (2 * np.array([1, 5, 300]))) / (1 - 0.8**2))
    errors = gated.normalized_error(gated.join([shifted, teacher]), teacher, [1, 5, 300], 20_000)
    np.testing.assert_allclose(errors[:, 0], 0.5 / spread, rtol=0.02)  # sampling: 0.5 % of a spread
    assert not errors[:, 1].any()
    last, windowed = (gated.normalized_error(shifted, teacher, [600], 50, w)[0, 0] for w in (1, 400))
    assert abs(windowed / (0.5 / spread[-1]) - 1) < 0.05
    assert last != windowed


@pytest.mark.parametrize("z", [0.5, 0.9])
def test_no_short_memory_beats_the_floor_of_a_leaky_integrator(z):
    # Output sum_j z^j tanh(x_{t-j}): the part before the last k has the share z^{2k} of the variance.
    floors = [gated.memory_floor(leaky(z), k, past=60, sequences=20_000)[0] for k in (1, 2, 6)]
    np.testing.assert_allclose(floors, z ** np.array([1.0, 2.0, 6.0]), rtol=0.03)  # sampling: 0.7 %


def test_the_nonlinear_share_is_what_a_line_leaves_of_a_hyperbolic_tangent():
    teacher = leaky(1e-9)  # forgets at once: its output is tanh(x)
    x, weights = np.polynomial.hermite_e.hermegauss(80)
    weights /= weights.sum()
    power = weights @ np.tanh(x) ** 2
    share = np.sqrt(1 - (weights @ (x * np.tanh(x))) ** 2 / power)
    assert gated.nonlinear_share(teacher)[0] == pytest.approx(share, rel=0.03)  # sampling: 0.6 %
    with torch.no_grad():
        teacher.drive[:, 2, 0] = 1e-3  # a tangent seen from so near is a line: 1 - tanh(x) / x = x^2 / 3
    assert gated.nonlinear_share(teacher)[0] < 1e-5


def test_a_drift_is_the_teacher_at_first_and_leaves_it_in_a_straight_line():
    teacher = gated.teacher(2, [1, 2], dtype=F64)
    inputs = torch.from_numpy(np.random.default_rng(9).standard_normal((1, 3, 20)))
    drift = gated.Drift(teacher, 7, gain=0.4)
    plain, (astray, _) = teacher(inputs)[0], drift(inputs)
    assert torch.equal(plain[..., :7], astray[..., :7])
    wanted = 0.4 / 7 * torch.arange(1, 14, dtype=F64).expand(2, 3, -1)
    torch.testing.assert_close((astray - plain)[..., 7:], wanted)
    first, state = drift(inputs[..., :9])
    rest, _ = drift(inputs[..., 9:], state)
    torch.testing.assert_close(torch.cat((first, rest), -1), astray)
    torch.testing.assert_close(drift.select([1])(inputs)[0], astray[1:])


def test_a_shift_register_visits_as_many_directions_as_it_has_places():
    faint, n = 1e-4, 6  # faint inputs, on which tanh is linear: the state is the last n inputs
    register = torch.diag(torch.ones(n - 1, dtype=F64), -1)[None]
    drive = torch.zeros(1, n, 2, dtype=F64)
    drive[0, 0, 0] = faint
    ones = torch.ones(1, 1, n, dtype=F64)
    network = gated.Recurrent("tanh", register, drive, ones, ones[..., :1])
    variances = gated.principal_variances(network, sequences=200)
    count, ratio = gated.state_dimension(variances)
    assert count.tolist() == [n]
    assert ratio[0] == pytest.approx(n, rel=0.01)  # eigenvalues equal up to sampling: 40,000 points
    assert gated.state_dimension(variances, share=0.6)[0].tolist() == [4]  # 3/6 < 0.6 <= 4/6
    with torch.no_grad():
        network.recurrent *= 0
    count, ratio = gated.state_dimension(gated.principal_variances(network))
    assert count.tolist() == [1]
    assert ratio[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            "lengths must increase by at least window = 4",
            lambda T: gated.normalized_error(T, T, [4, 7], window=4),
        ),
        ("share must be in", lambda T: gated.state_dimension(np.ones((1, 2)), share=1.0)),
        ("lag must be a whole number", lambda T: gated.Drift(T, 0)),
    ],
)
def test_what_cannot_be_right_is_refused(message, call, plain):
    with pytest.raises(ValueError, match=message):
        call(leaky(0.5))
