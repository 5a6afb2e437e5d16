r"""What gradient flow conserves in each family: a number for each scaling that changes no response.

If the responses do not change while some weights grow like $e^s$ and others shrink or shift, then $\dot\theta
= -\nabla L$ conserves half the squared size of the first, less that of the second, less the shift
(`thm-noether` is the case of all changes of basis). How many such scalings there are is a matter of
parametrization, not of the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from lowdim.arrays import Array
from lowdim.ssm.descent import as_goal
from lowdim.ssm.layers import Layer, responses

Weights = Mapping[str, Tensor]


def _ports(w: Weights) -> Tensor:
    return w["B"].square() - w["C"].square()  # of each state: b grows, c shrinks


def _all_ports(w: Weights) -> Tensor:
    return _ports(w).sum(-1, keepdim=True)  # of all states at once: A turns with them


def _lru(w: Weights) -> Tensor:
    B, C = (w[f"{name}_re"].square() + w[f"{name}_im"].square() for name in "BC")
    return torch.cat((B - C, B - 2 * w["log_gamma"]), dim=-1)


def _s4d(w: Weights) -> Tensor:
    grown = w["log_decay"] + 0.5 * (w["frequency"].square() + w["C_re"].square() + w["C_im"].square())
    return grown.sum(-1, keepdim=True) - w["log_dt"]  # time itself: a longer step, slower poles


def _s4d_real(w: Weights) -> Tensor:
    return (w["log_decay"] + 0.5 * w["C"].square()).sum(-1, keepdim=True) - w["log_dt"]


def _dense(w: Weights) -> Tensor:
    A, B, C = w["A"], w["B"], w["C"]
    charge = A @ A.mT - A.mT @ A + B[..., :, None] * B[..., None, :] - C[..., :, None] * C[..., None, :]
    rows, columns = torch.triu_indices(A.shape[-1], A.shape[-1])
    return charge[..., rows, columns]


CHARGES: dict[str, Callable[[Weights], Tensor]] = {
    "real": _ports,
    "s4d": _s4d,
    "s4d-real": _s4d_real,
    "lru": _lru,
    "dense": _dense,
    "symmetric": _all_ports,
    "rotated": _all_ports,
}


def charges(layer: Layer) -> Float[Tensor, "*batch n"]:
    r"""What gradient flow conserves: the numbers of each student.

    real: $b_i^2 - c_i^2$ of each state. LRU: $|B_i|^2 - |C_i|^2$ and $|B_i|^2 - 2\gamma_i$ of each pole. S4D:
    one number for the whole layer, from the step and the time scale of all poles. dense: the entries of
    $Q = AA^{\mathsf T} - A^{\mathsf T}A + BB^{\mathsf T} - C^{\mathsf T}C$ (`thm-noether`). symmetric and
    rotated: $\|B\|^2 - \|C\|^2$.

    Args:
        layer: a batch of students.

    Returns:
        Tensor of shape (..., n).
    """
    return CHARGES[layer.family](layer.weights)


def charge_rates(
    layer: Layer,
    target: Float[Array, "*target k"],
    charge: Callable[[Weights], Tensor] | None = None,
) -> Float[Tensor, "*batch n"]:
    r"""How fast the charges change along gradient flow, relative to how fast they could: zero.

    $|\nabla Q \cdot \nabla L| \,/\, (\sum_\theta |\partial Q / \partial \theta|\, |\partial L / \partial
    \theta|)$, at these weights.

    Args:
        layer: a batch of students.
        target: the teachers' first k responses, shape (k,) or (..., k).
        charge: another function of the weights, to be tried.

    Returns:
        Tensor of shape (..., n), entries in [0, 1].
    """
    charge = charge or CHARGES[layer.family]
    names, weights = list(layer.weights), tuple(w.detach() for w in layer.weights.values())
    goal = as_goal(target, layer.batch).reshape(*layer.batch, -1)
    moving = [w.clone().requires_grad_() for w in weights]
    now = Layer(layer.family, dict(zip(names, moving, strict=True)))
    loss = (responses(now, goal.shape[-1]) - goal).square().sum()
    slopes = torch.autograd.grad(loss, moving, materialize_grads=True)
    total = possible = torch.zeros(())
    for i, slope in enumerate(slopes):  # weight by weight, so that what could have been is known
        total = total + _along(charge, names, weights, i, slope)
        for sign in (-1, 1):
            possible = possible + _along(charge, names, weights, i, slope * (slope.sign() == sign)).abs()
    return (total / possible).abs()


def _along(charge: Callable, names: list[str], weights: tuple[Tensor, ...], i: int, slope: Tensor) -> Tensor:
    """The derivative of the charges along the slope of one weight."""

    def of_one(weight: Tensor) -> Tensor:
        return charge(dict(zip(names, (*weights[:i], weight, *weights[i + 1 :]), strict=True)))

    return cast("Tensor", torch.autograd.functional.jvp(of_one, weights[i], slope)[1])
