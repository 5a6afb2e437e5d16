"""How a batch of students moves by one step: Adam on one matrix, or any optimizer of torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from lowdim.ssm._pullbacks import PULLBACKS
from lowdim.ssm.layers import Layer, responses

_FADE, _FADE_SQUARES, _EPS = 0.9, 0.999, 1e-8  # torch's defaults


class Adam:
    r"""Adam, with all weights in one matrix that has a row for each student.

    $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
    \theta \leftarrow \theta - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} .$$

    Students are small: torch's own, even fused, spends more on finding out what its tensors are than these
    operations take.

    Args:
        layer: the students, with one batch axis.
        rate: the learning rate $\eta$.
    """

    def __init__(self, layer: Layer, rate: float) -> None:
        self.rate, self.count, self._family = rate, 0, layer.family
        self._shapes = {name: w.shape[1:] for name, w in layer.weights.items()}
        self._rows = torch.cat([w.detach().flatten(1) for w in layer.weights.values()], dim=1)
        self._mean, self._squares = torch.zeros_like(self._rows), torch.zeros_like(self._rows)
        self.layer = self._view(self._rows)

    def _view(self, rows: Tensor) -> Layer:
        ends = [0]
        for shape in self._shapes.values():
            ends.append(ends[-1] + shape.numel())
        parts = zip(self._shapes.items(), pairwise(ends), strict=True)
        return Layer(
            self._family, {name: rows[:, a:b].unflatten(1, shape) for (name, shape), (a, b) in parts}
        )

    def residual(self, aim: Float[Tensor, "n k"]) -> Float[Tensor, "n k"]:
        """The residuals; keeps the gradient of the sum of their squares.

        Args:
            aim: responses to fit.
        """
        if self._family not in PULLBACKS:
            rows = self._rows.requires_grad_()
            residual = responses(self._view(rows), aim.shape[-1]) - aim
            (self._gradient,) = torch.autograd.grad(residual.square().sum(), rows)
            self._rows.requires_grad_(False)
            return residual.detach()
        answer, pullback = PULLBACKS[self._family](self.layer.weights, aim.shape[-1])
        residual = answer - aim
        parts = pullback(2 * residual)
        self._gradient = torch.cat([parts[name].flatten(1) for name in self._shapes], dim=1)
        return residual

    def step(self) -> None:
        """Take the step that the last gradient asks for."""
        self.count += 1
        g, root = self._gradient, math.sqrt(1 - _FADE_SQUARES**self.count)
        self._mean.lerp_(g, 1 - _FADE)
        self._squares.mul_(_FADE_SQUARES).addcmul_(g, g, value=1 - _FADE_SQUARES)
        size = self._squares.sqrt().add_(_EPS * root)
        self._rows.addcdiv_(self._mean, size, value=-self.rate * root / (1 - _FADE**self.count))

    def keep(self, rows: Tensor) -> None:
        """Train these students alone from now on.

        Args:
            rows: which.
        """
        self._rows, self._mean, self._squares = (x[rows] for x in (self._rows, self._mean, self._squares))
        self.layer = self._view(self._rows)


class Torch:
    """An optimizer of torch, or one with its interface.

    Args:
        layer: the students, with one batch axis.
        rate: its learning rate.
        maker: makes it from the weights and `lr`.
    """

    def __init__(self, layer: Layer, rate: float, maker: Callable) -> None:
        self.rate, self.maker = rate, maker
        self._enter(layer)

    def _enter(self, layer: Layer) -> None:
        self.layer = layer.map(lambda w: w.detach().clone().requires_grad_())
        self.optimizer = self.maker(list(self.layer.weights.values()), lr=self.rate)

    def residual(self, aim: Float[Tensor, "n k"]) -> Float[Tensor, "n k"]:
        """The residuals; keeps the gradient of the sum of their squares.

        Args:
            aim: responses to fit.
        """
        residual = responses(self.layer, aim.shape[-1]) - aim
        self.optimizer.zero_grad()
        residual.square().sum().backward()
        return residual.detach()

    def step(self) -> None:
        """Take the step that the last gradient asks for."""
        self.optimizer.step()

    def keep(self, rows: Tensor) -> None:
        """Train these students alone from now on.

        Args:
            rows: which.
        """
        state = self.optimizer.state_dict()
        for moments in state["state"].values():
            for name, value in moments.items():
                if isinstance(value, Tensor) and value.dim():  # a count of steps has no rows
                    moments[name] = value[rows]
        self._enter(self.layer.map(lambda w: w[rows]))
        self.optimizer.load_state_dict(state)
