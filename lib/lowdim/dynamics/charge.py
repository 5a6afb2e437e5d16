r"""What a finite step size does to the quantity that gradient flow conserves.

The Noether charge $Q$ is a quadratic form in the weights, and its linear change along the gradient vanishes
(`thm-noether`).  One step of descent therefore changes it by exactly $\eta^2 Q(\nabla L)$, and a time
$T = n \eta$ of descent, to first order, by $\eta \int_0^T Q(\nabla L)\, dt$ along the flow.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.systems.balance import noether_charge
from lowdim.systems.linear import LinearRNN
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import gradients


def charge_drift(
    start: LinearRNN, target: Float[np.ndarray, " k"], t_end: float, nodes: int = 401
) -> Float[np.ndarray, "d d"]:
    r"""$\int_0^T Q(\nabla L)\, dt$: how far descent moves the Noether charge, per unit of step size.

    The transition matrix is free.

    Args:
        start: the student at time 0, a single NumPy system.
        target: the teacher's first k responses, shape (k,).
        t_end: the time T, number of steps times step size.
        nodes: of the trapezoidal rule, equally spaced in time.

    Returns:
        Symmetric array of shape (d, d).
    """
    times = np.linspace(0, t_end, nodes)
    path = gradient_flow(start, target, t_end, structure="free", times=times).rnn
    charge = noether_charge(gradients(path, target, structure="free"))
    return np.trapezoid(charge, times, axis=0)
