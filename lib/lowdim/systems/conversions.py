r"""State spaces of scipy.signal and python-control, torch's recurrent layers, systems in continuous time.

Here lag 0 is CB: the input acts on the output at once, $h_t = A h_{t-1} + B x_t$, $y_t = C h_t$.  There the
state is read before the input arrives, $s_{t+1} = A s_t + B x_t$, $y_t = C' s_t + D x_t$, so lag 0 is D.
With $s_t = h_{t-1}$ the two are one system with $C' = CA$ and $D = CB$.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import is_numpy_array
from jaxtyping import Float

from lowdim.arrays import require_finite, require_float
from lowdim.systems.linear import LinearRNN


def to_state_space(rnn: LinearRNN) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r"""(A, B, C, D) in the convention of control, with the same responses at the same lags.

    `scipy.signal.dlti(*to_state_space(rnn), dt=1)` and `control.ss(*to_state_space(rnn), dt=1)` take it.

    Args:
        rnn: a single system.

    Returns:
        Arrays of shapes (d, d), (d, 1), (1, d), (1, 1).

    Raises:
        ValueError: a batch of systems.

    >>> rnn = LinearRNN(np.array([[0.5]]), np.array([2.0]), np.array([1.0]))
    >>> A, B, C, D = to_state_space(rnn)
    >>> float(D[0, 0]), float((C @ B)[0, 0])
    (2.0, 1.0)
    """
    if rnn.batch:
        raise ValueError(f"rnn has batch axes {rnn.batch}; one system is converted at a time: rnn[i].")
    A, b, c = (np.asarray(x.detach().cpu() if hasattr(x, "detach") else x) for x in (rnn.A, rnn.B, rnn.C))
    return A, b[:, None], (c @ A)[None, :], np.array([[c @ b]])


def from_state_space(state_space: Any) -> LinearRNN:
    r"""A LinearRNN with the same responses as a discrete state space of one input and one output.

    Where A can be inverted well, $C = C' A^{-1}$ keeps the states if $C B = D$; in general one more state
    holds the input of the moment: $h_t = (s_t, x_t)$.

    Args:
        state_space: a `scipy.signal` or python-control system in discrete time, or a tuple (A, B, C, D).

    Returns:
        NumPy float64 system of d or d + 1 states.

    Raises:
        ValueError: continuous time, several inputs or outputs, NaN or infinite entries.

    >>> rnn = from_state_space(([[0.5]], [[1.0]], [[1.0]], [[0.0]]))  # 0, 1, 1/2, ...
    >>> rnn.dim
    2
    """
    A, B, C, D = _matrices(state_space)
    require_finite("state_space", np.concatenate([x.ravel() for x in (A, B, C, D)]))
    d = len(A)
    if B.shape != (d, 1) or C.shape != (1, d) or D.shape != (1, 1):
        raise ValueError(
            f"state_space must have one input and one output, but B has shape {B.shape}, C {C.shape}, D "
            f"{D.shape}: pick a channel, B[:, [i]], C[[j]] and D[[j], [i]]."
        )
    if d and np.linalg.cond(A) < _INVERTIBLE:
        c = np.linalg.solve(A.T, C[0])
        if abs(c @ B[:, 0] - D[0, 0]) <= _SAME * max(abs(D[0, 0]), float(np.abs(c) @ np.abs(B[:, 0]))):
            return LinearRNN(A, B[:, 0].copy(), c)
    wide = np.zeros((d + 1, d + 1))
    wide[:d, :d], wide[:d, d] = A, B[:, 0]
    return LinearRNN(wide, np.append(np.zeros(d), 1.0), np.append(C[0], D[0, 0]))


def from_continuous(
    A: Float[np.ndarray, "d d"], B: Float[np.ndarray, " d"], C: Float[np.ndarray, " d"], dt: float
) -> LinearRNN:
    r"""The responses of $\dot z = A z + B u$, $y = C z$ to impulses, sampled: $m_j = C e^{A\, dt\, j} B$.

    A symmetric, stable A with $B = C^{\mathsf T}$ (heat, a ladder of resistors and capacitors, sensed where
    it is driven) gives a balanced stable system: $e^{A\, dt}$ is symmetric with spectrum in (0, 1).

    Args:
        A: shape (d, d).
        B: shape (d,).
        C: shape (d,).
        dt: time between samples, above 0.

    Returns:
        LinearRNN with transition $e^{A\, dt}$; symmetric exactly if A is.

    Raises:
        TypeError: what is not a floating-point NumPy array.
        ValueError: dt not above 0; entries NaN or infinite.
    """
    for name, value in (("A", A), ("B", B), ("C", C)):
        require_float(name, value)
        if not is_numpy_array(value):
            raise TypeError(
                f"{name} is a torch tensor, but matrices are exponentiated in NumPy: pass {name}.numpy(), "
                "and take .map(torch.from_numpy) of what comes out."
            )
        require_finite(name, value)
    if not 0 < dt < np.inf:
        raise ValueError(f"dt must be a time above 0, but is {dt!r}.")
    if np.array_equal(A, A.T):
        rates, modes = np.linalg.eigh(A)
        step = (modes * np.exp(rates * dt)) @ modes.T
        return LinearRNN((step + step.T) / 2, np.array(B), np.array(C))
    from scipy.linalg import expm

    return LinearRNN(expm(A * dt), np.array(B), np.array(C))


def from_torch(layer: Any, readout: Float[np.ndarray, " d"]) -> LinearRNN:
    r"""The linear part of a `torch.nn.RNN` layer of one input: what it is without its nonlinearity.

    $h_t = W_{hh} h_{t-1} + W_{ih} x_t$, so A is `weight_hh_l0` and B is `weight_ih_l0`.

    Args:
        layer: a `torch.nn.RNN` or `RNNCell` of one input, one layer, one direction, biases absent or zero.
        readout: C, for example the weight of the linear layer behind it, shape (d,).

    Returns:
        NumPy system in the layer's precision.

    Raises:
        ValueError: several inputs, layers or directions, or a bias that is not zero.
    """
    weights = {name.removesuffix("_l0"): w.detach().cpu().numpy() for name, w in layer.named_parameters()}
    extra = [name for name in weights if name not in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    if extra or weights["weight_ih"].shape != (len(weights["weight_hh"]), 1):
        raise ValueError(
            f"layer must have one input, one layer and one direction, but has {', '.join(weights)} with "
            f"weight_ih of shape {weights['weight_ih'].shape}."
        )
    if any(np.any(w) for name, w in weights.items() if name.startswith("bias")):
        raise ValueError(
            "layer has a bias that is not zero, and a LinearRNN has none: build it with bias=False."
        )
    A = weights["weight_hh"].copy()
    return LinearRNN(A, weights["weight_ih"][:, 0].copy(), np.asarray(readout, dtype=A.dtype).ravel())


def to_torch(rnn: LinearRNN) -> Any:
    r"""A `torch.nn.RNN` whose weights are A and B, for torch's own linear recurrences and tools.

    torch applies tanh or relu after each step; for states small against 1, tanh is the identity to third
    order.

    Args:
        rnn: a single system.

    Returns:
        The layer, without biases, in double precision, batch first.

    Raises:
        ValueError: a batch of systems.
    """
    import torch

    A, b, _, _ = to_state_space(rnn)
    layer: Any = torch.nn.RNN(1, len(A), bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_hh_l0.copy_(torch.as_tensor(A))
        layer.weight_ih_l0.copy_(torch.as_tensor(b))
    return layer


_INVERTIBLE, _SAME = 1e8, 1e-9  # condition of A, and agreement of CB with D, up to which no state is added


def _matrices(system: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A, B, C, D in float64 from what was passed, refused in continuous time."""
    if hasattr(system, "dt") and (system.dt is None or system.dt == 0):
        raise ValueError(
            "system is in continuous time (dt is 0 or None): sample it first, with from_continuous or "
            "its own to_discrete or sample."
        )
    system = system.to_ss() if hasattr(system, "to_ss") else system
    parts = (system.A, system.B, system.C, system.D) if hasattr(system, "A") else system
    A, B, C, D = (np.asarray(x, dtype=np.float64) for x in parts)
    return A, B, C, D
