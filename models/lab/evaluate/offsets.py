"""How many predicted offsets stand at their bound: `python -m lab.evaluate.offsets --from RUN_OR_PLUGIN --frozen NPZ`.

A tap that stands there has no gradient, and looks as far away as it may wherever it is: its layer filters no motion.
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

NEAR = 0.95  # of the bound


@torch.no_grad()
def at_bound(network: Network, images: Tensor) -> dict[str, float]:
    """Share of offsets within 5 % of their bound, by layer. `images`: [B, 3, H, W]."""
    shares: dict[str, float] = {}

    def look(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        # What predicts offsets is called `offset`, and is followed by tanh.
        return lambda _, __, output: shares.update({name: float((torch.tanh(output).abs() > NEAR).float().mean())})

    hooks = [
        part.register_forward_hook(look(name)) for name, part in network.named_modules() if name.rpartition(".")[2] == "offset"
    ]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return shares


def main() -> None:
    p = argparse.ArgumentParser(prog="lab.evaluate.offsets", description=__doc__)
    p.add_argument("--from", dest="start", type=Path, required=True, help="run or plug-in")
    p.add_argument("--frozen", type=Path, required=True, help="the frozen validation set")
    args = p.parse_args()
    prepare("cpu", 1)
    blurred, _ = load_frozen(args.frozen)
    print(json.dumps({name: round(share, 3) for name, share in at_bound(load_network(args.start), blurred[:8]).items()}, indent=1))


if __name__ == "__main__":
    main()
