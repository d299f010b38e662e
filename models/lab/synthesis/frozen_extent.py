r"""Makes the frozen set for the extent of blur: motion of 1-64 px, and defocus, with the truth.

    python -m lab.synthesis.frozen_extent --photos PHOTOS/val \
        --foregrounds PHOTOS/foregrounds --out lab/.data/extent.npz

Only facts of the set are committed (frozen_extent.json): the hash of the sharp images and the
truth, and the mean of the blurred images, of which processors round a few pixels differently.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .bank import Cutouts, PhotoBank
from .config import SynthesisConfig
from .frozen import digest
from .pipeline import BlurSynthesizer, Pair
from .truth import BlurTruth

RECORD = Path(__file__).with_suffix(".json")
PAIRS, SIZE, SEED = 96, 384, 20_261_127
UNIT = 256  # stored integers per px² of a covariance, and per px of a radius
ARRAYS = "blurred", "sharp", "covariance", "radius"


@dataclass(frozen=True)
class ExtentSample:
    """One image of the set: [1, 3, SIZE, SIZE] each, encoded in [0, 1], and its true blur."""

    blurred: Tensor
    sharp: Tensor
    truth: BlurTruth


def make(photos: Path, foregrounds: Path | None) -> dict[str, np.ndarray]:
    """Returns ARRAYS: images uint8 [PAIRS, 3, SIZE, SIZE], truth int32 [PAIRS, 3 or 1, c, c]."""
    device = torch.device("cpu")
    synthesizer = BlurSynthesizer(
        PhotoBank.load([photos], device),
        Cutouts.load(foregrounds, device),
        SynthesisConfig.extent(),
        device,
        torch.float64,
    )
    generator = torch.Generator().manual_seed(SEED)
    # One by one: each image gets the margin and the instants that its own length needs.
    pairs = [synthesizer.batch(1, SIZE, generator, truth=True) for _ in range(PAIRS)]
    parts = [integers(pair) for pair in pairs]
    return {name: np.concatenate([part[name] for part in parts]) for name in ARRAYS}


def facts_of(arrays: Mapping[str, np.ndarray]) -> dict[str, int | float | str]:
    """Returns what identifies a set on any processor."""
    exact = [arrays[name] for name in ARRAYS if name != "blurred"]
    mean = round(float(arrays["blurred"].mean()), 3)
    return {"pairs": PAIRS, "size": SIZE, "seed": SEED, "sha256": digest(*exact), "mean": mean}


def integers(pair: Pair) -> dict[str, np.ndarray]:
    """Returns ARRAYS of a pair that has its truth."""
    if pair.truth is None:
        raise ValueError("the pair lacks the true blur")
    return {
        "blurred": pair.blurred.mul(255).round().to(torch.uint8).numpy(),
        "sharp": pair.sharp.mul(255).round().to(torch.uint8).numpy(),
        "covariance": pair.truth.covariance.mul(UNIT).round().to(torch.int32).numpy(),
        "radius": pair.truth.radius.mul(UNIT).round().to(torch.int32).numpy(),
    }


def load_frozen_extent(path: Path) -> list[ExtentSample]:
    """Reads the set. Raises ValueError if it is not the recorded one."""
    with np.load(path) as data:
        arrays = {name: data[name] for name in ARRAYS}
    if facts_of(arrays) != json.loads(RECORD.read_text()):
        raise ValueError(
            f"{path} is not the frozen set: its facts differ from {RECORD.name}. "
            "Make it again with lab.synthesis.frozen_extent."
        )
    blurred, sharp = (torch.from_numpy(arrays[n]).float() / 255 for n in ("blurred", "sharp"))
    covariance, radius = (
        torch.from_numpy(arrays[n]).float() / UNIT for n in ("covariance", "radius")
    )
    rows = zip(*(x.split(1) for x in (blurred, sharp, covariance, radius)), strict=True)
    return [ExtentSample(b, s, BlurTruth(c, r)) for b, s, c, r in rows]


def main() -> int:
    """Runs the command; returns 1 if the set is not the recorded one."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--photos", type=Path, required=True)
    p.add_argument("--foregrounds", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument(
        "--record",
        action="store_true",
        help="write the facts of the result to frozen_extent.json, as the new set",
    )
    args = p.parse_args()
    torch.set_num_threads(1)
    arrays = make(args.photos, args.foregrounds)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # of numpy: takes `**` for a flag
    facts = facts_of(arrays)
    print(json.dumps(facts))
    if args.record:
        RECORD.write_text(json.dumps(facts, indent=2) + "\n")
    elif facts != json.loads(RECORD.read_text()):
        print(
            "the set differs from the recorded one: other photos, or other arithmetic",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
