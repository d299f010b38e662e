"""Looking at an image through homographies."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def pixel_grid(size: int, like: Tensor) -> Tensor:
    """Homogeneous pixel positions from the middle of a size x size patch: [size * size, 3], in px."""
    t = torch.arange(size, device=like.device, dtype=like.dtype) - (size - 1) / 2
    y, x = torch.meshgrid(t, t, indexing="ij")
    return torch.stack((x, y, torch.ones_like(x)), dim=-1).reshape(-1, 3)


def look(source: Tensor, homography: Tensor, grid: Tensor) -> Tensor:
    """The patch that `homography` [B, 3, 3] sees in `source` [B, C, P, P], both with their origin in the middle.

    grid: from `pixel_grid`, of the patch's size. Bilinear, in whatever light the source is in. -> [B, C, size, size]
    """
    size = int(grid.shape[0] ** 0.5)
    points = grid @ homography.transpose(1, 2)
    points = points[..., :2] / points[..., 2:]
    points = points * (2.0 / source.shape[-1])
    points = points.reshape(-1, size, size, 2)
    return F.grid_sample(source, points, mode="bilinear", padding_mode="reflection", align_corners=False)
