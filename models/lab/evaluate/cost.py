"""Counts of parameters and multiply-adds."""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..networks.network import Network, NetworkConfig
from ..networks.registry import build


def parameters(network: torch.nn.Module) -> int:
    """Counts parameters; shared ones count once."""
    return sum(p.numel() for p in network.parameters())


def gmacs(network: Network, size: int = 256) -> float:
    """Counts giga multiply-adds of a size x size image, in convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, size, size))
    return counter.get_total_flops() / 2e9


def describe(config: NetworkConfig) -> dict[str, float]:
    """Counts parameters and multiply-adds of a configuration."""
    network = build(config).eval()
    at_256 = gmacs(network)
    return {
        "parameters": parameters(network),
        "gmacs256": at_256,
        "gmacsPerMegapixel": at_256 / (256 * 256 / 1e6),
    }
