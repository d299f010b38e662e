r"""Computes features of the frozen body once, so that the head trains on them in minutes.

    python -m lab.extent.features --from adn --photos PHOTOS/train \
        --foregrounds PHOTOS/foregrounds --out lab/.data/extent --count 800 --seed 1

Each sample is a synthesized crop, restored octave by octave as the application does. All its
octaves are stored with their targets. An interrupted run continues with the next file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..networks.adn import PyramidStep, StepResult
from ..networks.adn.extent import join_features
from ..networks.adn.network import shrink
from ..pyramid import restore_octaves
from ..synthesis import BlurSynthesizer, Cutouts, PhotoBank, SynthesisConfig
from ..train import checkpoint
from ..weights import load_adn
from .targets import Targets, targets

SHAPES = ((256, 3), (256, 4), (384, 3), (384, 4), (384, 5))  # (side in px, octaves) of the crops


@dataclass
class Octave:
    """One octave of a sample: float16 features [F, c, c] of its c x c cells, and their targets."""

    features: Tensor
    target: Targets  # a batch of one
    octave: int


@torch.no_grad()
def sample(step: PyramidStep, synthesizer: BlurSynthesizer, seed: int) -> list[Octave]:
    """Synthesizes one crop and returns its octaves, finest first."""
    generator = torch.Generator().manual_seed(seed)
    size, octaves = SHAPES[int(torch.randint(len(SHAPES), (), generator=generator))]
    pair = synthesizer.batch(1, size, generator, truth=True)
    if pair.truth is None:
        raise ValueError("the pair lacks the true blur")
    found: list[Tensor] = []
    restore_octaves(recorded(step, found), pair.blurred, octaves)
    return [
        Octave(features, targets(pair.truth.at_octave(k), shrink(pair.sharp, k)), k)
        for k, features in enumerate(reversed(found))
    ]


def recorded(step: PyramidStep, found: list[Tensor]) -> Callable[[Tensor, Tensor], StepResult]:
    """Returns the step of a batch of one that also appends its joined features to `found`."""

    def run(image: Tensor, guess: Tensor) -> StepResult:
        residual, difficulty, _, features = step.body.with_features(image, guess)
        joined = join_features(features)
        found.append(joined[0].half())
        return StepResult(image + residual, difficulty, joined, joined, difficulty)

    return run


def load_samples(folder: Path) -> list[list[Octave]]:
    """Reads all samples of a folder. Raises FileNotFoundError if it has none."""
    files = sorted(folder.glob("*.pt"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no features: make them with lab.extent.features")
    return [s for file in files for s in checkpoint.load(file)["samples"]]


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True)
    p.add_argument("--photos", type=Path, nargs="+", required=True)
    p.add_argument("--foregrounds", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--part", type=int, default=40, help="samples per file")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cpu = torch.device("cpu")
    step = PyramidStep.of(load_adn(args.source))
    bank, cutouts = PhotoBank.load(args.photos, cpu), Cutouts.load(args.foregrounds, cpu)
    synthesizer = BlurSynthesizer(bank, cutouts, SynthesisConfig.extent(), cpu)
    for start in range(0, args.count, args.part):
        path = args.out / f"{args.seed:02d}-{start:05d}.pt"
        if path.exists():
            continue
        seeds = range(start, min(start + args.part, args.count))
        samples = [sample(step, synthesizer, args.seed * 1_000_003 + i) for i in seeds]
        checkpoint.save(path, {"samples": samples})
        print(path, flush=True)


if __name__ == "__main__":
    main()
