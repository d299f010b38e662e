r"""Gives a plug-in a trained extent head, and its pyramid step with it.

    python -m lab.extent.install --plugin adn --head lab/runs/extent/head.pt \
        --set lab/.data/extent.npz

Measures the head on the frozen set first. Without `--head` the plug-in keeps its own, and its
graphs are made anew from its weights; `--cell` sets the cell of its channel attention.
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
from ..weights import load_adn, stored_head
from .checkpoint import load_head


def main() -> int:
    """Runs the command; returns 1 if parity failed."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--plugin", type=Path, required=True)
    p.add_argument("--head", type=Path, help="from lab.extent.train (default: the plug-in's own)")
    p.add_argument("--cell", type=int, help="side of a cell in px (default: as it is)")
    p.add_argument("--set", type=Path, required=True, help="from lab.synthesis.frozen_extent")
    p.add_argument("--version", help="of the plug-in (default: as it is)")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    known = json.loads((args.plugin / "plugin.json").read_text())
    network = load_adn(args.plugin, args.cell)
    if args.head:
        head, facts = load_head(args.head, network)
    else:
        head, facts = stored_head(args.plugin), known["training"]["extent"]
    measured = summary(collect(PyramidStep.of(network, head), load_frozen_extent(args.set)))
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
