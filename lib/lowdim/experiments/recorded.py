"""A recorded input-output series, shipped as a file inside a package: nothing is fetched."""

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
