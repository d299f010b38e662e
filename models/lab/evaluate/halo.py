"""The halo figure: how far a restored image overshoots around clipped lights, where people notice it first."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.network import Network
from .scores import restore

RADIUS, RING = 5, 12  # of the light, and how far around it is looked, in pixels


def light_scene(angle: float, length: int, size: int = 128) -> tuple[Tensor, Tensor, Tensor]:
    """A clipped disc on a dark ground, blurred along a line in linear light.

    -> (blurred, sharp) encoded [1, 3, size, size] and the ring around the disc [1, 1, size, size] (bool). The disc is four
    times brighter than white, so that its streak clips as a real lamp's does.
    """
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    distance = ((x - size / 2) ** 2 + (y - size / 2) ** 2).sqrt()
    linear = 0.02 + 4.0 * (RADIUS + 0.5 - distance).clamp(0, 1)
    steps = torch.linspace(-length / 2, length / 2, 4 * length + 1)
    moved = []
    for t in steps:
        shift = torch.tensor([[1, 0, 2 * t * math.cos(angle) / size], [0, 1, 2 * t * math.sin(angle) / size]])
        grid = F.affine_grid(shift[None].float(), [1, 1, size, size], align_corners=False)
        moved.append(F.grid_sample(linear[None, None].float(), grid, padding_mode="border", align_corners=False))
    blurred = torch.stack(moved).mean(0)
    ring = (distance > RADIUS + 1) & (distance <= RADIUS + RING)
    return encode(blurred), encode(linear[None, None].float()), ring[None, None]


def encode(linear: Tensor) -> Tensor:
    """Clip and encode as sRGB, three equal channels."""
    x = linear.clamp(0, 1)
    encoded = torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp_min(1e-8) ** (1 / 2.4) - 0.055)
    return encoded.expand(-1, 3, -1, -1)


def halo(network: Network) -> dict[str, float]:
    """In the ring outside the lights' edges, x255, mean of 8 scenes.

    `input`, `output`: |image - sharp|, which is mostly the streak. `undershoot`: how far the output is darker than the
    sharp image, which is the dark ring that sharpening leaves; `inputUndershoot`: the same of the input.
    """
    errors: dict[str, list[Tensor]] = {"input": [], "output": [], "inputUndershoot": [], "undershoot": []}
    for k in range(4):
        for length in (12, 24):
            blurred, sharp, ring = light_scene(math.pi * k / 4, length)
            output = restore(network, blurred)[1][-1]
            for image, whole, dark in ((blurred, "input", "inputUndershoot"), (output, "output", "undershoot")):
                errors[whole].append((image - sharp).abs().mean(1, keepdim=True)[ring].mean())
                errors[dark].append((sharp - image).clamp_min(0).mean(1, keepdim=True)[ring].mean())
    return {name: float(torch.stack(values).mean() * 255) for name, values in errors.items()}
