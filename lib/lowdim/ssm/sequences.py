r"""Two small layers without an impulse response, and training on sequences, for them and for the others.

A linear layer is known by its answer to a pulse. A selective layer and attention are not linear: what they
do with one input depends on the others, so they are trained on white sequences and judged on longer ones.
Both are as small as they can be and still be what they are called; they stand for no published model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus
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


class Selective(nn.Module):
    r"""A layer whose step, input and output weights depend on the input, after Mamba (Gu and Dao 2023).

    With $u_t = W x_t + w$ in each of the channels, $\Delta_t = \mathrm{softplus}(D u_t + \delta)$, $B_t = M
    u_t$ and $C_t = N u_t$, every channel e has the states $h_t = e^{\Delta_{t,e} A_e} h_{t-1} + \Delta_{t,e}
    B_t u_{t,e}$ with $A < 0$ diagonal and says $C_t h_t + D_e u_{t,e}$; the output is a sum over channels.
    There is no convolution and no gate.

    Args:
        channels: number of channels.
        states: of each channel.
    """

    def __init__(self, channels: int = 8, states: int = 8) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(1, channels), nn.Linear(channels, 1, bias=False)
        self.step = nn.Linear(channels, channels)
        self.write, self.read = (nn.Linear(channels, states, bias=False) for _ in range(2))
        self.log_decay = nn.Parameter(torch.arange(1.0, states + 1).log().repeat(channels, 1))
        self.skip = nn.Parameter(torch.ones(channels))

    def forward(self, inputs: Float[Tensor, "sequences T"]) -> Float[Tensor, "sequences T"]:
        """Outputs at every time.

        Args:
            inputs: shape (sequences, T).
        """
        u = self.enter(inputs[..., None])
        step, write, read = softplus(self.step(u)), self.write(u), self.read(u)
        keep = (step[..., None] * -self.log_decay.exp()).exp()  # (sequences, T, channels, states)
        drive = (step * u)[..., None] * write[..., None, :]
        state, outputs = torch.zeros_like(drive[:, 0]), []
        for t in range(inputs.shape[-1]):
            state = keep[:, t] * state + drive[:, t]
            outputs.append((state @ read[:, t, :, None])[..., 0])
        return self.leave(torch.stack(outputs, 1) + self.skip * u)[..., 0]


class Attention(nn.Module):
    """One layer of causal attention over embedded inputs with sinusoidal positions (Vaswani et al. 2017).

    There is no second layer and no perceptron after it.

    Args:
        width: of the embedding.
        heads: how many.
    """

    def __init__(self, width: int = 16, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.enter, self.mix = nn.Linear(1, width), nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, 1)

    def forward(self, inputs: Float[Tensor, "sequences T"]) -> Float[Tensor, "sequences T"]:
        """Outputs at every time.

        Args:
            inputs: shape (sequences, T).
        """
        u = self.enter(inputs[..., None])
        angle = torch.arange(u.shape[1])[:, None] / 1e4 ** torch.linspace(0, 1, u.shape[-1] // 2)
        u = u + torch.cat((angle.sin(), angle.cos()), dim=-1).to(u)
        query, key, value = self.mix(u).unflatten(-1, (3, self.heads, -1)).transpose(1, 3).unbind(2)
        # torch's fused attention has no batching rule for vmap.
        later = torch.ones(u.shape[1], u.shape[1], dtype=torch.bool).triu(1)
        scores = (query @ key.mT / query.shape[-1] ** 0.5).masked_fill(later, -torch.inf)
        return self.leave((scores.softmax(-1) @ value).transpose(1, 2).flatten(-2))[..., 0]


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
