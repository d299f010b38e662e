r"""Computes features of the frozen body once, so that the head trains on them in minutes.

    python -m lab.extent.features --from adn --photos PHOTOS/train \
        --foregrounds PHOTOS/foregrounds --out lab/.data/extent --count 800 --seed 1

`--soft`, with a seed of its own, enlarges the photos first: large photos lack detail of a pixel.

Each sample is a synthesized crop, restored octave by octave as the application does. All its
octaves are stored with their targets. An interrupted run continues with the next file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
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
from .enlarged import FACTORS, config_for, enlarged
from .samples import Octave
from .targets import targets

SHAPES = ((256, 3), (256, 4), (384, 3), (384, 4), (384, 5))  # (side in px, octaves) of the crops


@torch.no_grad()
def sample(
    step: PyramidStep, synthesizer: BlurSynthesizer, seed: int, soft: bool = False
) -> list[Octave]:
    """Synthesizes one crop and returns its octaves, finest first.

    `soft`: enlarges it from a half or a quarter of the size, and adds grain.
    """
    generator = torch.Generator().manual_seed(seed)
    size, octaves = SHAPES[int(torch.randint(len(SHAPES), (), generator=generator))]
    if soft:
        factor = FACTORS[int(torch.randint(len(FACTORS), (), generator=generator))]
        maker = replace(synthesizer, config=config_for(factor))
        small = maker.batch(1, size // factor, generator, truth=True)
        pair = enlarged(small, factor, generator)
    else:
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
    p.add_argument("--soft", action="store_true", help="enlarged photos with grain")
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
        samples = [sample(step, synthesizer, args.seed * 1_000_003 + i, args.soft) for i in seeds]
        checkpoint.save(path, {"samples": samples})
        print(path, flush=True)


if __name__ == "__main__":
    main()
