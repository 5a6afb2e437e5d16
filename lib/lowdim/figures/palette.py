"""Colours that a colour-blind reader can tell apart, on a white page and on a dark one.

Only the light colours are written down. The dark page shows each colour c as ``dark(c)``: same hue, lightness
L in OKLab turned into 1.08 - 0.72 L, so that what stands out on white stands out on black as well. The seven
of ``SERIES`` were found by maximizing the smallest OKLab distance between any two of them, over both pages,
normal vision and the three simulated dichromacies; the tests check what came out.
"""

import functools

import numpy as np

PAPER = "#ffffff"  # the page itself: fills and halos that hide what is behind
INK = "#000000"  # the page's text colour, light or dark
MUTED = "#6a707a"  # what the reader may overlook: guides, reference levels, secondary labels

SERIES = ("#3263da", "#d44f02", "#0a646d", "#a272f5", "#6d4c02", "#669166", "#dd61b3")

TEACHER = INK  # the truth is in ink, everything learned is in colour
STUDENT = SERIES[0]
ACCENT = SERIES[1]

RAMP = ((0.64, 0.13, 4.10), (0.36, 0.15, 5.10))  # first and last of an ordered family: lightness, chroma, hue

# B. Ottosson, "A perceptual color space for image processing" (2020).
_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def ramp(n: int) -> list[str]:
    """Colours of an ordered family of n curves, from faint to strong.

    Args:
        n: how many, at least 1.

    Returns:
        n colours ``#rrggbb``; a family of one gets the strongest.

    Raises:
        ValueError: if n < 1.

    >>> len(ramp(4))
    4
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, the number of curves in the family; got {n}")
    start, stop = np.array(RAMP)
    return [_hex(_from_lch(*(start + (stop - start) * s))) for s in np.linspace(1, 0, n)[::-1]]


@functools.cache
def dark(colour: str) -> str:
    """The same colour for the dark page: hue kept, lightness turned over.

    Args:
        colour: ``#rrggbb``.

    Returns:
        ``#rrggbb``.
    """
    lab = to_oklab(rgb(colour))
    return _hex(_from_lch(1.08 - 0.72 * lab[0], np.hypot(lab[1], lab[2]), np.arctan2(lab[2], lab[1])))


def rgb(colour: str) -> np.ndarray:
    """Linear-light sRGB components in [0, 1] of a colour.

    Args:
        colour: ``#rrggbb``.

    Returns:
        shape (3,).
    """
    s = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def to_oklab(linear: np.ndarray) -> np.ndarray:
    """OKLab coordinates, in which Euclidean distance is close to perceived difference.

    Args:
        linear: linear-light sRGB, shape (..., 3).

    Returns:
        lightness and the two colour axes, shape (..., 3).
    """
    return np.cbrt(linear @ _LMS.T) @ _LAB.T


def _from_lch(lightness: float, chroma: float, hue: float) -> np.ndarray:
    for c in chroma * 0.97 ** np.arange(200):  # the strongest colour of this hue that a screen can show
        lab = np.array([lightness, c * np.cos(hue), c * np.sin(hue)])
        linear = np.linalg.solve(_LMS, np.linalg.solve(_LAB, lab) ** 3)
        if linear.min() >= -1e-4 and linear.max() <= 1 + 1e-4:
            break
    return linear.clip(0, 1)


def _hex(linear: np.ndarray) -> str:
    s = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-12) ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * v):02x}" for v in s)
