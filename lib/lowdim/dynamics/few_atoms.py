r"""Fits of a teacher's first responses by few atoms of non-negative weight, without any flow.

`atomic_fits` looks for the best ones, `fit_at` for the one where a student stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares, nnls

from lowdim.arrays import Array, require_count
from lowdim.moments.tangents import moment_tangents
from lowdim.systems.compare import as_target
from lowdim.systems.linear import LinearRNN, spectral_measure
from lowdim.systems.teachers import teacher

_NEAR_ZERO = 0.02
_INSERTED = np.linspace(-0.98, 0.98, 15)  # poles tried for a new atom


def atomic_fits(target: Float[Array, " k"], most: int) -> list[LinearRNN]:
    r"""Best fits of the first k responses by $n = 1, \dots,$ `most` atoms of non-negative weight.

    Minimizes $L = \sum_j (\sum_i w_i \lambda_i^j - \hat m_j)^2$ over poles and weights, by least squares in
    $(\lambda_i, \sqrt{w_i})$.  The n-th fit starts from the one before with an atom inserted at each of
    fifteen poles, its weights refitted, and the lowest of the results is kept.

    Args:
        target: the teacher's first k responses, shape (k,).
        most: largest number of atoms, at least 1 and with 2 `most` < k.

    Returns:
        The fits as balanced diagonal systems, n-th of dimension n, poles ascending.

    Raises:
        TypeError: target not floating point.
        ValueError: most below 1, or not below k / 2.

    >>> fit = atomic_fits(np.array([1.0, 0.5, 0.25, 0.125]), 1)[0]
    >>> round(float(fit.A[0, 0]), 6), round(float(fit.B[0] ** 2), 6)
    (0.5, 1.0)
    """
    most = require_count("most", most)
    target = as_target(teacher([0.0], [1.0]), target)
    k = target.shape[0]
    if 2 * most >= k:
        raise ValueError(
            f"most = {most} atoms have {2 * most} parameters, too many for k = {k} responses; at most "
            f"{(k - 1) // 2} are determined."
        )
    fits, poles = [], np.zeros(0)
    for _ in range(most):
        tried = [_fit(np.append(poles, new), target) for new in _INSERTED]
        best = min(tried, key=lambda result: result.cost)
        poles, roots = best.x.reshape(2, -1)
        order = np.argsort(poles)
        poles = poles[order]
        fits.append(teacher(poles, roots[order] ** 2))
    return fits


def fit_at(student: LinearRNN, target: Float[Array, " k"], active: float = 0.01) -> LinearRNN:
    r"""The fit by as many atoms as a student has active, found from where its own atoms stand.

    Unlike `atomic_fits` it looks for no better one elsewhere: a student at rest is at a fit of this kind,
    the best one or not.  Atoms within 0.02 of zero count as one: no lag tells them apart.

    Args:
        student: a single symmetric student.
        target: the teacher's first k responses, shape (k,).
        active: weight from which on an atom counts.

    Returns:
        A balanced diagonal system of that many atoms.

    Raises:
        ValueError: no active atom, or half of k and more.
    """
    poles, weights = spectral_measure(student)
    near = np.abs(poles) < _NEAR_ZERO
    centre = poles[near] @ weights[near] / max(weights[near].sum(), active)
    poles = poles[~near & (weights > active)]
    if weights[near].sum() > active:
        poles = np.append(poles, centre)
    if not 0 < 2 * poles.size < target.shape[0]:
        raise ValueError(
            f"the student has {poles.size} atoms above {active:g}, and a fit of {target.shape[0]} responses "
            f"takes 1 to {(target.shape[0] - 1) // 2}; choose another threshold."
        )
    poles, roots = _fit(poles, target).x.reshape(2, -1)
    return teacher(poles, roots**2)


def _fit(poles: Array, target: Array):
    """Least squares in poles and roots of the weights, from the best weights for these poles."""

    def powers(poles):
        return poles ** np.arange(len(target))[:, None]

    def miss(x):
        poles, roots = x.reshape(2, -1)
        return powers(poles) @ roots**2 - target

    def jacobian(x):
        poles, roots = x.reshape(2, -1)
        by_weight, by_pole = np.hsplit(moment_tangents(poles, roots**2, len(target)), 2)
        return np.hstack([by_pole, 2 * roots * by_weight])

    roots = np.sqrt(nnls(powers(poles), target)[0] + 1e-6)
    slopes: Any = jacobian  # SciPy says that it wants the name of a scheme
    return least_squares(
        miss, np.append(poles, roots), slopes, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
