"""docs/NETWORKS.md as a whole: what stands where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import tables
from .ablations import ablation_lines
from .crops import before_after
from .facts import Facts
from .plots import gain_against_time, training_curves

INTRODUCTION = """\
# The networks

Unsmear comes with the networks below, each after its paper, in smaller sizes that we trained; ADN in two. This document is made by
`python -m lab.report` (in `models/`) from what the plug-ins carry and from `test/bench/networks.js`; nothing in it is
written by hand. How each was trained and measured is in its model card.

Published figures are those of networks five to thirty times as large, trained on GoPro for days on graphics cards, and measured on
GoPro; ours are trained on synthetic blur of free photos and never see GoPro. They stand here as what the papers reached, not
as what ours is compared with.
"""


@dataclass(frozen=True)
class Measured:
    """What was measured beside the plug-ins, as its files hold it; None: not yet."""

    speed: dict[str, Any] | None = None  # test/bench/networks.js
    ensemble: dict[str, Any] | None = None  # test/bench/self-ensemble.js
    ablations: dict[str, Any] | None = None  # lab.ablation


def document(networks: list[Facts], measured: Measured, photo: Path, pictures: Path) -> str:
    """The Markdown; draws the pictures into `pictures`."""
    lines = [INTRODUCTION, "## Side by side", *tables.overview(networks)]
    lines += [
        "*Frozen*: a synthetic validation set that no training sees. *Real pairs*: whole frames of one scene of GoPro; the first four",
        "chose between networks, the others are reported. *Sharp photos*: the output against a sharp input, with skipping off.",
        "",
    ]
    if gain_against_time(networks, pictures / "gain-time.webp"):
        lines += ["![Gain against time: every stage a point](networks/gain-time.webp)", ""]
    before_after(networks, photo, pictures / "before-after.webp")
    lines += [
        "![Details of the sample photo, as taken and restored by each network](networks/before-after.webp)",
        "",
        "The sample photo is drawn by `resources/render`, and is none that training has seen.",
        "",
        "## Quality",
        *tables.scores(networks),
    ]
    if measured.ensemble is not None:
        lines += ["### Self-ensemble (RADN+)", "", *tables.self_ensemble(networks, measured.ensemble)]
    if measured.speed is not None:
        lines += ["## Speed", "", *tables.speed(networks, measured.speed)]
    lines += ["## Training", *tables.training(networks)]
    if training_curves(networks, pictures / "curves.webp"):
        lines += ["![Gain against minutes of training](networks/curves.webp)", ""]
    lines += ["## The papers' sizes", *tables.paper_sizes(networks)]
    if measured.ablations is not None:
        lines += ["## Ablations", "", *ablation_lines(measured.ablations)]
    return "\n".join(lines).rstrip() + "\n"
