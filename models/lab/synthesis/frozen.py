r"""Makes the frozen validation set: fixed photos, fixed seeds, the same bytes on every machine.

    python -m lab.synthesis.frozen --photos PHOTOS/val --foregrounds PHOTOS/foregrounds \
        --out lab/.data/validation.npz

The data is not committed, only its hash (frozen.json). The arithmetic is float64 on the CPU, so
rounding to 8 bits does not depend on the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..metrics import psnr
from .bank import Cutouts, PhotoBank
from .config import SynthesisConfig
from .pipeline import BlurSynthesizer

RECORD = Path(__file__).with_suffix(".json")
PAIRS, SIZE, SEED = 64, 256, 20_261_121


def make(photos: Path, foregrounds: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Returns (blurred, sharp), uint8 [PAIRS, 3, SIZE, SIZE] each."""
    device = torch.device("cpu")
    synthesizer = BlurSynthesizer(
        PhotoBank.load([photos], device),
        Cutouts.load(foregrounds, device),
        SynthesisConfig.frozen(),
        device,
        torch.float64,
    )
    generator = torch.Generator().manual_seed(SEED)
    parts = [synthesizer.batch(8, SIZE, generator) for _ in range(PAIRS // 8)]
    blurred, sharp = (
        torch.cat([getattr(p, name) for p in parts]).mul(255).round().to(torch.uint8).numpy()
        for name in ("blurred", "sharp")
    )
    return blurred, sharp


def digest(*arrays: np.ndarray) -> str:
    """Returns the SHA-256 of all arrays' bytes, one after the other."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def load_frozen(path: Path) -> tuple[Tensor, Tensor]:
    """Reads (blurred, sharp), float32 [N, 3, S, S] in [0, 1] each.

    Raises ValueError if the bytes are not the recorded ones.
    """
    with np.load(path) as data:
        blurred, sharp = data["blurred"], data["sharp"]
    expected = json.loads(RECORD.read_text())["sha256"]
    if digest(blurred, sharp) != expected:
        raise ValueError(
            f"{path} is not the frozen validation set: its hash differs from {RECORD.name}. "
            "Make it again with lab.synthesis.frozen."
        )
    return torch.from_numpy(blurred).float().div(255), torch.from_numpy(sharp).float().div(255)


def main() -> int:
    """Runs the command; returns 1 if the bytes are not the recorded ones."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--photos", type=Path, required=True)
    p.add_argument("--foregrounds", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument(
        "--record",
        action="store_true",
        help="write the hash of the result to frozen.json, as the new set",
    )
    args = p.parse_args()
    blurred, sharp = make(args.photos, args.foregrounds)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(args.out, blurred=blurred, sharp=sharp)
    tensors = [torch.from_numpy(x).float() / 255 for x in (blurred, sharp)]
    facts = {"pairs": PAIRS, "size": SIZE, "seed": SEED, "sha256": digest(blurred, sharp)}
    print(json.dumps(facts | {"psnrIn": round(float(psnr(*tensors).mean()), 3)}))
    if args.record:
        RECORD.write_text(json.dumps(facts, indent=2) + "\n")
    elif facts != json.loads(RECORD.read_text()):
        print(
            "the bytes differ from the recorded ones: other photos, or other arithmetic",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
