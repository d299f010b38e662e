"""Measures how many predicted offsets are at their bound.

    python -m lab.evaluate.offsets --from RUN_OR_PLUGIN --frozen NPZ

An offset at its bound has no gradient, and its tap reads as far away as it can, whatever the
motion: the layer does not follow it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ..networks.network import Network
from ..synthesis.frozen import load_frozen
from ..train.setup import prepare
from ..weights import load_network

NEAR = 0.95  # share of the bound that counts as reached


@torch.no_grad()
def at_bound(network: Network, images: Tensor) -> dict[str, float]:
    """Returns the share of offsets within 5 % of their bound, by layer; images [B, 3, H, W]."""
    shares: dict[str, float] = {}

    def measuring(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        # Layers that predict offsets are called `offset`; a tanh follows them.
        return lambda _, __, output: shares.update(
            {name: float((torch.tanh(output).abs() > NEAR).float().mean())}
        )

    hooks = [
        part.register_forward_hook(measuring(name))
        for name, part in network.named_modules()
        if name.rpartition(".")[2] == "offset"
    ]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return shares


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(prog="lab.evaluate.offsets", description=__doc__)
    p.add_argument("--from", dest="start", type=Path, required=True, help="run or plug-in")
    p.add_argument("--frozen", type=Path, required=True, help="the frozen validation set")
    args = p.parse_args()
    prepare("cpu", 1)
    blurred, _ = load_frozen(args.frozen)
    print(
        json.dumps(
            {
                name: round(share, 3)
                for name, share in at_bound(load_network(args.start), blurred[:8]).items()
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
