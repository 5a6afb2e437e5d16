"""The picture that a link to the book shows elsewhere: its title over an emblem, which is no measurement."""

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 1200, 630  # pixels, as sites that show cards ask for


def draw(path: Path, title: str) -> None:
    """Write the card; the same bytes for the same title.

    Args:
        path: of the PNG.
        title: of the book, in as many lines as it has words' room for.
    """
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    fig = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="#14181e")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    x = np.linspace(0, 1, 200)
    known = 0.12 + 0.3 * np.exp(-4 * x)
    lost = np.where(x < 0.2, known, known + 0.9 * np.clip(x - 0.2, 0, None) ** 1.6)
    ax.axvspan(0, 0.2, color="white", alpha=0.08, lw=0)
    ax.plot(x, lost, color="#e55f21", lw=5)
    ax.plot(x, known, color="white", lw=5)
    with as_file(files("lowdim.figures") / "source-sans-3.ttf") as font:
        letters = FontProperties(fname=font, size=50)
        ax.text(0.05, 0.92, _broken(title), color="white", va="top", fontproperties=letters, linespacing=1.15)
        fig.savefig(path, metadata={"Software": None})


def _broken(title: str, longest: int = 26) -> str:
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + len(word) >= longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
