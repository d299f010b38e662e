"""What is compared: each variant differs in one thing from the whole network."""

from __future__ import annotations

from dataclasses import dataclass, field

BASE = "whole"


@dataclass(frozen=True)
class Variant:
    """`switches` are set in the stages that are trained (see saphn_nu.Switches)."""

    name: str
    label: str
    switches: dict[str, bool] = field(default_factory=dict)
    published: float | None = None  # dB that the part brings in the paper (Table IV, GoPro; Table V, HIDE)


VARIANTS = {
    v.name: v
    for v in (
        Variant(BASE, "whole network, adaptive sampling"),
        Variant("uniform", "uniform sampling, equally many pixels", {"adaptive_sampling": False}, published=1.11),
        Variant("no-masks", "attention without masks", {"masks": False}),
        Variant("sum", "sum of the branches instead of attentive fusion", {"attentive_fusion": False}),
        Variant("no-offsets", "filters without offsets", {"offsets": False}),
    )
}

BUDGETS = (0.9, 1.0, 1.1, 1.2)  # of L, Table V
