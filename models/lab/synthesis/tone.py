"""The look of a camera, shared by input and target: white balance and a tone curve."""

from __future__ import annotations

import torch
from torch import Tensor

from .random_numbers import Dice


def white_balance(dice: Dice, count: int, active: Tensor) -> Tensor:
    """Gains [count, 3, 1, 1] around 1, ones where not active."""
    gains = 1 + 0.12 * (dice.uniform(count, 3) * 2 - 1)
    gains = gains / gains.amax(dim=1, keepdim=True)  # never above 1: nothing clips that did not
    return torch.where(active[:, None], gains, torch.ones_like(gains))[..., None, None]


def tone_curve(encoded: Tensor, gamma: Tensor, contrast: Tensor) -> Tensor:
    """x**gamma, then an S-curve: x + contrast * x (1 - x) (2 x - 1). Monotone for |contrast| < 1; keeps 0 and 1."""
    x = encoded.clamp_min(1e-6) ** gamma.view(-1, 1, 1, 1)
    return x + contrast.view(-1, 1, 1, 1) * x * (1 - x) * (2 * x - 1)
