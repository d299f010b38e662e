"""Initial weights, learning rate, curriculum and seed of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..evaluate.history import history
from ..networks.registry import PLUGINS
from ..train.data import Curriculum
from ..train.setup import new_trainer, resume
from ..train.trainer import Trainer, TrainingOptions
from .runs import Run

# Strong blur first. The full camera pipeline has half of the batches at the end and never all:
# trained on it alone, a network fell from +2.17 to +1.92 dB on the real pairs, while its gain on
# frozen validation hardly changed.
NEW: dict[str, Any] = {
    "peak_rate": 2e-3,
    "curriculum": Curriculum(full_from=1.7, blend_from=0.3, untouched_share=0.03),
}
# The learning rate of a new network would destroy the given weights. The share of the full pipeline
# grows from 1/4 to 1/2. The loss is PSNR, by which networks are scored (docs/measurements.md).
CONTINUED: dict[str, Any] = {
    "peak_rate": 3e-4,
    "loss": "psnr",
    "curriculum": Curriculum(full_from=3.0, blend_from=-1.0, untouched_share=0.03),
}


def learning(run: Run) -> dict[str, Any]:
    """Returns the training options of a run, by whether it has weights already."""
    return CONTINUED if run.began is not None or run.round > 1 else NEW


def trainer_of(
    run: Run,
    models: Path,
    config: str | None,
    adopt: Path | None,
    step_size: dict[str, int],
    device: torch.device,
) -> Trainer:
    """Returns the trainer of a run.

    Resumes its checkpoint, else loads its plug-in's weights, else builds a new network. `config`:
    name of a new network's configuration; `None` = that of the plug-in. `adopt`: a SAPHN-NU whose
    layers a new network starts with. Training sets the length of the schedule.
    """
    trainer = resume(run.folder, device)
    if trainer is not None:
        trainer.options = replace(trainer.options, **learning(run))
        return trainer
    plugin = models / run.network if run.began is not None else None
    # Every run has its own seed, and so other blur than the runs before.
    seed = 1 + (len(history(plugin)["runs"]) if plugin else 0)
    settings: dict[str, Any] = {**step_size, **learning(run)}
    options = TrainingOptions(steps=1, seed=seed, **settings)
    family, shipped = PLUGINS[run.network]
    chosen = family.configs[config] if config else shipped
    return new_trainer(
        chosen, options, device, run.folder, start=plugin, adopt=None if plugin else adopt
    )
