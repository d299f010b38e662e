"""Plots of docs/NETWORKS.md, as small WebP pictures."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from .facts import Facts


def gain_against_time(networks: list[Facts], path: Path) -> bool:
    """Draws each network's stages as joined points. Returns False if nothing was measured."""
    measured = [
        (n.title, n.speed, gain) for n in networks if n.speed and (gain := n.gain("reported"))
    ]
    if not measured:
        return False
    figure, axes = plt.subplots(figsize=(6.4, 4))
    for title, speed, gain in measured:
        times = list(accumulate(s["msPerMegapixel"] for s in speed["stages"]))
        gains = list(accumulate(gain["stageGains"]))
        axes.plot(times, gains, marker="o", markersize=4, label=title)
        axes.annotate(
            title, (times[-1], gains[-1]), xytext=(5, 4), textcoords="offset points", fontsize=8
        )
    axes.set(
        xlabel="ms per megapixel in the inference runtime",
        ylabel="gain on the reported real pairs, dB",
    )
    axes.margins(x=0.15, y=0.1)
    save(figure, axes, path)
    return True


def training_curves(networks: list[Facts], path: Path) -> bool:
    """Draws gains against training minutes: frozen validation solid, selecting pairs dashed.

    Returns False if no network has a curve.
    """
    trained = [n for n in networks if n.curve]
    if not trained:
        return False
    figure, axes = plt.subplots(figsize=(6.4, 4))
    for i, n in enumerate(trained):
        for key, style in (("frozen", "-"), ("real", "--")):
            points = [(p["minutes"], p[key]) for p in n.curve if key in p]
            if points:
                label = f"{n.title}, {key}"
                axes.plot(
                    *zip(*points, strict=True), style, color=f"C{i}", linewidth=1.2, label=label
                )
    axes.set(xlabel="minutes of training", ylabel="gain over the input, dB")
    axes.legend(frameon=False, fontsize=7, ncols=2)
    save(figure, axes, path)
    return True


def save(figure: Any, axes: Any, path: Path) -> None:
    """Writes a plot and closes it."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25, linewidth=0.5)
    figure.tight_layout()
    figure.savefig(path, dpi=120, pil_kwargs={"quality": 80})
    plt.close(figure)
