r"""Teachers with memory and students near zero, one of each per seed.

Every number drawn here is a function of one seed: a network is the same whichever others share its batch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from lowdim.arrays import require_count
from lowdim.gated.network import Recurrent, require_cell

_STUDENT, _TEACHER, _SCALE = 0, 1, 2  # which stream of a seed: weights of the student, of the teacher, inputs
_FASTEST = 2.0  # time constant of a teacher's fastest unit


def student(
    units: int,
    std: float,
    seeds: Sequence[int],
    cell: str = "gru",
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
) -> Recurrent:
    r"""Students with all weights $N(0, \sigma^2)$ and all biases zero, one per seed.

    For one seed, two values of `std` give the same Gaussians at two scales.

    Args:
        units: n, the number of units.
        std: $\sigma > 0$, the initialization scale.
        seeds: one non-negative whole number per student.
        cell: "gru", "lstm" or "tanh".
        dtype: precision. Training errors of the book are near $10^{-3}$, far above the rounding of float32,
            which takes half the time of float64.
        device: where the weights live, such as "cuda"; the CPU by default.

    Returns:
        A batch of len(seeds) networks.

    Raises:
        ValueError: no seeds, a std that is not positive and finite, an unknown cell, a device not there.
    """
    n = require_count("units", units)
    rows = require_cell(cell).gates * n
    if not (std > 0 and math.isfinite(std)):
        raise ValueError(f"std must be positive and finite, but is {std!r}; near zero is e.g. 0.05.")

    def draw(seed: int) -> tuple[np.ndarray, ...]:
        rng = stream(seed, _STUDENT)
        recurrent, drive, readout = (std * rng.standard_normal(s) for s in ((rows, n), (rows, 1), (1, n)))
        return recurrent, np.hstack((drive, np.zeros((rows, 1)))), readout, np.zeros((1, 1))

    return _batch(cell, [draw(seed) for seed in require_seeds(seeds)], dtype, device)


def teacher(
    units: int,
    seeds: Sequence[int],
    memory: float = 8.0,
    coupling: float = 0.5,
    spread: float = 0.3,
    cell: str = "gru",
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
) -> Recurrent:
    r"""Teachers that remember, respond nonlinearly and show every unit, one per seed.

    Unit i forgets at rest with the time constant $\tau_i$, from `memory` down to 2 steps in equal ratios: the
    GRU's update gate and the LSTM's forget gate have the bias $\ln(\tau_i - 1)$ (Tallec and Ollivier 2018),
    the tanh network has $1 - 1/\tau_i$ on the diagonal. Recurrent weights are $N(0, \mathrm{coupling}^2/n)$,
    those from the input to the gates $N(0, 1)$, those from the input to the candidates $\pm 1$; the tanh
    network has the first and the last times $1/\tau_i$. There are no other biases, so the zero state is at
    rest. Each unit enters the output with the sign of its input weight, as B and C agree in a balanced linear
    system, and with the same share of the standard deviation. In the long run the output has mean zero and
    standard deviation `spread`, by default that of a typical unit.

    Args:
        units: number of units.
        seeds: one non-negative whole number per teacher.
        memory: time constant of the slowest unit in steps, above 2.
        coupling: scale of the recurrent weights.
        spread: standard deviation of the output in the long run.
        cell: "gru", "lstm" or "tanh".
        dtype: precision, that of its students.
        device: where the weights live.

    Returns:
        A batch of len(seeds) networks.

    Raises:
        ValueError: no seeds, memory not above 2, an unknown cell, a device that is not there.
    """
    n, gates = require_count("units", units), require_cell(cell).gates
    if not (memory > _FASTEST and math.isfinite(memory)):
        raise ValueError(f"memory must be above {_FASTEST:g} steps and finite, but is {memory!r}.")
    slow = np.geomspace(memory, _FASTEST, n)

    def draw(seed: int) -> tuple[np.ndarray, ...]:
        rng = stream(seed, _TEACHER)
        recurrent = coupling / math.sqrt(n) * rng.standard_normal((gates, n, n))
        drive = np.stack((rng.standard_normal((gates, n)), np.zeros((gates, n))), axis=-1)
        candidate = {"gru": 2, "lstm": 2, "tanh": 0}[cell]
        drive[candidate, :, 0] = sign = np.sign(drive[candidate, :, 0])
        if cell == "tanh":
            recurrent[0] = recurrent[0] / slow[:, None] + np.diag(1 - 1 / slow)
            drive[0] /= slow[:, None]
        else:
            drive[1, :, 1] = np.log(slow - 1)  # second gate: the GRU's update, the LSTM's forget gate
        return recurrent.reshape(-1, n), drive.reshape(-1, 2), sign[None], np.zeros((1, 1))

    raw = _batch(cell, [draw(seed) for seed in require_seeds(seeds)], torch.float64, "cpu")
    return _standardized(raw, spread).to(dtype=dtype, device=require_device(device))


def stream(*key: int) -> np.random.Generator:
    """The random stream with this key; streams of different keys are independent.

    Args:
        key: non-negative whole numbers.
    """
    return np.random.default_rng(key)


def require_seeds(seeds: Sequence[int]) -> list[int]:
    """Refuse what is not a list of seeds.

    Args:
        seeds: what was passed.

    Raises:
        ValueError: none, or one that is not a whole number of at least 0.
    """
    seeds = list(seeds)
    if not seeds or any(isinstance(s, bool) or not isinstance(s, (int, np.integer)) or s < 0 for s in seeds):
        raise ValueError(f"seeds must be whole numbers of at least 0, one per network, but are {seeds!r}.")
    return [int(seed) for seed in seeds]


def require_device(device: str | torch.device) -> torch.device:
    """The device, if this PyTorch has it.

    Args:
        device: such as "cpu" or "cuda".

    Raises:
        ValueError: it is not there.
    """
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device={str(device)!r} was asked for, but PyTorch {torch.__version__} cannot use it here: "
            f"{str(error).splitlines()[0]} Pass device='cpu', or install a PyTorch built for it."
        ) from None


def _standardized(network: Recurrent, spread: float, steps: int = 2000, batch: int = 16) -> Recurrent:
    """The readout rescaled: equal shares of the units, output with mean zero and the given spread."""
    inputs = torch.from_numpy(stream(0, _SCALE).standard_normal((1, batch, steps)))
    with torch.no_grad():
        units = network.states(inputs)[steps // 10 :, :, : network.units]  # (time, copies, n, batch)
        network.readout /= units.std(dim=(0, 3))[:, None]
        deviation, mean = torch.std_mean(torch.matmul(network.readout, units), dim=(0, 3))  # (copies, 1)
        network.readout *= (spread / deviation)[..., None]
        network.offset -= (spread * mean / deviation)[..., None]
    return network


def _batch(
    cell: str, drawn: list[tuple[np.ndarray, ...]], dtype: torch.dtype, device: str | torch.device
) -> Recurrent:
    device = require_device(device)
    return Recurrent(
        cell, *(torch.from_numpy(np.stack(each)).to(device, dtype) for each in zip(*drawn, strict=True))
    )
