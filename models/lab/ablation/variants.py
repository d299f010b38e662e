"""Compared variants: each lacks one part of the whole network."""

from __future__ import annotations

from dataclasses import dataclass, field

BASE = "whole"


@dataclass(frozen=True)
class Variant:
    """Variant with other `switches` (saphn_nu.Switches) in the trained stages."""

    name: str
    label: str
    switches: dict[str, bool] = field(default_factory=dict)
    published: float | None = None  # gain of the part in dB (Table IV, GoPro; Table V, HIDE)


VARIANTS = {
    v.name: v
    for v in (
        Variant(BASE, "whole network, adaptive sampling"),
        Variant(
            "uniform",
            "uniform sampling, equally many pixels",
            {"adaptive_sampling": False},
            published=1.11,
        ),
        Variant("no-masks", "attention without masks", {"masks": False}),
        Variant(
            "sum", "sum of the branches instead of attentive fusion", {"attentive_fusion": False}
        ),
        Variant("no-offsets", "filters without offsets", {"offsets": False}),
    )
}

BUDGETS = (0.9, 1.0, 1.1, 1.2)  # of L, Table V
