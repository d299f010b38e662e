r"""Measures what more octaves gain, by the length of the blur.

    python -m lab.evaluate.octaves --from adn --photos PHOTOS/val

Prints a table in Markdown: mean gain in dB of 1 to 5 octaves on crops with camera motion of fixed
seeds, and of 5 octaves that stop at half size, with the change enlarged.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ..export.step import STEP_FILE, open_step
from ..images import quantise
from ..metrics import psnr
from ..networks.adn import StepResult
from ..networks.adn.network import enlarge, shrink
from ..pyramid import restore_octaves
from ..synthesis import BlurSynthesizer, Cutouts, PhotoBank, SynthesisConfig
from ..synthesis.pipeline import Pair
from .card import row

LENGTHS = 10, 20, 40, 60, 80  # px
SIDE, SEED, MOST = 512, 20_261_127, 5
COLUMNS = (
    "L",
    *(f"{n} octave{'s' if n > 1 else ''}" for n in range(1, MOST + 1)),
    "half size only",
)


def crops(bank: PhotoBank, length: float, count: int) -> Iterator[Pair]:
    """Yields pairs of one crop each with a camera path of `length` px; equal in every call."""
    config = replace(
        SynthesisConfig.hard(),
        min_length=length,
        max_length=length * (1 + 1e-9),
        video_average_share=0.0,
        max_samples=2 * round(length) + 1,
    )
    synthesizer = BlurSynthesizer(bank, Cutouts([]), config, torch.device("cpu"))
    generator = torch.Generator().manual_seed(SEED)
    for _ in range(count):
        yield synthesizer.batch(1, SIDE, generator)


@torch.no_grad()
def gains(step: Callable[[Tensor, Tensor], StepResult], pair: Pair) -> list[float]:
    """Returns the gain in dB of 1 to MOST octaves, and of half size only."""
    before = float(psnr(pair.blurred, pair.sharp))
    chains = [restore_octaves(step, pair.blurred, n) for n in range(1, MOST + 1)]
    images = [chain[0].restored for chain in chains]
    change = chains[-1][1].restored - shrink(pair.blurred, 1)
    images.append(pair.blurred + enlarge(change, 1))
    return [float(psnr(quantise(image), pair.sharp)) - before for image in images]


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True, help="plug-in with a pyramid")
    p.add_argument("--photos", type=Path, required=True)
    p.add_argument("--count", type=int, default=12, help="crops per length")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    bank = PhotoBank.load([args.photos], torch.device("cpu"))
    step = open_step(args.source / STEP_FILE)
    print(row(COLUMNS), row("---" for _ in COLUMNS), sep="\n")
    for length in LENGTHS:
        found = [gains(step, pair) for pair in crops(bank, length, args.count)]
        means = torch.tensor(found).mean(dim=0).tolist()
        print(row([length, *(f"{gain:.2f}" for gain in means)]), flush=True)


if __name__ == "__main__":
    main()
