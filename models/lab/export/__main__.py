"""Exports a trained network as a plug-in: `python -m lab.export --from RUN --out saphn-nu`.

Fails and keeps the old files if the graphs do not compute the same as PyTorch, or if the plug-in
would lose its pyramid step.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..extent.checkpoint import load_head
from ..weights import load_adn, load_rounded
from .plugin import ExportError, export_plugin


def main() -> int:
    """Runs the command; returns 1 if nothing was written."""
    p = argparse.ArgumentParser(prog="lab.export", description=__doc__)
    p.add_argument(
        "--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in"
    )
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--version", default="1.0.0")
    p.add_argument(
        "--training", type=Path, help="JSON for the manifest's `training`, from lab.evaluate"
    )
    p.add_argument(
        "--skip", type=Path, help="JSON for the manifest's `skip`, from lab.evaluate.skipping"
    )
    p.add_argument(
        "--extent", type=Path, help="head of lab.extent.train, which adds the pyramid step"
    )
    args = p.parse_args()
    training = json.loads(args.training.read_text()) if args.training else {}
    overlap = training.pop("overlap", 64)
    skip = json.loads(args.skip.read_text()) if args.skip else {}
    network, head = load_rounded(args.source), None
    if args.extent:
        adn = load_adn(args.source)
        network, (head, training["extent"]) = adn, load_head(args.extent, adn)
    try:
        export_plugin(network, args.out, args.version, overlap, training, skip, head)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
