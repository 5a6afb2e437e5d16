"""Gradient flow to convergence, beside SciPy's stiff solver and the training one would write first."""

import numpy as np
import torch
from scipy.integrate import solve_ivp

from ci.bench import Case
from lowdim.flow import gradient_flow
from lowdim.objective import extrapolation_error, loss_and_gradients
from lowdim.systems import impulse_response, random_student, teacher

TRUTH = teacher(np.linspace(-0.8, 0.95, 5), np.full(5, 0.2))
T_END, STD = 1e7, 1e-4
BUDGET = 2000  # steps of descent; it learns the first of five modes in them


def cases() -> list[Case]:
    """Three widths by the library, the smallest also by others."""
    listed = [Case(f"flow, d = {d}, k = {k}", flow(d, k)) for d, k in ((20, 11), (100, 20), (200, 20))]
    against = listed[0].name
    return [
        *listed,
        Case("the first, by SciPy BDF", lambda: scipy_bdf(20, 11), against),
        Case(
            f"the first, {BUDGET} steps of descent by autograd",
            lambda: descent(20, 11),
            against,
        ),
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


def scipy_bdf(d: int, k: int):
    """The same flow and tolerances with a Jacobian by finite differences."""
    start, target = student(d), impulse_response(TRUTH, k)

    def velocity(_, y):
        A, B, C = np.split(y, [d * d, d * d + d])
        _, *slopes = loss_and_gradients(A.reshape(d, d), B, C, target, None, "symmetric")
        return -np.concatenate([slope.ravel() for slope in slopes])

    y = np.concatenate([start.A.ravel(), start.B, start.C])
    run = solve_ivp(velocity, (0.0, T_END), y, "BDF", rtol=1e-8, atol=1e-12)
    assert run.success, run.message
    return run


def descent(d: int, k: int, step: float = 0.02, steps: int = BUDGET) -> float:
    """Gradient descent with autograd through k steps of the recurrence, on all k impulses at once."""
    target = torch.from_numpy(impulse_response(TRUTH, k))
    A, B, C = (torch.from_numpy(w).requires_grad_() for w in vars(student(d)).values())
    for _ in range(steps):
        state, responses = B, []
        for _ in range(k):
            responses.append(C @ state)
            state = A @ state
        loss = ((torch.stack(responses) - target) ** 2).sum()
        slopes = torch.autograd.grad(loss, (A, B, C))
        with torch.no_grad():
            A -= step / 2 * (slopes[0] + slopes[0].T)
            B -= step * slopes[1]
            C -= step * slopes[2]
    return float(loss.detach())
