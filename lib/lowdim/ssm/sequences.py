"""Training on white sequences and errors on longer ones, with an impulse response or without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from lowdim.arrays import Array, require_count, require_rng
from lowdim.ssm.layers import Layer, responses


@dataclass(frozen=True, eq=False)
class Network:
    """Many networks of one kind.

    Args:
        weights: by name, one network for each entry of the first axis.
        answer: from the weights and inputs, shape (networks, sequences, T), to outputs of that shape.
    """

    weights: dict[str, Tensor]
    answer: Callable[[dict[str, Tensor], Tensor], Tensor]


def network(make: Callable[[], nn.Module], seeds: Sequence[int]) -> Network:
    """One module for each seed, as one batch, in float64.

    Args:
        make: makes a module, such as `Selective`; it draws its weights from torch's generator.
        seeds: one for each network.
    """
    with torch.random.fork_rng(devices=[]):
        modules = [_seeded(make, seed) for seed in seeds]
    weights, _ = torch.func.stack_module_state(modules)
    one = modules[0]

    def answer(one_weights: dict[str, Tensor], inputs: Tensor) -> Tensor:
        return torch.func.functional_call(one, one_weights, (inputs,))

    return Network({n: w.detach() for n, w in weights.items()}, torch.func.vmap(answer))


def convolution(layer: Layer) -> Network:
    """A linear layer that reads sequences: it convolves them with its impulse response.

    Args:
        layer: students with one batch axis.
    """

    def answer(weights: dict[str, Tensor], inputs: Tensor) -> Tensor:
        return convolve(responses(Layer(layer.family, weights), inputs.shape[-1]), inputs)

    return Network(dict(layer.weights), answer)


def convolve(response: Float[Tensor, "n T"], inputs: Float[Tensor, "n s T"]) -> Float[Tensor, "n s T"]:
    r"""$y_t = \sum_{j \le t} m_j x_{t-j}$, for each network its own response.

    Args:
        response: shape (n, T).
        inputs: shape (n, sequences, T).
    """
    at = torch.arange(inputs.shape[-1])
    lags = at[:, None] - at
    return inputs @ (response[:, lags.clamp(min=0)] * (lags >= 0)).mT


def train_on_sequences(
    students: Network,
    target: Float[Array, "n lags"],
    k: int,
    steps: int,
    rng: np.random.Generator,
    sequences: int = 16,
    rate: float = 0.01,
    progress: bool = True,
) -> Network:
    r"""Fit every output on fresh white sequences of length k, by Adam with a cosine decay of its rate.

    Args:
        students: where to start; they are not changed.
        target: responses of the linear teachers, one row for each student, at least k lags.
        k: length of the sequences.
        steps: how many steps.
        rng: NumPy random generator for the sequences; it is advanced.
        sequences: how many for each student and step.
        rate: learning rate at the start.
        progress: whether to draw a bar, where there is a terminal to draw it on.

    Returns:
        The trained networks.

    Raises:
        ValueError: fewer than k lags of the target.
    """
    truth = _truth(target, k)
    require_rng(rng)
    weights = {name: w.clone().requires_grad_() for name, w in students.weights.items()}
    optimizer = torch.optim.Adam(list(weights.values()), lr=rate, fused=True)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, require_count("steps", steps))
    for _ in tqdm(range(steps), desc="sequences", disable=None if progress else True, leave=False):
        inputs = torch.from_numpy(rng.standard_normal((len(truth), sequences, k)))
        errors = students.answer(weights, inputs) - convolve(truth, inputs)
        optimizer.zero_grad()
        errors.square().mean((1, 2)).sum().backward()
        optimizer.step()
        decay.step()
    return Network({name: w.detach() for name, w in weights.items()}, students.answer)


def errors_at(
    students: Network,
    target: Float[Array, "n lags"],
    lengths: Sequence[int],
    rng: np.random.Generator,
    sequences: int = 256,
) -> Float[np.ndarray, "lengths n"]:
    r"""The error of the output after T white inputs, relative to the teacher's spread.

    $e(T) = (\mathrm E (y_T - \hat y_T)^2 / \sum_{j<T} \hat m_j^2)^{1/2}$.

    Args:
        students: the networks.
        target: responses of their teachers, at least as many lags as the longest length.
        lengths: the T.
        rng: NumPy random generator for the sequences; it is advanced.
        sequences: how many.

    Returns:
        Array of shape (lengths, n).

    Raises:
        ValueError: fewer lags of the target than the longest length.
    """
    longest = max(require_count("a length", length) for length in lengths)
    truth = _truth(target, longest)
    inputs = torch.from_numpy(rng.standard_normal((1, sequences, longest))).expand(len(truth), -1, -1)
    with torch.no_grad():
        off = (students.answer(students.weights, inputs) - convolve(truth, inputs)).square().mean(1)
    spread = truth.square().cumsum(-1)
    at = torch.tensor(lengths) - 1
    return (off / spread)[:, at].sqrt().T.numpy()


def _seeded(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return make().double()


def _truth(target: Array, lags: int) -> Tensor:
    truth = torch.tensor(np.asarray(target), dtype=torch.float64)
    if truth.dim() != 2 or truth.shape[-1] < lags:
        raise ValueError(
            f"target must have a row of at least {lags} lags for each student, but has shape "
            f"{tuple(truth.shape)}: pass more of the teachers' responses."
        )
    return truth[:, :lags]
