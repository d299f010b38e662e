"""White balance and tone curve, the same for input and target."""

from __future__ import annotations

import torch
from torch import Tensor

from .random_numbers import Dice


def white_balance(dice: Dice, count: int, active: Tensor) -> Tensor:
    """Returns random gains near 1, [count, 3, 1, 1]; 1 where `active` [count] is false."""
    gains = 1 + 0.12 * (dice.uniform(count, 3) * 2 - 1)
    gains = gains / gains.amax(dim=1, keepdim=True)  # at most 1, so that no further pixel clips
    return torch.where(active[:, None], gains, torch.ones_like(gains))[..., None, None]


def tone_curve(encoded: Tensor, gamma: Tensor, contrast: Tensor) -> Tensor:
    """Applies x**gamma, then the S-curve x + contrast * x (1 - x) (2 x - 1).

    encoded [B, C, H, W]; gamma, contrast [B]. Keeps 0 and 1; monotone for |contrast| < 1.
    """
    x = encoded.clamp_min(1e-6) ** gamma.view(-1, 1, 1, 1)
    return x + contrast.view(-1, 1, 1, 1) * x * (1 - x) * (2 * x - 1)
