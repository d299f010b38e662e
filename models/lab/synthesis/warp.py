"""Sampling of images through homographies."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def pixel_grid(size: int, like: Tensor) -> Tensor:
    """Returns pixel positions along a side of a patch, relative to its centre: [size], in px."""
    return torch.arange(size, device=like.device, dtype=like.dtype) - (size - 1) / 2


def warped(source: Tensor, homography: Tensor, grid: Tensor) -> Tensor:
    """Samples `source` [B, C, P, P] bilinearly through `homography` -> [B, C, size, size].

    homography [B, 3, 3]: maps positions in the patch to the source, px from both centres. grid:
    `pixel_grid` of the patch.
    """
    # From px to grid_sample's [-1, 1].
    scale = homography.new_tensor([2.0 / source.shape[-1]] * 2 + [1.0])[:, None]
    rows = homography * scale
    # H (x, y, 1) is the sum of a term in x and one in y: adding those is several times faster than
    # a product per pixel.
    across = (rows[:, :, 0, None] * grid)[:, :, None, :]
    down = (rows[:, :, 1, None] * grid + rows[:, :, 2, None])[:, :, :, None]
    points = (across[:, :2] + down[:, :2]) / (across[:, 2:] + down[:, 2:])
    return F.grid_sample(
        source,
        points.permute(0, 2, 3, 1),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=False,
    )
