r"""Measures what more octaves gain, by the length of the blur.

    python -m lab.evaluate.octaves --from adn --photos PHOTOS/val

Prints a table in Markdown: mean gain in dB of 1 to 5 octaves on crops with camera motion of fixed
seeds, and of 5 octaves that stop at half size, with the change enlarged. With `--frozen` and
`--pairs` also on the frozen validation set and on the real pairs that are reported.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from ..export.step import STEP_FILE, open_step
from ..images import SELECTION, pad_to_multiple, quantise, real_pairs
from ..metrics import psnr
from ..networks.adn import StepResult
from ..networks.adn.network import enlarge, shrink
from ..pyramid import SIDE, restore_octaves
from ..synthesis import BlurSynthesizer, Cutouts, PhotoBank, SynthesisConfig
from ..synthesis.pipeline import Pair
from .card import row
from .sets import FROZEN, REPORTED, Sets

LENGTHS = 10, 20, 40, 60, 80  # px
CROP, SEED, MOST = 512, 20_261_127, 5
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
        yield synthesizer.batch(1, CROP, generator)


@torch.no_grad()
def gains(
    step: Callable[[Tensor, Tensor], StepResult], blurred: Tensor, sharp: Tensor
) -> list[float]:
    """Returns the gain in dB of 1 to MOST octaves, and of half size only: [1, 3, H, W] each."""
    h, w = sharp.shape[-2:]
    padded = pad_to_multiple(blurred, SIDE * 2 ** (MOST - 1))
    chains = [restore_octaves(step, padded, n) for n in range(1, MOST + 1)]
    images = [chain[0].restored for chain in chains]
    images.append(padded + enlarge(chains[-1][1].restored - shrink(padded, 1), 1))
    before = float(psnr(blurred, sharp))
    return [float(psnr(quantise(image[..., :h, :w]), sharp)) - before for image in images]


def print_row(name: object, found: Iterable[list[float]]) -> None:
    """Prints a line of the table: the mean of the images' gains."""
    means = torch.tensor(list(found)).mean(dim=0).tolist()
    print(row([name, *(f"{gain:.2f}" for gain in means)]), flush=True)


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True, help="plug-in with a pyramid")
    p.add_argument("--photos", type=Path, required=True)
    p.add_argument("--count", type=int, default=12, help="crops per length")
    p.add_argument("--frozen", type=Path, help="frozen validation set (lab.synthesis.frozen)")
    p.add_argument("--pairs", type=Path, help="folder with blur/ and sharp/ of real pairs")
    p.add_argument("--lengths", type=int, nargs="*", default=LENGTHS, help="in px")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    bank = PhotoBank.load([args.photos], torch.device("cpu"))
    step = open_step(args.source / STEP_FILE)
    print(row(COLUMNS), row("---" for _ in COLUMNS), sep="\n")
    for length in args.lengths:
        pairs = crops(bank, length, args.count)
        print_row(length, (gains(step, pair.blurred, pair.sharp) for pair in pairs))
    if args.frozen:
        frozen = Sets(args.frozen, args.photos).frozen()
        print_row(FROZEN, (gains(step, blurred, sharp) for _, blurred, sharp in frozen))
    if args.pairs:
        real = islice(real_pairs(args.pairs / "blur", args.pairs / "sharp"), SELECTION, None)
        print_row(REPORTED, (gains(step, blurred, sharp) for _, blurred, sharp in real))


if __name__ == "__main__":
    main()
