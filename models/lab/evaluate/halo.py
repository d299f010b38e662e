"""Halo measurement: errors around clipped lights, where people notice them first."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.network import Network
from .scores import restore

RADIUS, RING = 5, 12  # of the light and of the measured ring around it, in pixels


def light_scene(angle: float, length: int, size: int = 128) -> tuple[Tensor, Tensor, Tensor]:
    """Draws a clipped disc on a dark ground, blurred along a line in linear light.

    Returns (blurred, sharp), encoded [1, 3, size, size] each, and the ring around the disc as bool
    [1, 1, size, size]. angle: of the motion in radians. length: of the motion in px. The disc is
    four times brighter than white, so its streak clips as that of a real lamp.
    """
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    distance = ((x - size / 2) ** 2 + (y - size / 2) ** 2).sqrt()
    linear = 0.02 + 4.0 * (RADIUS + 0.5 - distance).clamp(0, 1)
    steps = torch.linspace(-length / 2, length / 2, 4 * length + 1)
    moved = []
    for t in steps:
        shift = torch.tensor(
            [[1, 0, 2 * t * math.cos(angle) / size], [0, 1, 2 * t * math.sin(angle) / size]]
        )
        grid = F.affine_grid(shift[None].float(), [1, 1, size, size], align_corners=False)
        moved.append(
            F.grid_sample(
                linear[None, None].float(), grid, padding_mode="border", align_corners=False
            )
        )
    blurred = torch.stack(moved).mean(0)
    ring = (distance > RADIUS + 1) & (distance <= RADIUS + RING)
    return encode(blurred), encode(linear[None, None].float()), ring[None, None]


def encode(linear: Tensor) -> Tensor:
    """Clips and encodes as sRGB: [B, 1, H, W] -> three equal channels [B, 3, H, W]."""
    x = linear.clamp(0, 1)
    encoded = torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp_min(1e-8) ** (1 / 2.4) - 0.055)
    return encoded.expand(-1, 3, -1, -1)


def halo(network: Network) -> dict[str, float]:
    """Measures mean errors in the ring, in code values (of 255), over 8 scenes.

    `input`, `output`: |image - sharp|, mostly the streak. `undershoot`, `inputUndershoot`: how much
    darker the image is than the sharp one; sharpening leaves a dark ring.
    """
    errors: dict[str, list[Tensor]] = {
        "input": [],
        "output": [],
        "inputUndershoot": [],
        "undershoot": [],
    }
    for k in range(4):
        for length in (12, 24):
            blurred, sharp, ring = light_scene(math.pi * k / 4, length)
            output = restore(network, blurred)[1][-1]
            for image, whole, dark in (
                (blurred, "input", "inputUndershoot"),
                (output, "output", "undershoot"),
            ):
                errors[whole].append((image - sharp).abs().mean(1, keepdim=True)[ring].mean())
                errors[dark].append((sharp - image).clamp_min(0).mean(1, keepdim=True)[ring].mean())
    return {name: float(torch.stack(values).mean() * 255) for name, values in errors.items()}
