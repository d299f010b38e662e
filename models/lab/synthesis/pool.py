r"""Makes a pool of pairs that training reads many times.

    python -m lab.synthesis.pool --photos PHOTOS/train --foregrounds PHOTOS/foregrounds \
        --out lab/.data/pool/full --count 8000

On a CPU, synthesizing a batch with the full camera pipeline takes longer than training on it. The
pairs of a pool are larger than training patches: each read cuts, flips and turns them in another
way, so a pair can serve many times. A folder may hold several parts, made in parallel by several
processes; give each its own --seed.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from torch import Tensor

from .bank import Cutouts, PhotoBank, orient
from .config import SynthesisConfig
from .pipeline import BlurSynthesizer, Pair
from .random_numbers import Dice


@dataclass
class Pool:
    """Pairs read from files; equal generator states give equal pairs."""

    parts: list[np.ndarray]  # uint8 [N, 2, 3, S, S]: blurred, sharp
    device: torch.device

    @staticmethod
    def load(folder: Path, device: torch.device) -> Pool:
        """Maps all parts of a folder into memory. Raises FileNotFoundError if it has none."""
        files = sorted(folder.glob("*.npy"))
        if not files:
            raise FileNotFoundError(f"{folder} holds no pool: make one with lab.synthesis.pool")
        return Pool([np.load(file, mmap_mode="r") for file in files], device)

    def batch(self, count: int, size: int, generator: torch.Generator) -> Pair:
        """Cuts `count` patches of size x size from random pairs, flipped and turned at random.

        Their lengths are NaN: the pool does not store them. Raises ValueError if its pairs are
        smaller than `size`.
        """
        dice = Dice(generator, self.device)
        both = (
            torch.stack([self._one(dice, size) for _ in range(count)])
            .to(self.device)
            .to(torch.float32)
            .div(255)
        )
        return Pair(both[:, 0], both[:, 1], torch.full((count,), torch.nan, device=self.device))

    def _one(self, dice: Dice, size: int) -> Tensor:
        i = dice.integer(0, sum(len(part) for part in self.parts) - 1)
        for part in self.parts:
            if i < len(part):
                break
            i -= len(part)
        room = part.shape[-1] - size
        if room < 0:
            raise ValueError(
                f"the pool's pairs are {part.shape[-1]} px wide, too small for patches of {size} px"
            )
        y, x = dice.integer(0, room), dice.integer(0, room)
        return orient(torch.from_numpy(part[i, ..., y : y + size, x : x + size].copy()), dice)


def make(synthesizer: BlurSynthesizer, count: int, size: int, seed: int, path: Path) -> None:
    """Writes `count` pairs to `path`; an interrupted run leaves only a `.partial` file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    pairs = open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(count, 2, 3, size, size))
    generator = torch.Generator().manual_seed(seed)
    for start in range(0, count, 8):
        pair = synthesizer.batch(min(8, count - start), size, generator)
        both = torch.stack((pair.blurred, pair.sharp), dim=1)
        pairs[start : start + 8] = both.mul(255).round().to(torch.uint8).cpu().numpy()
    pairs.flush()
    temporary.rename(path)


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--photos", type=Path, nargs="+", required=True)
    p.add_argument("--foregrounds", type=Path)
    p.add_argument("--out", type=Path, required=True, help="folder of the pool")
    p.add_argument(
        "--blur",
        choices=("hard", "full"),
        default="full",
        help="strong blur only, or the full camera pipeline",
    )
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--size", type=int, default=192)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    device = torch.device(args.device)
    config = getattr(SynthesisConfig, args.blur)()
    bank, cutouts = PhotoBank.load(args.photos, device), Cutouts.load(args.foregrounds, device)
    make(
        BlurSynthesizer(bank, cutouts, config, device),
        args.count,
        args.size,
        args.seed,
        args.out / f"{args.seed:04d}.npy",
    )


if __name__ == "__main__":
    main()
