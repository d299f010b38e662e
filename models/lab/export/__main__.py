"""Export a trained network as a plug-in: `python -m lab.export --from RUN --out models/saphn-nu`.

Fails, and leaves the old files alone, when the graphs do not compute what PyTorch computes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from ..weights import load_network
from .graphs import export_stages
from .half import round_weights, store_half
from .manifest import manifest, write
from .parity import check

SIZES = ((128, 160), (256, 256))


def main() -> int:
    p = argparse.ArgumentParser(prog="lab.export", description=__doc__)
    p.add_argument("--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--version", default="1.0.0")
    p.add_argument("--training", type=Path, help="JSON for the manifest's `training` (lab.evaluate writes it)")
    p.add_argument("--skip", type=Path, help="JSON with the thresholds of lab.evaluate.skipping")
    args = p.parse_args()
    network = load_network(args.source)
    round_weights(network)
    with tempfile.TemporaryDirectory() as scratch:
        graphs = export_stages(network, Path(scratch))
        for graph in graphs:
            store_half(graph)
        results = [check(network, Path(scratch), *size) for size in SIZES]
        for r in results:
            print(f"parity {r.height}x{r.width}: difference {r.difference:.2e}, equal indices {r.same_indices:.4f}")
        if not all(r.passed for r in results):
            print("parity failed: nothing written", file=sys.stderr)
            return 1
        training = json.loads(args.training.read_text()) if args.training else {}
        overlap = training.pop("overlap", 64)
        skip = json.loads(args.skip.read_text()) if args.skip else {}
        training["network"] = network.config.to_dict()
        args.out.mkdir(parents=True, exist_ok=True)
        for graph in graphs:
            shutil.copy(graph, args.out / graph.name)
        files = [args.out / graph.name for graph in graphs]
        write(args.out, manifest(network, files, args.version, overlap, training, skip))
    return 0


if __name__ == "__main__":
    sys.exit(main())
