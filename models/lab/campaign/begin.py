"""How a run begins and goes on: its weights, learning rate, curriculum and seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..evaluate.history import history
from ..networks.registry import PLUGINS
from ..train.data import Curriculum
from ..train.setup import begun, resumed
from ..train.trainer import Trainer, TrainingOptions
from .runs import Run

# Hard blur first. The whole camera pipeline has half of the batches at the end and never all: trained on it alone, a network
# that was good on real pairs fell there from +2.17 to +1.92 dB while its gain on frozen validation hardly moved.
NEW = {"peak_rate": 2e-3, "curriculum": Curriculum(full_from=1.7, blend_from=0.3, untouched_share=0.03)}
# What is known already is lost at the rate at which a new network learns. The pipeline's share grows from 1/4 to 1/2. The loss
# is what a network is judged by (docs/measurements.md).
CONTINUED = {
    "peak_rate": 3e-4,
    "loss": "psnr",
    "curriculum": Curriculum(full_from=3.0, blend_from=-1.0, untouched_share=0.03),
}


def learning(run: Run) -> dict[str, Any]:
    """Options of a run's schedule."""
    return CONTINUED if run.began is not None or run.round > 1 else NEW


def trainer_of(
    run: Run, models: Path, config: str | None, adopt: Path | None, step_size: dict[str, int], device: torch.device
) -> Trainer:
    """From the run's checkpoint, else from its plug-in's weights, else a new network.

    `config`: name of a new network's configuration; None: the one that the plug-in ships.

    `adopt`: a SAPHN-NU whose layers a new network begins with. The schedule's length is set while it trains.
    """
    trainer = resumed(run.folder, device)
    if trainer is not None:
        trainer.options = replace(trainer.options, **learning(run))
        return trainer
    plugin = models / run.network if run.began is not None else None
    seed = 1 + (len(history(plugin)["runs"]) if plugin else 0)  # a new seed: other blur than in the runs before
    options = TrainingOptions(steps=1, seed=seed, **step_size, **learning(run))
    family, shipped = PLUGINS[run.network]
    chosen = family.configs[config] if config else shipped
    return begun(chosen, options, device, run.folder, start=plugin, adopt=None if plugin else adopt)
