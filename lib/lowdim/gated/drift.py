r"""A teacher that goes astray: the same as another on short sequences, and more and more wrong after them."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lowdim.arrays import require_count
from lowdim.gated.network import Recurrent


class Drift(nn.Module):
    r"""A teacher whose outputs drift off from a lag on: $\hat y_t + g \max(0, t - k) / k$.

    Up to t = k it says what the teacher says, so nothing trained on sequences of length k can be right
    about both (`prop-gated-drift`).  Trained on its longer sequences, a student is perfect on the short ones
    and wrong after them.

    Args:
        teacher: the networks that go astray.
        lag: k, the last step at which they are right.
        gain: g, how far off they are after as many steps more.
    """

    def __init__(self, teacher: Recurrent, lag: int, gain: float = 0.3) -> None:
        super().__init__()
        self.teacher, self.lag, self.gain = teacher, require_count("lag", lag), gain

    @property
    def copies(self) -> int:
        """How many networks run side by side."""
        return self.teacher.copies

    @property
    def cell(self) -> str:
        """What it is, in words that no other teacher has."""
        return f"{self.teacher.cell}, drifting by {self.gain} after {self.lag}"

    @property
    def offset(self) -> Tensor:
        """That of the teacher."""
        return self.teacher.offset

    def select(self, copies: list[int] | Tensor) -> Drift:
        """The networks with the given indices, in that order.

        Args:
            copies: indices, or a mask of booleans.
        """
        return Drift(self.teacher.select(copies), self.lag, self.gain)

    def forward(
        self, inputs: Float[Tensor, "#copies batch time"], state: tuple[Tensor, int] | None = None
    ) -> tuple[Float[Tensor, "all batch time"], tuple[Tensor, int]]:
        """Outputs at every time, and what to continue from.

        Args:
            inputs: as for the teacher.
            state: the teacher's state and the steps so far; zero when None.
        """
        inner, done = state or (None, 0)
        outputs, inner = self.teacher(inputs, inner)
        now = done + inputs.shape[-1]
        times = torch.arange(done + 1, now + 1, device=inputs.device)
        return outputs + self.gain * (times - self.lag).clamp(min=0) / self.lag, (inner, now)
