"""The tangent kernel against autograd, the linear flow against SciPy, and both against real training."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from lowdim.dynamics import kernel
from lowdim.dynamics.kernel import linearized_response, response_gradients, tangent_kernel
from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

TEACHER = teacher([0.9, -0.5], [0.6, 0.4])


def start(d, scale, seed, radius=0.7, structure="symmetric"):
    """A at a spectral radius, B and C of norm about `scale`."""
    rnn = random_student(d, 1.0, np.random.default_rng(seed), structure)
    A = rnn.A * (radius / np.abs(np.linalg.eigvals(rnn.A)).max())
    return LinearRNN(A, rnn.B * scale / np.sqrt(d), rnn.C * scale / np.sqrt(d))


@pytest.mark.parametrize("structure", ["free", "symmetric", "diagonal"])
def test_gradients_are_those_of_autograd(structure):
    rnn = start(5, 1.0, 1, structure=structure)
    metric = {
        "free": lambda X: X,
        "symmetric": lambda X: (X + X.mT) / 2,
        "diagonal": lambda X: X * torch.eye(5),
    }

    def responses(A, B, C):
        m, h = [], B
        for _ in range(6):
            m.append(C @ h)
            h = metric[structure](A) @ h
        return torch.stack(m)

    jacobians = torch.autograd.functional.jacobian(
        responses, tuple(torch.from_numpy(x) for x in (rnn.A, rnn.B, rnn.C))
    )
    expected = np.concatenate([j.reshape(6, -1).numpy() for j in jacobians], axis=1)
    np.testing.assert_allclose(response_gradients(rnn, 6, structure), expected, atol=1e-14)


@pytest.mark.parametrize("structure", ["free", "symmetric", "diagonal"])
def test_the_linearized_response_is_the_sum_over_all_gradients(structure):
    rnn, k, n = start(6, 2.0, 4, structure=structure), 3, 90
    if structure == "diagonal":
        rnn = LinearRNN(np.diag(np.diag(rnn.A)), rnn.B, rnn.C)
    target = impulse_response(TEACHER, k)
    K = tangent_kernel(rnn, n, structure)
    moved = K[:, :k] @ np.linalg.solve(K[:k, :k], impulse_response(rnn, k) - target)
    expected = impulse_response(rnn, n) - moved
    np.testing.assert_allclose(
        linearized_response(rnn, target, n, structure=structure), expected, rtol=0, atol=1e-12
    )


def test_beyond_the_observed_lags_no_gradient_is_formed(monkeypatch):
    formed, rows = [], kernel._rows

    def counted(*arguments):
        for row in rows(*arguments):
            formed.append(row.size)
            yield row

    monkeypatch.setattr(kernel, "_rows", counted)
    linearized_response(start(6, 2.0, 2), impulse_response(TEACHER, 4), 50)
    assert len(formed) == 4


def test_linear_flow_solves_its_equation():
    rnn, k, n = start(6, 2.0, 2), 4, 9
    target = impulse_response(TEACHER, k)
    K = tangent_kernel(rnn, n)

    def velocity(_t, m):
        return -2 * K[:, :k] @ (m[:k] - target)

    for time in (0.01, 0.3):
        exact = solve_ivp(velocity, (0, time), impulse_response(rnn, n), rtol=1e-11, atol=1e-13).y[:, -1]
        np.testing.assert_allclose(linearized_response(rnn, target, n, time), exact, atol=1e-9)
    end = linearized_response(rnn, target, n)
    np.testing.assert_allclose(end[:k], target, atol=1e-10)
    np.testing.assert_allclose(linearized_response(rnn, target, n, 1e9), end, atol=1e-10)


@pytest.mark.parametrize("structure", ["symmetric", "free"])
def test_real_training_leaves_its_tangent_at_second_order_in_time(structure):
    """m(t) and its linearization share value and slope at 0, so they part like t²."""
    rnn = start(6, 1.5, 3, structure=structure)
    target = impulse_response(TEACHER, 4)
    times = np.geomspace(1e-3, 1e-2, 6)
    run = gradient_flow(rnn, target, times[-1], structure, rtol=1e-12, atol=1e-14, times=times)
    gap = [
        np.abs(impulse_response(run.rnn[i], 8) - linearized_response(rnn, target, 8, t, structure)).max()
        for i, t in enumerate(times)
    ]
    order = np.polyfit(np.log(times), np.log(gap), 1)[0]
    assert order == pytest.approx(2, abs=0.1)


def test_wide_students_weigh_their_lags_exponentially():
    """iid A of variance ν²/d: K tends to a diagonal, ν^2j (|B|² + |C|²) + j ν^(2j-2) |B|²|C|², like 1/√d."""
    nu, lags = 0.6, 6
    j = np.arange(lags)
    limit = np.diag(nu ** (2 * j) * 2 + j * nu ** (2.0 * (j - 1)))

    def gap(d, seed):
        rng = np.random.default_rng(seed)
        B, C = rng.standard_normal((2, d))
        rnn = LinearRNN(
            nu / np.sqrt(d) * rng.standard_normal((d, d)), B / np.linalg.norm(B), C / np.linalg.norm(C)
        )
        return np.linalg.norm(tangent_kernel(rnn, lags, "free") - limit)

    widths = np.array([25, 50, 100, 200])
    gaps = [np.mean([gap(d, seed) for seed in range(12)]) for d in widths]
    # Each gap is a mean of 12 draws whose spread is about half of it: the slope is known to about 0.15.
    assert np.polyfit(np.log(widths), np.log(gaps), 1)[0] == pytest.approx(-0.5, abs=0.3)


def test_errors_name_the_argument(plain):
    rnn, target = start(4, 1.0, 0), impulse_response(TEACHER, 4)
    with pytest.raises(ValueError, match=r"horizon = 3 is below the k = 4"):
        linearized_response(rnn, target, 3)
    with pytest.raises(ValueError, match="time must not be negative"):
        linearized_response(rnn, target, 5, time=-1.0)
    with pytest.raises(ValueError, match=r"pass rnn\[i\]"):
        tangent_kernel(random_student(3, 0.1, np.random.default_rng(0), batch=(2,)), 4)
    with pytest.raises(ValueError, match="not diagonal"):
        tangent_kernel(rnn, 4, "diagonal")
