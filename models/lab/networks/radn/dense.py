"""Densely connected encoder of RADN: units, blocks, transitions (Huang et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Normalisation(nn.BatchNorm2d):
    """Batch normalisation without the batch counter, an integer that the EMA cannot average."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.num_batches_tracked = None


def activation(channels: int, normalise: bool) -> nn.Module:
    """Returns the ReLU, with normalisation if wanted, before each convolution."""
    return nn.Sequential(Normalisation(channels), nn.ReLU()) if normalise else nn.ReLU()


class DenseUnit(nn.Module):
    """Appends `growth` channels: a 1x1 convolution to expansion * growth, then 3x3 to growth.

    [B, C, H, W] -> [B, C + growth, H, W].
    """

    def __init__(self, inner: int, growth: int, expansion: int, normalise: bool) -> None:
        super().__init__()
        wide = expansion * growth
        self.before = activation(inner, normalise)
        self.widen = nn.Conv2d(inner, wide, 1, bias=not normalise)
        self.between = activation(wide, normalise)
        self.grow = nn.Conv2d(wide, growth, 3, padding=1, bias=not normalise)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x, self.grow(self.between(self.widen(self.before(x))))), dim=1)


class DenseBlock(nn.Sequential):
    """Dense units in series: C -> C + units * growth channels (`outer`)."""

    def __init__(
        self, inner: int, units: int, growth: int, expansion: int, normalise: bool
    ) -> None:
        super().__init__(
            *(DenseUnit(inner + i * growth, growth, expansion, normalise) for i in range(units))
        )
        self.outer = inner + units * growth


class Transition(nn.Module):
    """1x1 convolution to half of the channels, then a halved map for the next block.

    [B, C, H, W] -> (skip [B, C/2, H, W], deep [B, D, H/2, W/2]). The halved map is the mean of 2x2
    cells (D = C/2) or, if `learned`, a strided 2x2 convolution (D = C).
    """

    def __init__(self, inner: int, normalise: bool, learned: bool) -> None:
        super().__init__()
        self.skip = inner // 2
        self.deep = 2 * self.skip if learned else self.skip
        self.before = activation(inner, normalise)
        self.reduce = nn.Conv2d(inner, self.skip, 1, bias=not normalise)
        self.shrink = nn.Conv2d(self.skip, self.deep, 2, stride=2) if learned else nn.AvgPool2d(2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        skip = self.reduce(self.before(x))
        return skip, self.shrink(skip)
