"""A proven bound at a thousand lags, beside the range of one response by linear programming."""

import numpy as np

from ci.benchmarks.bench import Case
from lowdim.certificate.known_teacher import certify
from lowdim.moments.ranges import response_bounds
from lowdim.systems.linear import impulse_response
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow

TRUTH = teacher(np.linspace(-0.8, 0.95, 5), np.full(5, 0.2))
K = 11  # training length
LAG, RESIDUAL = 60, 1e-9  # of the linear program: which response, and how far each moment may be off


def cases() -> list[Case]:
    """Trained students of two widths, the program once."""
    target = impulse_response(TRUTH, K)
    listed = [Case(f"certificate, d = {d}, 1,000 lags", certificate(d, target)) for d in (20, 100)]
    program = Case(
        "one lag, by linear programming", lambda: response_bounds(target, LAG, RESIDUAL), listed[1].name
    )
    return [*listed, program]


def certificate(d: int, target: np.ndarray):
    """The certificate of a trained student, after one that is checked and told about."""
    start = random_student(d, 1e-4, np.random.default_rng(0))
    student = gradient_flow(start, target, 1e7).final
    once = certify(student, TRUTH, K, 1000)
    assert once.valid, once.reason
    error = np.abs(impulse_response(student, 1000) - impulse_response(TRUTH, 1000)).max()
    print(f"  d = {d}: bound at most {once.bound.max():.2g}, error at most {error:.2g}")
    return lambda: certify(student, TRUTH, K, 1000)
