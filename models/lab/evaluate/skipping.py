"""Finds the thresholds of the manifest's `skip` from sharp and blurred tiles.

    python -m lab.evaluate.skipping --from RUN --frozen FILE --sharp DIR --out skip.json

After stage 1 a tile is skipped if the expected error (`difficulty`) and the change are both small:
a low difficulty alone may also mean that stage 1 has repaired the tile. The chosen thresholds
change the sharp photos least, while the blurred tiles lose at most `ALLOWED_LOSS` of their gain.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..images import quantise
from ..networks.network import Network
from ..weights import load_rounded
from .scores import restore
from .sets import Sets, add_sets

TILE = 256  # side in px
PERCENTILE = 95  # percentile of the difficulty map that represents a tile
ALLOWED_LOSS = 0.02  # share of the blurred tiles' gain
# Later stages are skipped below this share of the difficulty threshold; chosen, not measured.
STAGE_SHARE = 0.5


@dataclass(frozen=True)
class TileFacts:
    """Values of a tile that the application knows after stage 1, and the gain of restoring it."""

    difficulty: float  # percentile of the difficulty map
    change: float  # mean |restored1 - image|
    gain: float  # squared error that restoration removes; negative = it does harm


def facts(network: Network, image: Tensor, sharp: Tensor) -> TileFacts:
    """Measures a tile [1, 3, H, W] against its sharp version."""
    result, images = restore(network, image)
    first = result.states[0]
    difficulty = np.percentile(first.difficulty.float().numpy(), PERCENTILE)
    change = (first.restored - image).abs().mean()
    before, after = ((x - sharp).pow(2).mean() for x in (quantise(image), images[-1]))
    return TileFacts(float(difficulty), float(change), float(before - after))


def tiles(photo: Tensor, side: int = TILE) -> Iterator[Tensor]:
    """Yields the whole tiles of [1, 3, H, W], side by side."""
    for top in range(0, photo.shape[-2] - side + 1, side):
        for left in range(0, photo.shape[-1] - side + 1, side):
            yield photo[..., top : top + side, left : left + side]


def choose(sharp: list[TileFacts], blurred: list[TileFacts]) -> dict[str, float]:
    """Returns the best thresholds with their effects.

    `sharpSkipped`: share of sharp tiles skipped. `sharpPsnr`: their PSNR in dB. `gainLost`: share
    of the blurred tiles' gain that is lost.
    """
    total = max(1e-12, sum(max(0.0, f.gain) for f in blurred))
    candidates = [
        (d, c)
        for d in np.quantile([f.difficulty for f in sharp], np.linspace(0.02, 1, 50))
        for c in np.quantile([f.change for f in sharp], np.linspace(0.02, 1, 50))
    ]

    def measure(d: float, c: float, tiles_: list[TileFacts]) -> tuple[float, float]:
        """Returns the share of skipped tiles and the sum of their gains."""
        skipped = [f for f in tiles_ if f.difficulty < d and f.change < c]
        return len(skipped) / len(tiles_), sum(f.gain for f in skipped)

    best: dict[str, float] = {"difficulty": 0.0, "change": 0.0}
    least = float("inf")
    for d, c in candidates:
        lost = measure(d, c, blurred)[1] / total
        share, harm = measure(d, c, sharp)
        left = -sum(f.gain for f in sharp) + harm  # squared error of the sharp tiles that remain
        if lost <= ALLOWED_LOSS and left < least:
            least = left
            best = {
                "difficulty": float(d),
                "change": float(c),
                "sharpSkipped": share,
                "sharpPsnr": float(-10 * np.log10(max(left, 1e-12) / len(sharp))),
                "gainLost": lost,
            }
    return best


def thresholds(network: Network, sets: Sets) -> tuple[dict[str, float], dict[str, float]]:
    """Returns the manifest's `skip` and the effects of its thresholds (see `choose`)."""
    untouched = [facts(network, tile, tile) for _, photo in sets.sharp() for tile in tiles(photo)]
    smeared = [facts(network, blurred, sharp) for _, blurred, sharp in sets.frozen()]
    best = choose(untouched, smeared)
    skip = {
        "difficulty": round(best["difficulty"], 5),
        "change": round(best["change"], 5),
        "stage": round(best["difficulty"] * STAGE_SHARE, 5),
        "percentile": PERCENTILE,
    }
    return skip, best


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(prog="lab.evaluate.skipping", description=__doc__)
    p.add_argument(
        "--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in"
    )
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--threads", type=int, default=1)
    add_sets(p, pairs=False)
    args = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    skip, best = thresholds(load_rounded(args.source), Sets(args.frozen, args.sharp))
    args.out.write_text(json.dumps(skip, indent=2) + "\n")
    print(json.dumps(skip | best, indent=2))


if __name__ == "__main__":
    main()
