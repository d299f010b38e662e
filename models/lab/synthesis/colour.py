"""Conversion between sRGB and linear light (IEC 61966-2-1)."""

from __future__ import annotations

import torch
from torch import Tensor


def to_linear(encoded: Tensor) -> Tensor:
    """Decodes sRGB in [0, 1] to linear light in [0, 1], any shape."""
    power = ((encoded.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4
    return torch.where(encoded <= 0.04045, encoded / 12.92, power)


def to_encoded(linear: Tensor) -> Tensor:
    """Encodes linear light to sRGB, any shape; clips to [0, 1] first, as a sensor does."""
    x = linear.clamp(0, 1)
    power = 1.055 * x.clamp_min(0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(x <= 0.0031308, x * 12.92, power)


def lift_highlights(linear: Tensor, factor: Tensor, threshold: float = 0.9) -> Tensor:
    """Brightens nearly clipped pixels up to `factor` times, rising from `threshold`.

    linear [B, 3, H, W], factor [B]. Restores light that clipping removed: a lamp four times
    brighter than white blurs into a streak that is still white.
    """
    brightest = linear.amax(dim=1, keepdim=True)
    share = ((brightest - threshold) / (1 - threshold)).clamp(0, 1)
    return linear * (1 + share * (factor.view(-1, 1, 1, 1) - 1))
