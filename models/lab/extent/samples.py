"""Stored samples that the head trains on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ..train import checkpoint
from .targets import Targets


@dataclass
class Octave:
    """One octave of a sample: float16 features [F, c, c] of its c x c cells, and their targets."""

    features: Tensor
    target: Targets  # a batch of one
    octave: int


def load_samples(folder: Path) -> list[list[Octave]]:
    """Reads all samples of a folder. Raises FileNotFoundError if it has none."""
    files = sorted(folder.glob("*.pt"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no features: make them with lab.extent.features")
    return [s for file in files for s in checkpoint.load(file)["samples"]]
