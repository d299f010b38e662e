"""Writes the document about all networks from their manifests.

    python -m lab.report --models . --speed ../docs/networks.json --out ../docs/NETWORKS.md

Measurements that do not exist are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from .document import Measured, document
from .facts import read_facts


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(
        prog="lab.report", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    p.add_argument("--models", type=Path, required=True, help="folder of the plug-ins")
    p.add_argument("--speed", type=Path, help="JSON from test/bench/networks.js")
    beside = "(default: the file of that name beside --out, if it exists)"
    p.add_argument(
        "--ensemble", type=Path, help=f"self-ensemble.json of test/bench/self-ensemble.js {beside}"
    )
    p.add_argument("--ablations", type=Path, help=f"ablations.json of lab.ablation {beside}")
    p.add_argument(
        "--photo", type=Path, help="photo for the details (default: the project's sample)"
    )
    p.add_argument(
        "--out",
        type=Path,
        required=True,
        help="Markdown file; its pictures go into a folder `networks` beside it",
    )
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    measured = Measured(
        speed=read(args.speed),
        ensemble=read(args.ensemble or existing(args.out.parent / "self-ensemble.json")),
        ablations=read(args.ablations or existing(args.out.parent / "ablations.json")),
    )
    photo = args.photo or args.models / ".." / "resources" / "sample-blurred.jpg"
    networks = read_facts(args.models, measured.speed)
    pictures = args.out.parent / "networks"
    pictures.mkdir(parents=True, exist_ok=True)
    args.out.write_text(document(networks, measured, photo, pictures))


def read(path: Path | None) -> dict[str, Any] | None:
    """Reads a JSON file; `None` if there is no path."""
    return None if path is None else json.loads(path.read_text())


def existing(path: Path) -> Path | None:
    """Returns the path, or `None` if the file does not exist."""
    return path if path.exists() else None


if __name__ == "__main__":
    main()
