"""How the time of a training grows with the student and with the length of its sequences, beside others.

SciPy's solvers are stopped at a loss at which their steps begin to drown in rounding; the library goes on to
the end. Autograd is timed for a fixed number of steps of descent, of which a training would need millions.
"""

import numpy as np

from ci.benchmarks.bench import Case
from ci.benchmarks.bench_flow import TRUTH, descent, flow, scipy_bdf
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.training.descent import gradient_descent

WIDTHS, LENGTHS = (10, 20, 50, 100, 200, 400), (11, 20, 40)
SMALL = (5, 10, 20)  # for solvers with a dense Jacobian
STEPS = 100


def cases() -> list[Case]:
    """Families of runs, each over several sizes."""
    found = [Case(f"flow, d = {d}, k = 11", flow(d, 11), None, "flow in d at k = 11", d) for d in WIDTHS]
    found += [Case(f"flow, d = 20, k = {k} ", flow(20, k), None, "flow in k at d = 20", k) for k in LENGTHS]
    for method in ("BDF", "LSODA"):
        found += [
            Case(
                f"SciPy {method}, d = {d}, k = 11",
                lambda d=d, method=method: scipy_bdf(d, 11, method),
                f"flow, d = {d}, k = 11" if d in WIDTHS else None,
                f"SciPy {method} in d at k = 11",
                d,
            )
            for d in SMALL
        ]
    found += [
        Case(f"autograd, d = {d}, k = 11", lambda d=d: descent(d, 11), None, "1000 steps by autograd in d", d)
        for d in (10, 20, 50, 100)
    ]
    return [*found, *batched()]


def batched() -> list[Case]:
    """Descent on many students at once, beside one after the other."""
    target = impulse_response(TRUTH, 11)
    crowd = random_student(20, 1e-2, np.random.default_rng(0), batch=(32,))

    def together():
        gradient_descent(crowd, target, 0.02, STEPS)

    def one_by_one():
        for i in range(32):
            gradient_descent(crowd[i], target, 0.02, STEPS)

    name = f"descent, {STEPS} steps, 32 students at once"
    return [Case(name, together), Case(f"descent, {STEPS} steps, 32 students in a loop", one_by_one, name)]
