"""Training batches by index: the batch of step i depends on (seed, i) alone, on any number of workers."""

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
    """Hard, plain blur first; the whole camera pipeline from `full_from` on (a share of the steps), blended in between.

    Hard blur teaches fastest (measured: mostly mild blur taught nothing in the same time); mild blur, identity pairs,
    noise and compression come when the network already deblurs.
    """

    full_from: float = 0.5
    blend_from: float = 0.15
    untouched_share: float = 0.0  # of all images: sharp in, sharp out, without the noise that identity pairs have

    def share_of_full(self, progress: float) -> float:
        """Probability that a batch comes from the full pipeline, at `progress` in [0, 1]."""
        if progress <= self.blend_from:
            return 0.0
        return min(1.0, (progress - self.blend_from) / (self.full_from - self.blend_from))


class PairSource(Protocol):
    """Makes blurred and sharp patches, or reads them: the same generator state gives the same pairs."""

    def batch(self, count: int, size: int, generator: torch.Generator) -> Pair: ...


@dataclass(frozen=True)
class Sources:
    """Where the two kinds of blur of the curriculum come from."""

    hard: PairSource
    full: PairSource

    @staticmethod
    def synthesized(photos: list[Path], foregrounds: Path | None, device: torch.device) -> Sources:
        """New blur for every batch."""
        bank, cutouts = PhotoBank.load(photos, device), Cutouts.load(foregrounds, device)
        return Sources(
            BlurSynthesizer(bank, cutouts, SynthesisConfig.hard(), device),
            BlurSynthesizer(bank, cutouts, SynthesisConfig.full(), device),
        )

    @staticmethod
    def pooled(folder: Path, device: torch.device) -> Sources:
        """Pairs made before by `lab.synthesis.pool`, in folder/hard and folder/full."""
        return Sources(Pool.load(folder / "hard", device), Pool.load(folder / "full", device))


@dataclass(frozen=True)
class Batches(Dataset):
    """Item i is the training batch of step i: (blurred, sharp), [B, 3, S, S] float32."""

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
        full = float(torch.rand((), generator=generator)) < self.curriculum.share_of_full(step / self.steps)
        source = self.sources.full if full else self.sources.hard
        pair = source.batch(self.batch, self.size, generator)
        untouched = torch.rand(self.batch, generator=generator) < self.curriculum.untouched_share
        blurred = torch.where(untouched.to(pair.sharp.device)[:, None, None, None], pair.sharp, pair.blurred)
        return blurred, pair.sharp


def _quiet_worker(_: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the trainer, which then saves
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def batches_from(dataset: Batches, first: int, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches `first`, `first + 1`, ... Made in this process (workers = 0) where that is on an accelerator, or mere reading."""
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
