"""Arguments that all training commands share: data, measured sets, and the machine."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def add_material(p: argparse.ArgumentParser) -> None:
    """Adds the arguments for training data and for the sets measured during training."""
    p.add_argument("--photos", type=Path, nargs="+", help="folders of sharp photos")
    p.add_argument("--foregrounds", type=Path, help="folder of RGBA cut-outs")
    p.add_argument(
        "--pool",
        type=Path,
        help="instead of photos: pairs from lab.synthesis.pool, in POOL/hard and POOL/full",
    )
    p.add_argument("--validation", type=Path, help="frozen validation set (lab.synthesis.frozen)")
    p.add_argument(
        "--pairs",
        type=Path,
        help="folder with blur/ and sharp/: the first 4 select, none is trained on",
    )
    p.add_argument(
        "--sharp", type=Path, help="folder of sharp photos that must stay as they are: measured"
    )


def add_machine(p: argparse.ArgumentParser) -> None:
    """Adds the arguments for device, threads, and size of a step."""
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, default=1, help="CPU threads: at most the free cores")
    p.add_argument(
        "--workers", type=int, help="processes that make blur (default: 1 on a CPU, 0 on a GPU)"
    )
    p.add_argument("--batch", type=int, help="patches per step (default: 8, on a GPU 32)")
    p.add_argument(
        "--size", type=int, help="side of a patch in pixels (default: 128, on a GPU 256)"
    )
