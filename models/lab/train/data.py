"""Training batches by step number.

The batch of step i depends on (seed, i) alone, whatever the number of workers.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..synthesis import BlurSynthesizer, Cutouts, Pair, PhotoBank, SynthesisConfig
from ..synthesis.pool import Pool


@dataclass(frozen=True)
class Curriculum:
    """Mixture of strong blur and the full camera pipeline over the course of training.

    Batches come from strong, plain blur up to `blend_from`, from the full pipeline after
    `full_from` (shares of the steps), and from a blend in between. Strong blur teaches fastest:
    the same time spent on mostly mild blur taught nothing. Mild blur, identity pairs, noise and
    compression follow when the network already deblurs.
    """

    full_from: float = 0.5
    blend_from: float = 0.15
    # Share of images whose input is the target; identity pairs of the synthesis add noise.
    untouched_share: float = 0.0

    def share_of_full(self, progress: float) -> float:
        """Returns the probability of a full-pipeline batch at `progress` in [0, 1]."""
        if progress <= self.blend_from:
            return 0.0
        return min(1.0, (progress - self.blend_from) / (self.full_from - self.blend_from))


class PairSource(Protocol):
    """Source of blurred and sharp patches; equal generator states give equal pairs."""

    def batch(self, count: int, size: int, generator: torch.Generator) -> Pair:
        """Returns `count` pairs of size x size."""


@dataclass(frozen=True)
class Sources:
    """Sources of the curriculum's two kinds of blur."""

    hard: PairSource
    full: PairSource

    @staticmethod
    def synthesized(photos: list[Path], foregrounds: Path | None, device: torch.device) -> Sources:
        """Returns sources that synthesize new blur for every batch."""
        bank, cutouts = PhotoBank.load(photos, device), Cutouts.load(foregrounds, device)
        return Sources(
            BlurSynthesizer(bank, cutouts, SynthesisConfig.hard(), device),
            BlurSynthesizer(bank, cutouts, SynthesisConfig.full(), device),
        )

    @staticmethod
    def pooled(folder: Path, device: torch.device) -> Sources:
        """Returns sources that read pairs of `lab.synthesis.pool` from folder/hard and /full."""
        return Sources(Pool.load(folder / "hard", device), Pool.load(folder / "full", device))


@dataclass(frozen=True)
class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Item i is the training batch of step i: (blurred, sharp), [B, 3, S, S] float32 each."""

    sources: Sources
    batch: int
    size: int
    steps: int
    seed: int
    curriculum: Curriculum

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        share = self.curriculum.share_of_full(step / self.steps)
        full = float(torch.rand((), generator=generator)) < share
        source = self.sources.full if full else self.sources.hard
        pair = source.batch(self.batch, self.size, generator)
        untouched = torch.rand(self.batch, generator=generator) < self.curriculum.untouched_share
        chosen = untouched.to(pair.sharp.device)[:, None, None, None]
        return torch.where(chosen, pair.sharp, pair.blurred), pair.sharp


def _quiet_worker(_: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the trainer, which then saves
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def batches_from(dataset: Batches, first: int, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields batches `first`, `first + 1`, ...

    0 workers make them in this process: right on an accelerator, or for mere reading.
    """
    return iter(
        DataLoader(
            dataset,
            batch_size=None,
            sampler=range(first, len(dataset)),
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            worker_init_fn=_quiet_worker,
        )
    )
