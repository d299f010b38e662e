"""Training and scoring of one variant with one seed: stage 2 on a frozen stage 1."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..metrics import psnr, spearman
from ..networks.network import Network
from ..networks.saphn_nu import SaphnNu
from ..train import checkpoint
from ..train.data import Batches, Curriculum, Sources, batches_from
from ..train.losses import true_error
from ..train.trainer import Trainer, TrainingOptions
from ..train.validation import Pairs
from .variants import VARIANTS

STAGES = 2  # stage 2 samples like stage 3, and training it alone costs a third of both
CELLS = 8  # side in grid cells of the blocks whose sampling density is compared


@dataclass(frozen=True)
class Schedule:
    """Equal conditions of all variants, which see the same batches and have the same weights."""

    steps: int
    batch: int = 5
    size: int = 160
    rate: float = 2e-3


def train(
    source: SaphnNu, variant: str, seed: int, schedule: Schedule, sources: Sources, run: Path
) -> SaphnNu:
    """Trains a variant and returns its EMA network.

    Stage 1 is that of `source`, with all its parts; stage 2 starts as its mirror image, without
    the part that the variant lacks. Resumes an interrupted call from the folder `run`.
    """
    config = source.config.switched(**VARIANTS[variant].switches)
    curriculum = Curriculum(full_from=3.0, blend_from=-1.0)  # 1/4 to 1/2 from the full pipeline
    options = TrainingOptions(
        steps=schedule.steps,
        batch=schedule.batch,
        size=schedule.size,
        peak_rate=schedule.rate,
        stages=STAGES,
        frozen=1,
        seed=seed,
        hint_share=0.0,
        explore_share=0.0,
        curriculum=curriculum,
    )
    trainer = Trainer(config, options, torch.device("cpu"), run)
    for network in map(saphn_nu, (trainer.network, trainer.ema)):
        network.load_state_dict(source.state_dict(), strict=False)
        network.inherit()
        # The variants compare parts of stage 2 only.
        network.stages[0] = source.stages[0]
    saved = run / "checkpoint.pt"
    if saved.exists():
        trainer.restore(checkpoint.load(saved))
    batches = Batches(
        sources, options.batch, options.size, options.steps, options.seed, options.curriculum
    )
    trainer.fit(
        lambda first: batches_from(batches, first, 0),
        minutes=float("inf"),
        validate=lambda _: {},
        every=10**9,
    )
    return saphn_nu(trainer.ema).eval()


def saphn_nu(network: Network) -> SaphnNu:
    """Returns the network. Raises TypeError if it is not a SAPHN-NU."""
    if not isinstance(network, SaphnNu):
        raise TypeError(f"the ablations need a SAPHN-NU, not {type(network).__name__}")
    return network


@torch.no_grad()
def gain(network: nn.Module, pairs: Pairs, budget: float = 1.0) -> float:
    """Returns the mean gain of stage 2's image over the input, in dB."""
    gains = []
    for blurred, sharp in pairs:
        restored = network(blurred, stages=STAGES, budget=budget).images[-1].clamp(0, 1)
        gains.append(psnr(restored, sharp) - psnr(blurred, sharp))
    return float(torch.cat(gains).mean())


@torch.no_grad()
def density_follows_error(network: SaphnNu, pairs: Pairs) -> float:
    """Correlates stage 2's sampling density with stage 1's true error.

    Returns Spearman's rho within an image, the mean over all images.
    """
    ranks = []
    for blurred, sharp in pairs:
        result = network(blurred, stages=STAGES)
        error = true_error(result.images[0], sharp, network.config.grid_stride)
        maps = (
            torch.nn.functional.avg_pool2d(m, CELLS).flatten(1)
            for m in (result.maps[1].samples, error)
        )
        ranks += [spearman(*both) for both in zip(*maps, strict=True)]
    return sum(ranks) / len(ranks)
