"""JPEG compression in torch: colour conversion, 8x8 DCT and quantisation, batched."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

# Quantisation tables of ITU-T T.81, annex K.
_LUMA = [
    [16, 11, 10, 16, 24, 40, 51, 61],
    [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77],
    [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101],
    [72, 92, 95, 98, 112, 100, 103, 99],
]
_CHROMA = [
    [17, 18, 24, 47, 99, 99, 99, 99],
    [18, 21, 26, 66, 99, 99, 99, 99],
    [24, 26, 56, 99, 99, 99, 99, 99],
    [47, 66, 99, 99, 99, 99, 99, 99],
    *([[99] * 8] * 4),
]


def tables(quality: Tensor) -> tuple[Tensor, Tensor]:
    """Returns luma and chroma quantisation tables, [B, 8, 8] each.

    quality [B]: libjpeg's scale, 1 to 100.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).view(-1, 1, 1)
    luma, chroma = (
        torch.tensor(t, device=scale.device, dtype=scale.dtype) for t in (_LUMA, _CHROMA)
    )
    luma, chroma = (((t * scale + 50) / 100).floor().clamp(1, 255) for t in (luma, chroma))
    return luma, chroma


def dct_matrix(like: Tensor) -> Tensor:
    """Returns the orthonormal DCT-II of length 8, [8, 8]."""
    k = torch.arange(8, device=like.device, dtype=like.dtype)
    m = torch.cos(math.pi * (2 * k[None] + 1) * k[:, None] / 16) / 2
    m[0] /= math.sqrt(2)
    return m


def quantised(plane: Tensor, table: Tensor) -> Tensor:
    """Quantises the DCT of a plane [B, H, W] in 0..255 by table [B, 8, 8]; sides of any length."""
    _, h, w = plane.shape
    padded = F.pad(plane[:, None], (0, -w % 8, 0, -h % 8), mode="replicate")[:, 0] - 128
    # [B, rows, columns, 8, 8]
    blocks = padded.unflatten(1, (-1, 8)).unflatten(3, (-1, 8)).transpose(2, 3)
    d = dct_matrix(plane)
    step = table[:, None, None]
    coefficients = torch.round(d @ blocks @ d.T / step) * step
    out = (d.T @ coefficients @ d).transpose(2, 3).flatten(3, 4).flatten(1, 2)
    return out[:, :h, :w] + 128


def jpeg(image: Tensor, quality: Tensor, subsample: Tensor) -> Tensor:
    """Compresses and decodes [B, 3, H, W] in [0, 1].

    quality [B]: 1 to 100. subsample [B] bool: 4:2:0 instead of 4:4:4.
    """
    r, g, b = (image * 255).unbind(1)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    cb = (b - y) / 1.772 + 128
    cr = (r - y) / 1.402 + 128
    luma, chroma = tables(quality)
    y = quantised(y, luma)
    planes = []
    for plane in (cb, cr):
        fine = quantised(plane, chroma)
        small = F.avg_pool2d(
            F.pad(plane[:, None], (0, plane.shape[2] % 2, 0, plane.shape[1] % 2), mode="replicate"),
            2,
        )
        coarse = quantised(small[:, 0], chroma)
        coarse = F.interpolate(
            coarse[:, None], scale_factor=2, mode="bilinear", align_corners=False
        )[:, 0]
        coarse = coarse[:, : plane.shape[1], : plane.shape[2]]
        planes.append(torch.where(subsample.view(-1, 1, 1), coarse, fine) - 128)
    cb, cr = planes
    rgb = torch.stack((y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb), dim=1)
    return (rgb / 255).clamp(0, 1)
