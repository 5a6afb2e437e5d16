"""Gradient flow to convergence, beside SciPy's stiff solver and the training one would write first."""

import numpy as np
import torch
from scipy.integrate import solve_ivp

from ci.benchmarks.bench import Case
from lowdim.systems.compare import extrapolation_error
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import loss_and_gradients

TRUTH = teacher(np.linspace(-0.8, 0.95, 5), np.full(5, 0.2))
T_END, STD = 1e7, 1e-4
ENOUGH = 1e-10  # the loss at which SciPy is stopped: later its steps drown in rounding
STEP, BUDGET = 0.02, 1000  # of descent, which learns the first of five modes in that many steps


def cases() -> list[Case]:
    """Three widths by the library, the smallest also by others."""
    run = scipy_bdf(20, 11)
    print(
        f"  SciPy: loss {ENOUGH:g} at time {run.t[-1]:.3g} after {run.nfev} gradients "
        f"and {run.njev} Jacobians of 440"
    )
    print(
        f"  descent would need {run.t[-1] / STEP:.1g} steps to get there; "
        f"loss after {BUDGET}: {descent(20, 11):.2g}"
    )
    listed = [Case(f"flow, d = {d}, k = {k}", flow(d, k)) for d, k in ((20, 11), (100, 20), (200, 20))]
    against = listed[0].name
    return [
        *listed,
        Case(f"the first to loss {ENOUGH:g} only, by SciPy BDF", lambda: scipy_bdf(20, 11), against),
        Case(f"the first, {BUDGET} steps of descent by autograd", lambda: descent(20, 11), against),
    ]


def flow(d: int, k: int):
    """The run to time, after one that is checked and told about."""
    start, target = student(d), impulse_response(TRUTH, k)
    once = gradient_flow(start, target, T_END)
    error = float(extrapolation_error(once.final, TRUTH, 60))
    told = f"loss {once.loss[-1]:.1e}, largest lag error {error:.1e}"
    print(f"  d = {d}, k = {k}: {told}, {once.evaluations} gradients, {once.steps} steps")
    return lambda: gradient_flow(start, target, T_END)


def student(d: int):
    """The start of all of them."""
    return random_student(d, STD, np.random.default_rng(0))


def scipy_bdf(d: int, k: int, method: str = "BDF"):
    """The same flow and tolerances, with the Jacobian by finite differences, until the loss is ENOUGH."""
    start, target = student(d), impulse_response(TRUTH, k)

    def loss_and_slopes(y):
        A, B, C = np.split(y, [d * d, d * d + d])
        return loss_and_gradients(A.reshape(d, d), B, C, target, None, "symmetric")

    def velocity(_, y):
        return -np.concatenate([slope.ravel() for slope in loss_and_slopes(y)[1:]])

    def done(_, y):
        return loss_and_slopes(y)[0] - ENOUGH

    done.terminal = True
    y = np.concatenate([start.A.ravel(), start.B, start.C])
    run = solve_ivp(velocity, (0.0, T_END), y, method, events=done, rtol=1e-8, atol=1e-12)
    assert run.status == 1, run.message
    return run


def descent(d: int, k: int) -> float:
    """Gradient descent with autograd through k steps of the recurrence, on all k impulses at once."""
    target = torch.from_numpy(impulse_response(TRUTH, k))
    A, B, C = (torch.from_numpy(w).requires_grad_() for w in vars(student(d)).values())
    for _ in range(BUDGET):
        state, responses = B, []
        for _ in range(k):
            responses.append(C @ state)
            state = A @ state
        loss = ((torch.stack(responses) - target) ** 2).sum()
        slopes = torch.autograd.grad(loss, (A, B, C))
        with torch.no_grad():
            A -= STEP / 2 * (slopes[0] + slopes[0].T)
            B -= STEP * slopes[1]
            C -= STEP * slopes[2]
    return float(loss.detach())
