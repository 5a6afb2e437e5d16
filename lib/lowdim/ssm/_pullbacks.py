r"""Gradients of the loss in the weights of each family, written out: what a step of descent needs.

Automatic differentiation goes back through a dozen small operations for each weight, and each costs more than
its arithmetic.  Let $g_\lambda$ and $g_w$ be the gradients in poles and weights; a holomorphic $z = f(u)$
takes $g_z$ to $g_u = g_z \overline{f'(u)}$.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from lowdim.ssm.closed_forms import dense_gradients, dense_rows, diagonal_gradients, powers_and_response

Weights = Mapping[str, Tensor]
Gradients = dict[str, Tensor]
Pullback = Callable[[Tensor], Gradients]


def _real(w: Weights, k: int) -> tuple[Tensor, Pullback]:
    at, weights = w["poles"], w["B"] * w["C"]
    table, answer = powers_and_response(at, weights, k)

    def pullback(slope: Tensor) -> Gradients:
        toward_poles, toward_weights = diagonal_gradients(table, weights, slope)
        return {"poles": toward_poles, "B": toward_weights * w["C"], "C": toward_weights * w["B"]}

    return answer, pullback


def _s4d(w: Weights, k: int) -> tuple[Tensor, Pullback]:
    decay, step = w["log_decay"].exp(), w["log_dt"].exp()
    continuous, C = torch.complex(-decay, w["frequency"]), torch.complex(w["C_re"], w["C_im"])
    exponent = step * continuous
    at = exponent.exp()
    unit = 2 * (at - 1) / continuous
    weights = C * unit
    table, answer = powers_and_response(at, weights, k)

    def pullback(slope: Tensor) -> Gradients:
        toward_poles, toward_weights = diagonal_gradients(table, weights, slope)
        toward_C = toward_weights * unit.conj()
        per_rate = toward_weights / continuous.conj()
        toward_exponent = (toward_poles + 2 * per_rate * C.conj()) * at.conj()
        toward_continuous = toward_exponent * step - per_rate * weights.conj()
        return {
            "log_dt": _inner(toward_exponent, exponent).sum(-1, keepdim=True),
            "log_decay": -decay * toward_continuous.real,
            "frequency": toward_continuous.imag,
            "C_re": toward_C.real,
            "C_im": toward_C.imag,
        }

    return answer, pullback


def _s4d_real(w: Weights, k: int) -> tuple[Tensor, Pullback]:
    continuous, step, C = -w["log_decay"].exp(), w["log_dt"].exp(), w["C"]
    exponent = step * continuous
    at, unit = exponent.exp(), exponent.expm1() / continuous
    weights = C * unit
    table, answer = powers_and_response(at, weights, k)

    def pullback(slope: Tensor) -> Gradients:
        toward_poles, toward_weights = diagonal_gradients(table, weights, slope)
        toward_exponent = (toward_poles + toward_weights * C / continuous) * at
        return {
            "log_dt": (toward_exponent * exponent).sum(-1, keepdim=True),
            "log_decay": toward_exponent * exponent - toward_weights * weights,
            "C": toward_weights * unit,
        }

    return answer, pullback


def _lru(w: Weights, k: int) -> tuple[Tensor, Pullback]:
    decay, phase, gain = w["log_nu"].exp(), w["log_theta"].exp(), w["log_gamma"].exp()
    at = torch.polar((-decay).exp(), phase)
    B, C = gain * torch.complex(w["B_re"], w["B_im"]), torch.complex(w["C_re"], w["C_im"])
    weights = C * B
    table, answer = powers_and_response(at, weights, k)

    def pullback(slope: Tensor) -> Gradients:
        toward_poles, toward_weights = diagonal_gradients(table, weights, slope)
        toward_exponent = toward_poles * at.conj()
        toward_B, toward_C = toward_weights * C.conj(), toward_weights * B.conj()
        return {
            "log_nu": -decay * toward_exponent.real,
            "log_theta": phase * toward_exponent.imag,
            "log_gamma": _inner(toward_B, B),
            "B_re": gain * toward_B.real,
            "B_im": gain * toward_B.imag,
            "C_re": toward_C.real,
            "C_im": toward_C.imag,
        }

    return answer, pullback


def _dense(w: Weights, k: int) -> tuple[Tensor, Pullback]:
    A, B, C = w["A"], w["B"], w["C"]
    leap, right, answer = dense_rows(A, B, C, k)

    def pullback(slope: Tensor) -> Gradients:
        return dict(zip("ABC", dense_gradients(A, leap, right, C, slope), strict=True))

    return answer, pullback


def _inner(a: Tensor, b: Tensor) -> Tensor:
    return (torch.view_as_real(a) * torch.view_as_real(b)).sum(-1)


PULLBACKS: dict[str, Callable[[Weights, int], tuple[Tensor, Pullback]]] = {
    "real": _real,
    "s4d": _s4d,
    "s4d-real": _s4d_real,
    "lru": _lru,
    "dense": _dense,
}
