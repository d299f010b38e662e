"""Structure of docs/NETWORKS.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..evaluate.card import prose
from . import tables
from .ablations import ablation_lines
from .crops import before_after
from .facts import Facts
from .plots import gain_against_time, training_curves


@dataclass(frozen=True)
class Measured:
    """Contents of the measurement files; `None` = not measured."""

    speed: dict[str, Any] | None = None  # test/bench/networks.js
    ensemble: dict[str, Any] | None = None  # test/bench/self-ensemble.js
    ablations: dict[str, Any] | None = None  # lab.ablation


def document(networks: list[Facts], measured: Measured, photo: Path, pictures: Path) -> str:
    """Returns the document in Markdown, and draws its pictures into `pictures`."""
    lines = [*introduction(), "## Side by side", *tables.overview(networks)]
    lines += prose(
        "*Frozen*: a synthetic validation set that is never trained on. *Real pairs*: whole frames "
        "of one scene of GoPro; the first four selected networks, the others are only reported. "
        "*Sharp photos*: the output against a sharp input, without skipping."
    )
    if gain_against_time(networks, pictures / "gain-time.webp"):
        lines += ["![Gain against time, one point per stage](networks/gain-time.webp)", ""]
    before_after(networks, photo, pictures / "before-after.webp")
    lines += [
        "![Details of the sample photo, as taken and restored](networks/before-after.webp)",
        "",
        "`resources/render` draws the sample photo; no training has seen it.",
        "",
        "## Quality",
        *tables.scores(networks),
    ]
    if measured.ensemble is not None:
        lines += [
            "### Self-ensemble (RADN+)",
            "",
            *tables.self_ensemble(networks, measured.ensemble),
        ]
    if measured.speed is not None:
        lines += ["## Speed", "", *tables.speed(networks, measured.speed)]
    lines += ["## Training", *tables.training(networks)]
    if training_curves(networks, pictures / "curves.webp"):
        lines += ["![Gain against minutes of training](networks/curves.webp)", ""]
    lines += ["## The papers' sizes", *tables.paper_sizes(networks)]
    if measured.ablations is not None:
        lines += ["## Ablations", "", *ablation_lines(measured.ablations)]
    return "\n".join(lines).rstrip() + "\n"


def introduction() -> list[str]:
    """Returns the head of the document."""
    return [
        "# The networks",
        "",
        *prose(
            "Unsmear contains the networks below. Each follows a paper, in a smaller size that we "
            "trained, ADN in two. `python -m lab.report` (in `models/`) writes this document from "
            "the manifests of the plug-ins and from `test/bench/networks.js`; do not edit it by "
            "hand. The model cards describe how each network was trained and measured."
        ),
        *prose(
            "The published figures belong to networks five to thirty times as large, trained on "
            "GoPro for days on graphics cards and measured on GoPro. Ours are trained on synthetic "
            "blur of free photos and never see GoPro, so the figures show the papers' results and "
            "are not comparable with ours."
        ),
    ]
