"""Losses of the extent head."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.adn.extent import covariance
from .targets import IGNORED, Targets

FULL_CONTRAST = 0.02  # cells with less count less for length and direction
DIRECTED = 3.0  # px; a shorter blur's direction counts less
FLOOR = 0.25  # px²; variance at which a direction is half certain


def head_losses(values: Tensor, target: Targets) -> Tensor:
    """Returns losses of length, direction and kind per cell, [3, B, c, c].

    values [B, 8, c, c]: from `ExtentHead.predict`. Length: smooth L1 of log(1 + px), so that 2 px
    and 40 px matter alike. Direction: distance of the anisotropy vectors. Kind: cross-entropy.
    """
    predicted, true = covariance(values), target.spread
    weight = (target.contrast / FULL_CONTRAST).clamp(0, 1)
    wanted = extent(true)
    length = F.smooth_l1_loss(
        torch.log1p(extent(predicted)), torch.log1p(wanted), beta=0.1, reduction="none"
    )
    away = anisotropy(predicted) - anisotropy(true)
    direction = away.square().sum(dim=1, keepdim=True).add(1e-4).sqrt()
    kind = F.cross_entropy(values[:, 3:6], target.label, ignore_index=IGNORED, reduction="none")
    directed = weight * (wanted / DIRECTED).clamp(0, 1)
    return torch.stack(((weight * length)[:, 0], (directed * direction)[:, 0], kind))


def extent(c: Tensor) -> Tensor:
    """Returns sqrt(12 λ₁) of (cxx, cxy, cyy) [B, 3, ..] as [B, 1, ..], with a gradient at 0."""
    cxx, cxy, cyy = c.split(1, dim=1)
    apart = ((cxx - cyy).square() / 4 + cxy.square() + 1e-6).sqrt()
    return (12 * ((cxx + cyy) / 2 + apart)).sqrt()


def anisotropy(c: Tensor) -> Tensor:
    """Returns (cxx - cyy, 2 cxy) / (cxx + cyy), a vector along twice the direction: [B, 2, ..]."""
    cxx, cxy, cyy = c.split(1, dim=1)
    return torch.cat((cxx - cyy, 2 * cxy), dim=1) / (cxx + cyy + FLOOR)
