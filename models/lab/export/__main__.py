"""Exports a trained network as a plug-in: `python -m lab.export --from RUN --out saphn-nu`.

Fails and keeps the old files if the graphs do not compute the same as PyTorch.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..weights import load_rounded
from .plugin import ParityError, export_plugin


def main() -> int:
    """Runs the command; returns 1 if parity failed."""
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
    args = p.parse_args()
    training = json.loads(args.training.read_text()) if args.training else {}
    overlap = training.pop("overlap", 64)
    skip = json.loads(args.skip.read_text()) if args.skip else {}
    try:
        export_plugin(load_rounded(args.source), args.out, args.version, overlap, training, skip)
    except ParityError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
