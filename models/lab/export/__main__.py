"""Export a trained network as a plug-in: `python -m lab.export --from RUN --out models/saphn-nu`.

Fails, and leaves the old files alone, when the graphs do not compute what PyTorch computes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..weights import load_rounded
from .plugin import ParityError, export_plugin


def main() -> int:
    p = argparse.ArgumentParser(prog="lab.export", description=__doc__)
    p.add_argument("--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--version", default="1.0.0")
    p.add_argument("--training", type=Path, help="JSON for the manifest's `training` (lab.evaluate writes it)")
    p.add_argument("--skip", type=Path, help="JSON with the thresholds of lab.evaluate.skipping")
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
