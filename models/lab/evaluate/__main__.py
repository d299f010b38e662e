r"""Measures a network and writes its model card.

    python -m lab.evaluate --from RUN --frozen FILE --sharp DIR --pairs DIR --out saphn-nu \
        --device-name "2 CPU cores"

Also writes `training.json`, which `lab.export` puts into the manifest.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

from ..weights import load_rounded
from . import card
from .calibration import plot
from .history import training_facts
from .measure import measure, typed
from .sets import Sets, add_sets


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(
        prog="lab.evaluate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    p.add_argument(
        "--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in"
    )
    p.add_argument(
        "--earlier",
        type=Path,
        nargs="*",
        default=[],
        help="runs or plug-ins that gave the initial weights, in order, for the card",
    )
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--plot", type=Path, help="PNG file for the calibration plot")
    p.add_argument("--device-name", default="CPU")
    p.add_argument("--note", default="")
    p.add_argument(
        "--overlap",
        type=int,
        default=64,
        help="overlap of tiles in pixels, as measured by test/bench/seams.js",
    )
    p.add_argument("--threads", type=int, default=1)
    add_sets(p, pairs=True)
    args = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    sets = Sets(args.frozen, args.sharp, args.pairs, args.selection)
    measured, calibrations = measure(load_rounded(args.source), sets, args.overlap)
    report = {
        "command": typed("lab.evaluate", sys.argv[1:]),
        "training": training_facts(args.source, args.earlier, args.device_name, args.note),
        "plot": args.plot.name if args.plot else None,
        **measured,
    }
    card.write(report, args.out)
    if args.plot:
        plot(calibrations, args.plot)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
