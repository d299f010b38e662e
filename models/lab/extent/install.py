r"""Gives a plug-in a trained extent head, and its pyramid step with it.

    python -m lab.extent.install --plugin adn --head lab/runs/extent/head.pt \
        --set lab/.data/extent.npz

Measures the head on the frozen set first. The graphs of the stages and all else stay as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

from ..evaluate.extent import collect, summary
from ..evaluate.extent_card import write_extent
from ..export.plugin import ExportError, export_plugin
from ..networks.adn import PyramidStep
from ..synthesis.frozen_extent import load_frozen_extent
from ..weights import load_adn
from .checkpoint import load_head


def main() -> int:
    """Runs the command; returns 1 if parity failed."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--plugin", type=Path, required=True)
    p.add_argument("--head", type=Path, required=True, help="from lab.extent.train")
    p.add_argument("--set", type=Path, required=True, help="from lab.synthesis.frozen_extent")
    p.add_argument("--version", help="of the plug-in (default: as it is)")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    network = load_adn(args.plugin)
    head, facts = load_head(args.head, network)
    measured = summary(collect(PyramidStep.of(network, head), load_frozen_extent(args.set)))
    known = json.loads((args.plugin / "plugin.json").read_text())
    training = {**known["training"], "extent": {**facts, "measured": measured}}
    try:
        export_plugin(
            network,
            args.plugin,
            args.version or known["version"],
            known["tile"]["overlap"],
            training,
            known.get("skip", {}),
            head,
        )
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    write_extent(training["extent"], args.plugin)
    print(json.dumps(measured, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
