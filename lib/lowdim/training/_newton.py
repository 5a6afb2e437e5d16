r"""Newton's method for an implicit step of gradient flow, at the cost of a k x k factor.

A BDF step solves $y - \gamma f(y) = \text{known}$ for $f(y) = -J^{\mathsf T} g$, $g = 2 M r$.  The
Jacobian of f is $-2 J^{\mathsf T} M J$, of rank k (Gauss-Newton), and a part proportional to the
residuals.  The first makes the flow stiff.  The second is no faster than the student moves, which error
control resolves anyway.  So Newton's method gets by with $P = I + 2 \gamma J^{\mathsf T} M J$.  Let
$2M = F F^{\mathsf T}$, $F^{\mathsf T} J J^{\mathsf T} F = U \Lambda U^{\mathsf T}$ and
$R = U^{\mathsf T} F^{\mathsf T} J$; then

$$P^{-1} = I - R^{\mathsf T}\, \mathrm{diag}\Big(\frac{\gamma}{1 + \gamma \Lambda_i}\Big)\, R .$$

R is stored: for the few directions that matter (`krylov_space`) two products with it cost less than anything
with its factors, and one R serves every $\gamma$.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from sksundae.cvode import CVODE, CVODEJacTimes, CVODEPrecond

from lowdim.arrays import Array
from lowdim.training._coordinates import Coordinates


class Newton:
    """Right-hand side and Newton solves of one gradient flow, in the form in which CVODE calls them.

    Args:
        chart: the student's coordinates.
        target: the teacher's first k responses.
        gram: the matrix M of the loss.
    """

    def __init__(self, chart: Coordinates, target: Float[Array, " k"], gram: Float[Array, "k k"]) -> None:
        values, vectors = np.linalg.eigh(2.0 * gram)
        self._root = vectors * np.sqrt(np.maximum(values, 0.0))
        self.chart, self._target, self._weight = chart, target, 2.0 * gram
        self._cancels = False
        self.evaluations = 0

    def solver(self, rtol: float, atol: float, complete: bool = False, longest: float = 0.0) -> CVODE:
        """The integrator.

        CVODE takes no linear solver of our own, only a preconditioner and products for its GMRES.  Given
        $P^{-1}$, GMRES multiplies by P and solves again, to find that nothing is left to do.  That product
        and that solve cancel, so `_product` and the `_solve` after it pass their vector through.

        Args:
            rtol: relative tolerance.
            atol: absolute tolerance.
            complete: solve with the whole Jacobian, its residual part too, by GMRES; the factor above is then
                its preconditioner.
            longest: no step is longer; 0 for no limit.
        """
        self._cancels = False
        products = CVODEJacTimes(None, self._derivative if complete else self._product)
        return CVODE(
            self._velocity,
            method="BDF",
            rtol=rtol,
            atol=atol,
            max_step=longest,
            linsolver="gmres",
            krylov_dim=20 if complete else 5,
            precond=CVODEPrecond(self._factor, self._solve),
            jactimes=products,
        )

    def growth(self, y: Float[Array, " n"]) -> float:
        r"""The largest rate at which a small change of y grows, by Lanczos on the Jacobian of the velocity.

        Zero where nothing grows faster than rounding.  Entries of y that are exactly zero stay out: what made
        them so, balance for one, keeps the flow from growing there.

        Args:
            y: the student.
        """
        v = np.random.default_rng(0).standard_normal(y.size) * (y != 0)
        most = min(max(1, np.count_nonzero(v)), 2 * self.chart.k + 20)
        basis, image = np.zeros((2, most, y.size))
        for i in range(most):
            for _ in range(2):  # orthogonal to rounding
                v -= (basis[:i] @ v) @ basis[:i]
            size = np.linalg.norm(v)
            if size == 0:
                break
            basis[i] = v / size
            self._derivative(0.0, y, y, basis[i], image[i])
            v = image[i].copy()
        rates = np.linalg.eigvalsh(basis @ image.T)
        rounding = y.size * np.finfo(float).eps * np.abs(rates).max()
        return float(rates[-1]) if rates[-1] > rounding else 0.0

    def _velocity(self, _t: float, y: Array, out: Array) -> None:
        self.evaluations += 1
        g = self._weight @ (self.chart.responses(y) - self._target)
        np.negative(self.chart.pullback(g), out=out)

    def _factor(self, _t: float, y: Array, _f: Array, _reuse: int, renewed: list, _gamma: float) -> None:
        self.chart.responses(y)
        jacobian = self.chart.pullback(self._root.T)
        _, rotation = np.linalg.eigh(jacobian @ jacobian.T)
        self._rows = rotation.T @ jacobian
        self._stiffness = np.square(self._rows).sum(axis=1)
        renewed[0] = 1

    def _solve(self, _t, _y, _f, r: Array, out: Array, gamma: float, _tol: float, _side: int) -> None:
        if self._cancels:
            self._cancels = False
            out[:] = r
            return
        weights = gamma / (1.0 + gamma * self._stiffness)
        np.subtract(r, (weights * (self._rows @ r)) @ self._rows, out=out)

    def _derivative(self, _t: float, y: Array, _f: Array, v: Array, out: Array) -> None:
        self.evaluations += 1
        g = self._weight @ (self.chart.responses(y) - self._target)
        along, moved = self.chart.second(y, v, g)
        np.negative(moved + self.chart.pullback(self._weight @ along), out=out)

    def _product(self, _t: float, _y: Array, _f: Array, _v: Array, out: Array) -> None:
        self._cancels = True
        out[:] = 0.0  # CVODE forms v - γ·0
