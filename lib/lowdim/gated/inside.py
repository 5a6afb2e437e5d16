r"""Inside a network: how many directions its states visit, and how it responds to a faint pulse at rest."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Integer

from lowdim.checks import require_count
from lowdim.gated.construct import stream
from lowdim.gated.network import Recurrent

_STATES = 5  # stream of inputs


def state_dimension(
    network: Recurrent, share: float = 0.99, steps: int = 300, sequences: int = 64, seed: int = 0
) -> tuple[Integer[np.ndarray, " copies"], Float[np.ndarray, " copies"]]:
    r"""How many directions the states visit under white inputs, after the first third of the steps.

    With $\lambda_1 \ge \lambda_2 \ge \dots$ the eigenvalues of the covariance of the states: the number of
    leading ones whose sum is at least `share` of the total, and the participation ratio
    $(\sum \lambda_i)^2 / \sum \lambda_i^2$.

    Args:
        network: the networks to observe.
        share: of the variance, in (0, 1).
        steps: length of the sequences.
        sequences: how many.
        seed: of the inputs.

    Raises:
        ValueError: share outside (0, 1).
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be in (0, 1), a part of the variance, but is {share!r}.")
    inputs = torch.from_numpy(stream(seed, _STATES).standard_normal((1, sequences, steps)))
    with torch.no_grad():
        states = network.states(inputs.to(network.offset))[steps // 3 :]  # (time, copies, sn, batch)
        points = states.permute(1, 2, 0, 3).flatten(2).double()
        points -= points.mean(-1, keepdim=True)
        variances = torch.linalg.eigvalsh(points @ points.mT).flip(-1).clamp(min=0).cpu().numpy()
    totals = variances.sum(-1, keepdims=True)
    count = 1 + (np.cumsum(variances, axis=-1) < share * totals).sum(-1)
    return count, totals[:, 0] ** 2 / (variances**2).sum(-1)


def markov_parameters(network: Recurrent, lags: int, settle: int = 500) -> Float[np.ndarray, "copies lags"]:
    r"""The response to an infinitesimal pulse at rest, $m_j = \partial y_t / \partial x_{t-j}$ at x = 0.

    The network first reads `settle` zeros. If they bring it to rest, these are the Markov parameters
    $C A^j B$ of its linearization there, and one backward pass from one output gives them all, in float64. A
    network that goes on moving on its own has no such response: NaN.

    Args:
        network: the networks to linearize.
        lags: number of lags, j = 0, ..., lags - 1.
        settle: zeros before the first pulse.
    """
    exact = network.select(list(range(network.copies))).double()
    shape = (exact.copies, 1, settle + require_count("lags", lags))
    still = torch.zeros(shape, dtype=torch.float64, device=exact.offset.device, requires_grad=True)
    outputs, _ = exact(still)
    (response,) = torch.autograd.grad(outputs[..., -1].sum(), still)
    last = outputs[:, 0, -lags:].detach()
    moving = (last - last[:, -1:]).abs().amax(-1) > 1e-6 * exact.readout.detach().abs().sum((1, 2))
    response[moving] = torch.nan
    return response[:, 0, -lags:].flip(-1).cpu().numpy()
