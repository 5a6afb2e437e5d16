r"""Inside a network: the directions that its states visit, and its response to a faint pulse."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Integer

from lowdim.arrays import require_count
from lowdim.gated.construct import stream
from lowdim.gated.network import Recurrent

_STATES = 5  # stream of inputs


def principal_variances(
    network: Recurrent, steps: int = 300, sequences: int = 64, seed: int = 0
) -> Float[np.ndarray, "copies sn"]:
    r"""Variances of the states along their principal directions, as shares of the total, descending.

    These are the eigenvalues of the covariance of the states under white inputs, after a third of the steps.

    Args:
        network: the networks to observe.
        steps: length of the sequences.
        sequences: how many.
        seed: of the inputs.
    """
    inputs = torch.from_numpy(stream(seed, _STATES).standard_normal((1, sequences, steps)))
    with torch.no_grad():
        states = network.states(inputs.to(network.offset))[steps // 3 :]  # (time, copies, sn, batch)
        points = states.permute(1, 2, 0, 3).flatten(2).double()
        points -= points.mean(-1, keepdim=True)
        variances = torch.linalg.eigvalsh(points @ points.mT).flip(-1).clamp(min=0)
    return (variances / variances.sum(-1, keepdim=True)).cpu().numpy()


def state_dimension(
    variances: Float[np.ndarray, "copies sn"], share: float = 0.99
) -> tuple[Integer[np.ndarray, " copies"], Float[np.ndarray, " copies"]]:
    r"""How many directions the states visit, counted twice.

    Args:
        variances: the principal variances $\lambda_1 \ge \lambda_2 \ge \dots$
        share: of the total variance, in (0, 1).

    Returns:
        The number of leading directions that hold at least `share` of the variance, and the participation
        ratio $(\sum \lambda_i)^2 / \sum \lambda_i^2$, which is n for n equal variances.

    Raises:
        ValueError: share outside (0, 1).

    >>> state_dimension(np.array([[0.5, 0.5, 0.0]]))
    (array([2]), array([2.]))
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be in (0, 1), a part of the variance, but is {share!r}.")
    total = variances.sum(-1, keepdims=True)
    count = 1 + (np.cumsum(variances, axis=-1) < share * total).sum(-1)
    return count, total[..., 0] ** 2 / (variances**2).sum(-1)


def markov_parameters(
    network: Recurrent, horizon: int, settle: int = 500
) -> Float[np.ndarray, "copies horizon"]:
    r"""The response to an infinitesimal pulse, $m_j = \partial y_{t+j} / \partial x_t$, after t zeros.

    If the zeros have brought the network to rest, these are the Markov parameters $C A^j B$ of its
    linearization there.  Forward-mode differentiation through the recurrence, in float64.

    Args:
        network: the networks to linearize.
        horizon: number of lags, j = 0, ..., horizon - 1.
        settle: t, how many zeros the network reads before the pulse.
    """
    exact = network.select(list(range(network.copies))).double()
    zeros = exact.offset.new_zeros(1, 1, settle + require_count("horizon", horizon)).detach()
    with torch.no_grad():
        settled = exact(zeros[..., :settle])[1] if settle else None
    still = zeros[..., settle:]
    pulse = still.clone()
    pulse[..., 0] = 1.0
    response = torch.func.jvp(lambda inputs: exact(inputs, settled)[0], (still,), (pulse,))[1]
    return response[:, 0].detach().cpu().numpy()
