r"""Linear state space layers of one input and one output: families, their weights, what they answer.

The weights of a family are what its authors train; its *form* is what they amount to, poles $\lambda_i$ and
weights $w_i$ with $m_j = \mathrm{Re} \sum_i w_i \lambda_i^j$, or a dense (A, B, C) with $m_j = C A^j B$.

- ``real``: $\lambda_i$, $b_i$, $c_i$ themselves, $w_i = c_i b_i$.
- ``s4d`` (S4D-Lin, Gu et al. 2022): $\Lambda_i = -e^{\alpha_i} + \mathrm i \omega_i$, one step $\Delta =
  e^\tau$, zero-order hold $\lambda_i = e^{\Delta \Lambda_i}$ and $w_i = 2 C_i (\lambda_i - 1)/\Lambda_i$; B
  is one, and the 2 stands for the conjugate pole.
- ``s4d-real`` (S4D-Real): the same with $\omega_i = 0$, and without the 2.
- ``lru`` (Orvieto et al. 2023): $\lambda_i = \exp(-e^{\nu_i} + \mathrm i e^{\theta_i})$, $w_i = C_i
  e^{\gamma_i} B_i$.
- ``dense``: A, B, C; ``symmetric``: the same with $(A + A^{\mathsf T})/2$ in place of A.
- ``rotated``: $A = Q\, \mathrm{diag}(\lambda)\, Q^{\mathsf T}$ with the rotation $Q = (I + W)(I - W)^{-1}$,
  $W = S - S^{\mathsf T}$ (Cayley).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from lowdim.arrays import require_count
from lowdim.ssm.closed_forms import dense_response, diagonal_response
from lowdim.systems.linear import LinearRNN


class Modes(NamedTuple):
    """`poles` and `weights` of a diagonal layer, shape (..., n) each, real or complex."""

    poles: Tensor
    weights: Tensor


class Matrices(NamedTuple):
    """A, B and C of a dense layer, shapes (..., d, d), (..., d), (..., d)."""

    A: Tensor
    B: Tensor
    C: Tensor


def _real(w: Mapping[str, Tensor]) -> Modes:
    return Modes(w["poles"], w["B"] * w["C"])


def _s4d(w: Mapping[str, Tensor]) -> Modes:
    continuous = torch.complex(-w["log_decay"].exp(), w["frequency"])
    poles = (w["log_dt"].exp() * continuous).exp()
    return Modes(poles, 2 * torch.complex(w["C_re"], w["C_im"]) * (poles - 1) / continuous)


def _s4d_real(w: Mapping[str, Tensor]) -> Modes:
    continuous = -w["log_decay"].exp()
    exponent = w["log_dt"].exp() * continuous
    return Modes(exponent.exp(), w["C"] * exponent.expm1() / continuous)


def _lru(w: Mapping[str, Tensor]) -> Modes:
    poles = torch.complex(-w["log_nu"].exp(), w["log_theta"].exp()).exp()
    B, C = torch.complex(w["B_re"], w["B_im"]), torch.complex(w["C_re"], w["C_im"])
    return Modes(poles, C * w["log_gamma"].exp() * B)


def _dense(w: Mapping[str, Tensor]) -> Matrices:
    return Matrices(w["A"], w["B"], w["C"])


def _symmetric(w: Mapping[str, Tensor]) -> Matrices:
    return Matrices((w["A"] + w["A"].mT) / 2, w["B"], w["C"])


def _rotated(w: Mapping[str, Tensor]) -> Modes:
    skew, eye = w["S"] - w["S"].mT, torch.eye(w["S"].shape[-1]).to(w["S"])
    half = torch.linalg.solve(eye + skew, torch.stack((w["B"], w["C"]), dim=-1))
    b, c = ((eye - skew) @ half).unbind(-1)  # the transpose of Q, applied to both
    return Modes(w["poles"], b * c)


FAMILIES: dict[str, Callable[[Mapping[str, Tensor]], Modes | Matrices]] = {
    "real": _real,
    "s4d": _s4d,
    "s4d-real": _s4d_real,
    "lru": _lru,
    "dense": _dense,
    "symmetric": _symmetric,
    "rotated": _rotated,
}
_MATRICES = {"A", "S"}  # weights with two axes for each student; all others have one


@dataclass(frozen=True, eq=False)
class Layer:
    """A batch of students of one family.

    Args:
        family: a name in `FAMILIES`.
        weights: what is trained, by name, batch axes first: shape (..., n), for A and S (..., d, d).

    Raises:
        ValueError: an unknown family.
    """

    family: str
    weights: dict[str, Tensor]

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(
                f"family must be one of {', '.join(map(repr, FAMILIES))}, but is {self.family!r}."
            )

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch axes."""
        name, weight = next(iter(self.weights.items()))
        return tuple(weight.shape[: -2 if name in _MATRICES else -1])

    @property
    def form(self) -> Modes | Matrices:
        """What the weights amount to: poles and weights, or A, B and C."""
        return FAMILIES[self.family](self.weights)

    def __getitem__(self, index: Any) -> Layer:
        """Select along the batch axes: `layer[3]`, `layer[:, 0]`, `layer[mask]`."""
        return self.map(lambda weight: weight[index])

    def map(self, function: Callable[[Tensor], Tensor]) -> Layer:
        """The layer with `function` applied to all weights, such as `layer.map(torch.Tensor.cuda)`.

        Args:
            function: takes a tensor and returns one with the same trailing axes.
        """
        return Layer(self.family, {name: function(weight) for name, weight in self.weights.items()})


def responses(layer: Layer, horizon: int) -> Float[Tensor, "*batch horizon"]:
    r"""Impulse responses $m_j$ of all students, for lags $j = 0, \dots, \mathrm{horizon} - 1$.

    Args:
        layer: a batch of students.
        horizon: number of lags.

    Returns:
        Tensor of shape (..., horizon), differentiable in the weights.

    Raises:
        ValueError: horizon below 1.
    """
    horizon, form = require_count("horizon", horizon), layer.form
    if isinstance(form, Modes):
        return diagonal_response(*form, horizon)
    return dense_response(*form, horizon)


def poles(layer: Layer) -> Complex[Tensor, "*batch n"]:
    """Poles of all students; of a conjugate pair the diagonal families hold one.

    Args:
        layer: a batch of students.

    Returns:
        Complex tensor of shape (..., n).
    """
    form = layer.form
    found = form.poles if isinstance(form, Modes) else torch.linalg.eigvals(form.A)
    return found if found.is_complex() else torch.complex(found, torch.zeros_like(found))


def as_dense(layer: Layer) -> Layer:
    r"""The same responses from a dense A: only the coordinates in which training moves are others.

    A real pole is an entry of the diagonal. A complex one is a block $\rho$ times a rotation, with
    $B = \sqrt{\lvert w \rvert}\,(1, 0)$ and $C = \sqrt{\lvert w \rvert}\,(\cos\varphi, -\sin\varphi)$ for its
    weight $w = \lvert w \rvert e^{\mathrm i \varphi}$, so that B and C are of one length.

    Args:
        layer: a batch of students.

    Returns:
        A layer of the family "dense", with two states for a complex pole.
    """
    form = layer.form
    if isinstance(form, Matrices):
        return Layer("dense", dict(zip("ABC", (each.detach().clone() for each in form), strict=True)))
    at, weights = (each.detach() for each in form)
    if not at.is_complex():
        size = weights.abs().sqrt()
        return Layer("dense", {"A": torch.diag_embed(at), "B": size, "C": weights.sign() * size})
    A = at.real.new_zeros((*at.shape[:-1], 2 * at.shape[-1], 2 * at.shape[-1]))
    even = 2 * torch.arange(at.shape[-1], device=at.device)
    A[..., even, even] = A[..., even + 1, even + 1] = at.real
    A[..., even, even + 1], A[..., even + 1, even] = -at.imag, at.imag
    size, phase = weights.abs().sqrt(), weights.angle()
    B = torch.stack((size, torch.zeros_like(size)), dim=-1).flatten(-2)
    C = torch.stack((size * phase.cos(), -size * phase.sin()), dim=-1).flatten(-2)
    return Layer("dense", {"A": A, "B": B, "C": C})


def as_rnn(layer: Layer) -> LinearRNN:
    """The systems behind a layer, in real coordinates: `simulate` runs their recurrence.

    Args:
        layer: a batch of students.

    Returns:
        NumPy float64 systems with the batch axes of the layer.
    """
    return LinearRNN(*(as_dense(layer).weights[name].cpu().numpy() for name in "ABC"))
