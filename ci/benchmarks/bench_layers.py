"""Training state space layers: many students in one batch against plain PyTorch loops over students.

Every case takes 20 Adam steps with each of its LRU students, 32 states, 64 lags, float64. A plain loop
trains one student after another, its kernel written as the LRU's authors write it and differentiated by
autograd; ``torch.compile`` has the same kernel and the same loop.
"""

from collections.abc import Callable

import numpy as np
import torch

from ci.benchmarks.bench import Case
from lowdim import ssm

STATES, LAGS, STEPS = 32, 64, 20
TARGET = 0.9 ** torch.arange(LAGS, dtype=torch.float64)


def start(students: int) -> ssm.Layer:
    """LRU students, the same for every case."""
    return ssm.lru(STATES, np.random.default_rng(0), (students,))


def batched(students: int) -> Case:
    """All students at once, gradients in closed form."""
    layer = start(students)

    def run() -> None:
        ssm.train(layer, TARGET, STEPS, rate=0.01, progress=False)

    return Case(f"{students} students in one batch", run)


def kernel(weights: list[torch.Tensor]) -> torch.Tensor:
    """The impulse response of one LRU, as one would first write it; in real numbers, which compile better."""
    nu, theta, gamma, B_re, B_im, C_re, C_im = weights
    j = torch.arange(LAGS)
    size, turn = (gamma.exp() * (-nu.exp() * j[:, None]).exp()), theta.exp() * j[:, None]
    real, imaginary = B_re * C_re - B_im * C_im, B_re * C_im + B_im * C_re
    return (size * (real * turn.cos() - imaginary * turn.sin())).sum(1)


def one_by_one(students: int, function: Callable, name: str) -> Case:
    """The same work, one student after another."""
    layer = start(students)

    def run() -> None:
        for i in range(students):
            one = [weight.clone().requires_grad_() for weight in layer[i].weights.values()]
            optimizer = torch.optim.Adam(one, lr=0.01)
            for _ in range(STEPS):
                optimizer.zero_grad()
                (function(one) - TARGET).square().sum().backward()
                optimizer.step()

    return Case(name, run, against=f"{students} students in one batch")


def compiled() -> Callable | None:
    """`kernel` by torch.compile, or None where it does not compile, which is said."""
    try:
        function = torch.compile(kernel)
        one = [weight.requires_grad_() for weight in start(1)[0].weights.values()]
        function(one).sum().backward()
        return function
    except Exception as error:
        print(f"torch.compile is left out: {type(error).__name__}: {str(error).strip().splitlines()[0]}")
        return None


def cases() -> list[Case]:
    """What `make bench` times."""
    few = 10
    loops = {f"{few} times a PyTorch loop": kernel, f"{few} times torch.compile": compiled()}
    plain = [one_by_one(few, function, name) for name, function in loops.items() if function is not None]
    return [batched(few), *plain, batched(100), batched(1000)]
