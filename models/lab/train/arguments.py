"""Arguments that every command that trains understands: what to train on, what to measure on, and the machine."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def add_material(p: argparse.ArgumentParser) -> None:
    """Photos or a pool to train on, and the sets that a running training is judged by."""
    p.add_argument("--photos", type=Path, nargs="+", help="folders of sharp photos")
    p.add_argument("--foregrounds", type=Path, help="folder of RGBA cut-outs")
    p.add_argument("--pool", type=Path, help="instead of photos: pairs from lab.synthesis.pool, in POOL/hard and POOL/full")
    p.add_argument("--validation", type=Path, help="the frozen validation set (lab.synthesis.frozen)")
    p.add_argument("--pairs", type=Path, help="folder with blur/ and sharp/: the first 4 select, never trained on")
    p.add_argument("--sharp", type=Path, help="folder of sharp photos that should come out as they go in: measured only")


def add_machine(p: argparse.ArgumentParser) -> None:
    """Device, threads, and what a step carries."""
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, default=1, help="CPU threads: never more than cores that are free")
    p.add_argument("--workers", type=int, help="processes that make blur (default: 1 on a CPU, 0 on a GPU)")
    p.add_argument("--batch", type=int, help="patches a step (default: 8, on a GPU 32)")
    p.add_argument("--size", type=int, help="side of a patch in pixels (default: 128, on a GPU 256)")
