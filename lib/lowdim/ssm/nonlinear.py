r"""Two small layers without an impulse response: what they do with one input depends on the others.

Both are as small as they can be and still be what they are called; they stand for no published model.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus


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
