"""Records that nobody here simulated, shipped as files inside packages: nothing is fetched."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Float

SAMPLING_INTERVAL = 2.0
"""Seconds from one sample to the next, as in the package's own example."""


def event_related_fmri() -> tuple[Float[np.ndarray, " T"], Float[np.ndarray, " T"]]:
    """Moving stimuli, and what a motion-sensitive region of a human brain answered to them.

    A subject watched a screen on which, now and then, something moved; the answer is the BOLD signal near the
    visual area MT, in percent change, sampled every 2 seconds.  The record comes with the package nitime
    (BSD licence) as the data of its example on event-related fMRI.  Its six kinds of events (place and
    direction of the motion) are counted alike.

    Returns:
        (events, signal): 1.0 where an event began and 0.0 elsewhere; the signal; both of shape (3360,).

    Raises:
        ModuleNotFoundError: nitime is not installed.
    """
    package = find_spec("nitime")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the record is a file of the package nitime: pip install nitime.")
    table = np.loadtxt(
        Path(package.origin).parent / "data" / "event_related_fmri.csv", delimiter=",", skiprows=1
    )
    return (table[:, 1] != 0).astype(float), table[:, 0].copy()


def eight_schools(centered: bool) -> dict[str, Float[np.ndarray, "runs steps"]]:
    r"""Draws of the no-U-turn sampler from the posterior of the eight schools, four runs of 500.

    The mean effect `mu` and the logarithm `log tau` of its spread between schools.  In the centred
    parameters the posterior is a funnel, in which the sampler is slow; the other ones are free of it.  The
    draws come with the package arviz-base (Apache 2.0) as its example data; PyMC made them.

    Args:
        centered: which of the two parametrizations was sampled.

    Returns:
        Arrays of shape (4, 500).

    Raises:
        ModuleNotFoundError: arviz-base or h5py is not installed.
    """
    package = find_spec("arviz_base")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "the draws are a file of the package arviz-base: pip install arviz-base h5py."
        )
    import h5py

    name = "centered_eight.nc" if centered else "non_centered_eight.nc"
    with h5py.File(Path(package.origin).parent / "example_data" / "data" / name) as file:
        mu, tau = (np.asarray(file[f"posterior/{variable}"]) for variable in ("mu", "tau"))
    return {"mu": mu, "log tau": np.log(tau)}
