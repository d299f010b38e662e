"""PSNR, SSIM and rank correlation."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Returns the peak signal-to-noise ratio in dB: [B, C, H, W] in [0, 1] -> [B].

    Identical images give 100 dB.
    """
    error = (a.double() - b.double()).pow(2).mean(dim=(1, 2, 3))
    return -10 * torch.log10(error.clamp_min(1e-10))


def ssim(a: Tensor, b: Tensor, window: int = 11, sigma: float = 1.5) -> Tensor:
    """Returns the structural similarity (Wang et al. 2004): [B, 3, H, W] in [0, 1] -> [B].

    Computed on luma with an 11x11 Gaussian window, where the window fits.
    """
    luma = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64, device=a.device).view(
        1, 3, 1, 1
    )
    x = (a.double() * luma).sum(1, keepdim=True)
    y = (b.double() * luma).sum(1, keepdim=True)
    t = torch.arange(window, dtype=torch.float64, device=a.device) - window // 2
    g = torch.exp(-(t**2) / (2 * sigma**2))
    g = g / g.sum()

    def blur(v: Tensor) -> Tensor:
        return F.conv2d(F.conv2d(v, g.view(1, 1, -1, 1)), g.view(1, 1, 1, -1))

    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    value = (2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return value.mean(dim=(1, 2, 3))


def spearman(a: Tensor, b: Tensor) -> float:
    """Returns Spearman's rank correlation of two equally long vectors; ties rank by position."""
    ra = a.flatten().argsort().argsort().double()
    rb = b.flatten().argsort().argsort().double()
    ra, rb = ra - ra.mean(), rb - rb.mean()
    return float((ra * rb).sum() / (ra.norm() * rb.norm()).clamp_min(1e-12))
