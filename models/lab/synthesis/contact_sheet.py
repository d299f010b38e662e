"""Draws a contact sheet of synthesized pairs, to check them by eye.

python -m lab.synthesis.contact_sheet --photos DIR --out FILE
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image

from .bank import Cutouts, PhotoBank
from .config import SynthesisConfig
from .pipeline import BlurSynthesizer


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--photos", type=Path, nargs="+", required=True)
    p.add_argument("--foregrounds", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--count", type=int, default=8)
    p.add_argument("--size", type=int, default=192)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--preset", choices=("hard", "full", "frozen"), default="full")
    args = p.parse_args()
    device = torch.device("cpu")
    config = getattr(SynthesisConfig, args.preset)()
    synthesizer = BlurSynthesizer(
        PhotoBank.load(args.photos, device), Cutouts.load(args.foregrounds, device), config, device
    )
    pair = synthesizer.batch(args.count, args.size, torch.Generator().manual_seed(args.seed))
    difference = (0.5 + 2 * (pair.blurred - pair.sharp)).clamp(0, 1)
    rows = [torch.cat(list(images), dim=2) for images in (pair.blurred, pair.sharp, difference)]
    sheet = torch.cat(rows, dim=1).mul(255).byte().permute(1, 2, 0).numpy()
    Image.fromarray(sheet).save(args.out)
    print("lengths, px:", [round(float(v), 1) for v in pair.length])


if __name__ == "__main__":
    main()
