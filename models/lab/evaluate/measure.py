"""All measurements of a model card."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from ..networks.network import Network
from ..networks.registry import family_of
from ..networks.saphn_nu import SaphnNuConfig
from .calibration import Calibration, calibrate
from .cost import describe
from .halo import halo
from .receptive import effective_radius
from .scores import identity_scores, mean_score, score_pairs
from .sets import FROZEN, REPORTED, Sets, selecting


def measure(network: Network, sets: Sets, overlap: int) -> tuple[dict[str, Any], list[Calibration]]:
    """Returns a report for `card.card` without `command` and `training`, and the calibrations.

    network: with shipped, rounded weights (`weights.load_rounded`). overlap: of tiles in pixels, as
    measured seams allow.
    """
    config, family = network.config, family_of(network.config)
    real = score_pairs(network, sets.real())
    calibrations = calibrate(network, sets.frozen())
    identity = identity_scores(network, sets.sharp())
    report = {
        "network": family.id,
        "cost": {
            "this": {"name": config.name, **describe(config)},
            "paper": describe(family.configs["paper"]),
        },
        "sets": {
            FROZEN: mean_score(score_pairs(network, sets.frozen())),
            selecting(sets.selection): mean_score(real[: sets.selection]),
            REPORTED: mean_score(real[sets.selection :]),
        },
        "identity": {
            "photos": len(identity),
            "mean": sum(identity.values()) / len(identity),
            "worst": min(identity.values()),
        },
        "halo": halo(network),
        "radius": effective_radius(network, next(sets.real())[1]),
        "overlap": overlap,
        "sampler": config.sampler if isinstance(config, SaphnNuConfig) else None,
        "calibration": [
            {"ratio": c.ratio, "errorRank": c.error_rank, "policyRank": c.policy_rank}
            for c in calibrations
        ],
    }
    return report, calibrations


def typed(module: str, words: list[str]) -> str:
    """Returns the command for a card; absolute paths keep only their last two parts."""
    short = [str(Path(*Path(w).parts[-2:])) if w.startswith("/") else w for w in words]
    return f"python -m {module} {shlex.join(short)}"
