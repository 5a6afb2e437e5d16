r"""Where layers start, as their authors start them, and with the dials that the book turns.

All numbers are drawn with NumPy, so a start is the same on every device; d counts real states, a complex
pole being two of them.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from lowdim.arrays import require_count, require_rng
from lowdim.ssm.layers import Layer

_RING = (0.0, 1.0)  # moduli of the LRU's poles by default, those of minimal-LRU
_STEPS = (1e-3, 1e-1)  # S4D's range for the step


def real_diagonal(
    d: int,
    rng: np.random.Generator,
    batch: tuple[int, ...] = (),
    ring: tuple[float, float] = _RING,
    scale: float = 1.0,
) -> Layer:
    r"""Real poles, their moduli uniform on a ring and their signs random; $b_i, c_i \sim N(0, 1/d)$.

    Args:
        d: number of states.
        rng: NumPy random generator; it is advanced.
        batch: batch axes.
        ring: least and largest modulus of a pole.
        scale: factor on B and C.

    Returns:
        A layer of the family "real".

    Raises:
        ValueError: a ring that is not inside the unit disc, a scale that is not positive.
    """
    d = _checked(d, rng, ring, scale)
    at = rng.uniform(*ring, (*batch, d)) * rng.choice([-1.0, 1.0], (*batch, d))
    B, C = scale / math.sqrt(d) * rng.standard_normal((2, *batch, d))
    return _layer("real", poles=at, B=B, C=C)


def s4d_lin(d: int, rng: np.random.Generator, batch: tuple[int, ...] = (), scale: float = 1.0) -> Layer:
    r"""S4D-Lin (Gu et al. 2022): $\Lambda_n = -1/2 + \mathrm i \pi n$, $\Delta$ log-uniform on [0.001, 0.1].

    C is standard complex Gaussian.

    Args:
        d: number of states, even: d/2 poles, each standing for a conjugate pair.
        rng: NumPy random generator; it is advanced.
        batch: batch axes.
        scale: factor on C.

    Returns:
        A layer of the family "s4d".

    Raises:
        ValueError: an odd d, a scale that is not positive.
    """
    n = _pairs(_checked(d, rng, _RING, scale))
    C = scale / math.sqrt(2) * rng.standard_normal((2, *batch, n))
    return _layer(
        "s4d",
        log_dt=_log_steps(rng, batch),
        log_decay=np.full((*batch, n), math.log(0.5)),
        frequency=np.broadcast_to(math.pi * np.arange(n), (*batch, n)),
        C_re=C[0],
        C_im=C[1],
    )


def s4d_real(d: int, rng: np.random.Generator, batch: tuple[int, ...] = (), scale: float = 1.0) -> Layer:
    r"""S4D-Real (Gu et al. 2022): $\Lambda_n = -(n + 1)$, $\Delta$ log-uniform on [0.001, 0.1].

    C is standard Gaussian. All poles are positive, at the start and for ever.

    Args:
        d: number of states.
        rng: NumPy random generator; it is advanced.
        batch: batch axes.
        scale: factor on C.

    Returns:
        A layer of the family "s4d-real".

    Raises:
        ValueError: a scale that is not positive.
    """
    d = _checked(d, rng, _RING, scale)
    C = scale * rng.standard_normal((*batch, d))
    decay = np.broadcast_to(np.log(np.arange(1.0, d + 1)), (*batch, d))
    return _layer("s4d-real", log_dt=_log_steps(rng, batch), log_decay=decay, C=C)


def lru(
    d: int,
    rng: np.random.Generator,
    batch: tuple[int, ...] = (),
    ring: tuple[float, float] = _RING,
    scale: float = 1.0,
) -> Layer:
    r"""The LRU (Orvieto et al. 2023): poles uniform on a ring by area, $\gamma = \ln \sqrt{1 - |\lambda|^2}$.

    Phases are uniform on $[0, 2\pi]$, the parts of B are $N(0, 1/2)$ and those of C are $N(0, 2/d)$, one over
    the number of poles.

    Args:
        d: number of states, even: d/2 poles, each with the real part of its answer.
        rng: NumPy random generator; it is advanced.
        batch: batch axes.
        ring: least and largest modulus of a pole.
        scale: factor on B and C.

    Returns:
        A layer of the family "lru".

    Raises:
        ValueError: an odd d, a ring that is not inside the unit disc, a scale that is not positive.
    """
    n = _pairs(_checked(d, rng, ring, scale))
    low, high = ring
    squares = low**2 + (high**2 - low**2) * (1 - rng.random((*batch, n)))  # never 0, whose logarithm is not
    B = scale / math.sqrt(2) * rng.standard_normal((2, *batch, n))
    C = scale / math.sqrt(n) * rng.standard_normal((2, *batch, n))
    squares = np.minimum(squares, 1 - 1e-12)  # nor 1, where the normalization is none
    return _layer(
        "lru",
        log_nu=np.log(-0.5 * np.log(squares)),
        log_theta=np.log(2 * math.pi * (1 - rng.random((*batch, n)))),
        log_gamma=0.5 * np.log(1 - squares),
        B_re=B[0],
        B_im=B[1],
        C_re=C[0],
        C_im=C[1],
    )


def dense(
    d: int,
    rng: np.random.Generator,
    batch: tuple[int, ...] = (),
    std: float | None = None,
    structure: str = "free",
) -> Layer:
    r"""A, B and C uniform on $\pm 1/\sqrt d$, as `torch.nn.RNN` and `Linear` start; or $N(0, \sigma^2)$.

    Args:
        d: number of states.
        rng: NumPy random generator; it is advanced.
        batch: batch axes.
        std: $\sigma$; None for PyTorch's start.
        structure: "free", or "symmetric", where the transition matrix is the symmetric part of A.

    Returns:
        A layer of the family "dense" or "symmetric".

    Raises:
        ValueError: a std that is not positive, another structure.
    """
    d = _checked(d, rng, _RING, 1.0 if std is None else std)

    def draw(*shape: int) -> np.ndarray:
        if std is None:
            return rng.uniform(-1, 1, (*batch, *shape)) / math.sqrt(d)
        return std * rng.standard_normal((*batch, *shape))

    if structure not in ("free", "symmetric"):
        raise ValueError(f"structure must be 'free' or 'symmetric', but is {structure!r}; see real_diagonal.")
    return _layer("symmetric" if structure == "symmetric" else "dense", A=draw(d, d), B=draw(d), C=draw(d))


def rotated(layer: Layer) -> Layer:
    r"""A real diagonal layer whose coordinates training can turn: the same responses, one more weight.

    $A = Q\, \mathrm{diag}(\lambda)\, Q^{\mathsf T}$ with a rotation Q that is the identity at the start.

    Args:
        layer: of the family "real".

    Returns:
        A layer of the family "rotated".

    Raises:
        ValueError: a layer of another family.
    """
    if layer.family != "real":
        raise ValueError(f"layer must be real diagonal, but is of the family {layer.family!r}.")
    at = layer.weights["poles"]
    still = at.new_zeros(*at.shape, at.shape[-1])
    return Layer("rotated", {**{name: w.clone() for name, w in layer.weights.items()}, "S": still})


def _checked(d: int, rng: np.random.Generator, ring: tuple[float, float], scale: float) -> int:
    require_rng(rng)
    if not 0 <= ring[0] < ring[1] <= 1:
        raise ValueError(f"ring must be two moduli 0 <= low < high <= 1, but is {ring!r}.")
    if not (scale > 0 and math.isfinite(scale)):
        raise ValueError(f"a start needs a scale that is positive and finite, but got {scale!r}.")
    return require_count("d", d)


def _pairs(d: int) -> int:
    if d % 2:
        raise ValueError(f"d must be even, two states for each complex pole, but is {d}.")
    return d // 2


def _log_steps(rng: np.random.Generator, batch: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(math.log(_STEPS[0]), math.log(_STEPS[1]), (*batch, 1))


def _layer(family: str, **weights: np.ndarray) -> Layer:
    return Layer(family, {name: torch.tensor(np.ascontiguousarray(w)) for name, w in weights.items()})
