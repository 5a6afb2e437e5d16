r"""Things that relax, from their physical parameters: heat in a rod, charge in a ladder of resistors.

Both are $M \dot z = -K z + e u$ with a diagonal M of what each cell stores and a symmetric K of what it
exchanges with its neighbours.  In the coordinates $M^{1/2} z$ the system matrix is symmetric, and a sensor at
the place of the input makes $C = B^{\mathsf T}$: a *collocated* relaxation system is balanced, whatever its
parameters (`prop-wild-relaxation`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lowdim.arrays import require_count
from lowdim.systems.conversions import from_continuous
from lowdim.systems.linear import LinearRNN


def heat_rod(metres: float, diffusivity: float, cells: int, dt: float, sensor: int = 0) -> LinearRNN:
    r"""Temperature of a rod that is heated at one end and held at zero at the other, sampled.

    $\partial_t \theta = \alpha\, \partial_x^2 \theta$ on cells of equal size; a unit of heat enters the first
    one, and the temperature is measured in the cell of the sensor.

    Args:
        metres: its length.
        diffusivity: $\alpha$ in square metres per second; aluminium has 9.7e-5, steel 1.2e-5.
        cells: how many.
        dt: seconds between samples.
        sensor: the cell that is measured; 0 is where the heat enters.

    Returns:
        LinearRNN of as many states as there are cells, scaled to the response 1 where and when the heat
        enters.

    Raises:
        ValueError: parameters that are not positive, a sensor outside.

    >>> from lowdim.systems import impulse_response
    >>> impulse_response(heat_rod(0.1, 1e-4, cells=10, dt=1.0), 3).round(4)
    array([1.    , 0.5238, 0.3858])
    """
    require_count("cells", cells)
    _positive(metres=metres, diffusivity=diffusivity)
    size = metres / cells
    exchange = np.full(cells, diffusivity / size**2)
    exchange[-1] *= 2  # the cold end is half a cell away
    return _chain_of(np.ones(cells), exchange, dt, sensor)


def rc_ladder(
    resistances: Float[np.ndarray, " n"],
    capacitances: Float[np.ndarray, " n"],
    dt: float,
    sensor: int = 0,
) -> LinearRNN:
    r"""Voltage of a ladder that gets a pulse of current at one end and is grounded at the other, sampled.

    Node i has $C_i$ to ground and $R_i$ to the next node; behind the last resistor is ground.

    Args:
        resistances: in ohms, shape (n,).
        capacitances: in farads, shape (n,).
        dt: seconds between samples.
        sensor: the node that is measured; 0 is where the current enters.

    Returns:
        LinearRNN of n states, scaled to the voltage 1 at the first node when the current enters.

    Raises:
        ValueError: values that are not positive, lists of different lengths, a sensor outside.
    """
    resistances, capacitances = np.asarray(resistances, float), np.asarray(capacitances, float)
    if resistances.shape != capacitances.shape or resistances.ndim != 1:
        raise ValueError(
            f"resistances and capacitances must be lists of one length, but have shapes {resistances.shape} "
            f"and {capacitances.shape}: node i has one of each."
        )
    _positive(resistances=resistances, capacitances=capacitances)
    return _chain_of(capacitances, 1 / resistances, dt, sensor)


def _chain_of(store: np.ndarray, exchange: np.ndarray, dt: float, sensor: int) -> LinearRNN:
    """Cell i stores and exchanges with cell i + 1; the last one with the outside."""
    if require_count("sensor", sensor, least=0) >= len(store):
        raise ValueError(
            f"sensor must be one of the {len(store)} cells, 0 to {len(store) - 1}, not {sensor!r}."
        )
    K = np.diag(exchange) - np.diag(exchange[:-1], 1) - np.diag(exchange[:-1], -1)
    K[1:, 1:] += np.diag(exchange[:-1])
    scale = 1 / np.sqrt(store / store[0])
    ends = np.eye(len(store)) * scale
    return from_continuous(-np.outer(scale, scale) * K / store[0], ends[0], ends[sensor], dt)


def _positive(**values: float | np.ndarray) -> None:
    for name, value in values.items():
        if not (np.isfinite(value) & (np.asarray(value) > 0)).all():
            raise ValueError(f"{name} must be finite and above 0, but is {value!r}.")
