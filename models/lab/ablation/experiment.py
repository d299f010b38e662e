"""One variant with one seed: stage 2 trained on a stage 1 that stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ..metrics import psnr, spearman
from ..networks.saphn_nu import SaphnNu
from ..train import checkpoint
from ..train.data import Batches, Curriculum, Sources, batches_from
from ..train.losses import true_error
from ..train.trainer import Trainer, TrainingOptions
from .variants import VARIANTS

STAGES = 2  # stage 2 samples as stage 3 does, and costs a third of both
CELLS = 8  # sampling density is looked at in blocks of this many grid cells a side

Pairs = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Schedule:
    """The equal conditions: every variant sees the same batches, and begins with the same weights."""

    steps: int
    batch: int = 5
    size: int = 160
    rate: float = 2e-3


def train(source: SaphnNu, variant: str, seed: int, schedule: Schedule, sources: Sources, run: Path) -> SaphnNu:
    """The EMA network after `schedule`. Stage 1 is `source`'s, whole; stage 2 begins as its mirror image, without the part
    that the variant lacks. Continues in `run`, where an earlier call was interrupted.
    """
    config = source.config.switched(**VARIANTS[variant].switches)
    curriculum = Curriculum(full_from=3.0, blend_from=-1.0)  # from a quarter to a half of the whole pipeline
    options = TrainingOptions(
        **{"steps": schedule.steps, "batch": schedule.batch, "size": schedule.size, "peak_rate": schedule.rate},
        **{"stages": STAGES, "frozen": 1, "seed": seed, "hint_share": 0.0, "explore_share": 0.0, "curriculum": curriculum},
    )
    trainer = Trainer(config, options, torch.device("cpu"), run)
    for network in (trainer.network, trainer.ema):
        network.load_state_dict(source.state_dict(), strict=False)
        network.inherit()
        # As a whole: its own parts are not what is compared.
        network.stages[0] = source.stages[0]
    saved = run / "checkpoint.pt"
    if saved.exists():
        trainer.restore(checkpoint.load(saved))
    batches = Batches(sources, options.batch, options.size, options.steps, options.seed, options.curriculum)
    trainer.fit(lambda first: batches_from(batches, first, 0), minutes=float("inf"), validate=lambda _: {}, every=10**9)
    return trainer.ema.eval()


@torch.no_grad()
def gain(network: nn.Module, pairs: Pairs, budget: float = 1.0) -> float:
    """Mean gain in dB of stage 2's image over the input."""
    gains = []
    for blurred, sharp in pairs:
        restored = network(blurred, stages=STAGES, budget=budget).images[-1].clamp(0, 1)
        gains.append(psnr(restored, sharp) - psnr(blurred, sharp))
    return float(torch.cat(gains).mean())


@torch.no_grad()
def density_follows_error(network: SaphnNu, pairs: Pairs) -> float:
    """Spearman's rho of stage 2's sampling density against stage 1's true remaining error, within an image; the mean over all."""
    ranks = []
    for blurred, sharp in pairs:
        result = network(blurred, stages=STAGES)
        error = true_error(result.images[0], sharp, network.config.grid_stride)
        maps = (torch.nn.functional.avg_pool2d(m, CELLS).flatten(1) for m in (result.maps[1].samples, error))
        ranks += [spearman(*both) for both in zip(*maps, strict=True)]
    return sum(ranks) / len(ranks)

