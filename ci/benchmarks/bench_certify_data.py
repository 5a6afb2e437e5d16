"""Ranges of many responses at once, beside one response by a plain linear program: HiGHS, and cvxpy's.

The peers solve it on 513 Chebyshev points, so for fewer measures, and prove nothing: their range is too
narrow by what the points leave out.
"""

import time

import cvxpy
import numpy as np
from scipy.optimize import linprog

from ci.benchmarks.bench import Case
from lowdim.certificate.from_data import certify_data
from lowdim.moments.ranges import response_ranges
from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import teacher

TRUTH = teacher([0.99, 0.7, -0.4], [0.4, 0.3, 0.3])
K, TOLERANCE, HORIZON, LAG = 12, 1e-6, 300, 200
POINTS = np.cos(np.linspace(0, np.pi, 513))
ON_POINTS = f"over measures on {len(POINTS)} points only"


def cases() -> list[Case]:
    """Hundreds of lags with their proofs; then a single lag by each peer."""
    target = impulse_response(TRUTH, K)
    ours = f"lags {K} to {HORIZON}, proven"
    listed = [
        Case(ours, lambda: response_ranges(target, range(K, HORIZON), TOLERANCE)),
        Case(
            "the same to a tolerance of 1e-12",
            lambda: response_ranges(target, range(K, HORIZON), 1e-12),
            ours,
        ),
        Case("the certificate of a student", lambda: certify_data(TRUTH, target, HORIZON, TOLERANCE), ours),
        Case("one lag, plain HiGHS", lambda: highs(target), ours),
    ]
    (own,) = response_ranges(target, [LAG], TOLERANCE)
    print(f"  width of the range at lag {LAG} over all measures: {own.high - own.low:.6g}, proven")
    print(f"  {ON_POINTS}, hence too narrow: {np.ptp(highs(target)):.6g} by HiGHS")
    return [
        *listed,
        Case(f"one lag, cvxpy with {(solver := best(target))}", lambda: cvx(target, solver), ours),
    ]


def highs(target: np.ndarray) -> tuple[float, float]:
    """The range of one response over measures on the points."""
    table = (POINTS[:, None] ** np.arange(K)).T
    rows, limits = np.vstack([table, -table]), np.concatenate([target + TOLERANCE, TOLERANCE - target])
    ends = [linprog(sign * POINTS**LAG, rows, limits) for sign in (1, -1)]
    low, high = (np.nan if end.fun is None else end.fun for end in ends)
    return low, -high


def best(target: np.ndarray) -> str:
    """The fastest of cvxpy's open solvers that finds what HiGHS finds, to a hundredth."""
    seconds, wanted = {}, np.ptp(highs(target))
    for solver in sorted(set(cvxpy.installed_solvers()) & {"CLARABEL", "HIGHS", "OSQP", "SCIPY", "SCS"}):
        started = time.perf_counter()
        try:
            found = np.ptp(cvx(target, solver))
        except cvxpy.SolverError:
            continue
        took = time.perf_counter() - started
        solved = abs(found - wanted) < 0.01 * wanted
        if solved:
            seconds[solver] = took
        print(
            f"  {ON_POINTS}: {found:.6g} by cvxpy with {solver}, in {took:.2f} s"
            + ("" if solved else ", not solved to a hundredth")
        )
    return min(seconds, key=lambda solver: seconds[solver])


def cvx(target: np.ndarray, solver: str) -> tuple[float, float]:
    """The same range through cvxpy."""
    weights = cvxpy.Variable(len(POINTS), nonneg=True)
    missed = (POINTS[:, None] ** np.arange(K)).T @ weights - target
    response = POINTS**LAG @ weights
    held: list[cvxpy.Constraint] = [cvxpy.abs(missed) <= TOLERANCE]
    goals = cvxpy.Minimize(response), cvxpy.Maximize(response)
    low, high = (float(np.real(cvxpy.Problem(goal, held).solve(solver=solver))) for goal in goals)  # pyright: ignore
    return low, high
