"""Blur-aware attention: multi-kernel strip pooling (eq. 2-4) and attention refinement (eq. 5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..blocks import full_precision
from ..network import Modules


def window_weights(size: int, count: int, device: torch.device) -> Tensor:
    """Returns the averages over `count` overlapping windows as a matrix [count, size] (eq. 2-3).

    Stride S = floor(size / count), window K = size - (count - 1) S. A matrix instead of pooling,
    because the windows of an exported graph must follow the tile's size: while a graph is traced,
    `size` is a tensor.
    """
    cells = torch.as_tensor(size, device=device, dtype=torch.float32)
    stride = torch.floor(cells / count + 1e-4)
    window = cells - (count - 1) * stride
    start = torch.arange(count, device=device, dtype=torch.float32)[:, None] * stride
    place = torch.arange(size, device=device, dtype=torch.float32)[None]
    inside = (place >= start) & (place < start + window)
    return inside.to(torch.float32) / window


def window_of(size: int, count: int, device: torch.device) -> Tensor:
    """Returns the strip of each cell, floor(count j / size), as a one-hot matrix [count, size].

    Eq. 4; the paper's first index has i where it means the column j. A small amount keeps whole
    quotients from being rounded down on a GPU. `size` is a tensor while a graph is traced.
    """
    cells = torch.as_tensor(size, device=device, dtype=torch.float32)
    place = torch.arange(size, device=device, dtype=torch.float32)
    strip = torch.floor(place * count / cells + 1e-4)
    numbers = torch.arange(count, device=device, dtype=torch.float32)[:, None]
    return (strip[None] == numbers).to(torch.float32)


class StripPair(nn.Module):
    """Averages over n vertical and n horizontal strips, convolved and added per cell (eq. 2-4).

    [B, C, H, W] -> [B, C, H, W].
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.count = count
        one = count == 1  # strips one cell wide: convolve along them only
        self.upright = nn.Conv2d(
            channels, channels, (3, 1) if one else 3, padding=(1, 0) if one else 1
        )
        self.level = nn.Conv2d(
            channels, channels, (1, 3) if one else 3, padding=(0, 1) if one else 1
        )

    def forward(self, x: Tensor) -> Tensor:
        h, w = x.shape[-2:]
        n, device = self.count, x.device
        with torch.autocast(device.type, enabled=False):
            (x,) = full_precision(x)
            # y^v: [B, C, H, n] and y^h: [B, C, n, W]
            upright = self.upright(torch.matmul(x, window_weights(w, n, device).T))
            level = self.level(torch.matmul(window_weights(h, n, device), x))
            if n == 1:
                return upright + level
            columns = torch.matmul(upright, window_of(w, n, device))
            return columns + torch.matmul(window_of(h, n, device).T, level)


def mask_branch(inner: int, hidden: int, outer: int) -> nn.Sequential:
    """Returns f_AR: two 3x3 convolutions with a ReLU between them and a sigmoid at the end."""
    return nn.Sequential(
        nn.Conv2d(inner, hidden, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(hidden, outer, 3, padding=1),
        nn.Sigmoid(),
    )


class BlurAwareAttention(nn.Module):
    """x~ = M_mksp * x, then f_AR(x~) * x~ (eq. 5): [B, C, H, W] -> (the same, M_mksp or `None`)."""

    def __init__(
        self, channels: int, hidden: int, strips: tuple[int, ...], pooling: bool, refinement: bool
    ) -> None:
        super().__init__()
        self.pairs: Modules[StripPair] | None = None
        self.mask: nn.Sequential | None = None
        self.refine: nn.Sequential | None = None
        self.narrow: nn.Conv2d | None = None
        if pooling:
            self.narrow = nn.Conv2d(channels, hidden, 1) if hidden < channels else None
            self.pairs = Modules(StripPair(hidden, n) for n in strips)
            self.mask = mask_branch(len(strips) * hidden, hidden, channels)
        if refinement:
            self.refine = mask_branch(channels, hidden, channels)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        mask = None
        if self.pairs is not None and self.mask is not None:
            source = x if self.narrow is None else self.narrow(x)
            mask = self.mask(torch.cat([pair(source) for pair in self.pairs], dim=1))
            x = mask * x
        return (x if self.refine is None else self.refine(x) * x), mask
