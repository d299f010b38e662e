"""Residual attention blocks: spatial attention (eq. 4), channel attention (eq. 5), both (eq. 6)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import bias_of
from .config import Switches


class SpatialAttention(nn.Module):
    """A = sigmoid(W2 relu(W1 p)) from the C features of a cell (eq. 4).

    [B, C, H, W] -> [B, 1, H, W].
    """

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.squeeze = nn.Conv2d(channels, inner, 1, bias=False)
        self.excite = nn.Conv2d(inner, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.excite(F.relu(self.squeeze(x))))


CELLS = 9  # side of the window of local means, in cells


class ChannelAttention(nn.Module):
    """a = sigmoid(V2 relu(V1 q)) of the channel means q (eq. 5): [B, C, H, W] -> [B, C, 1, 1].

    `cell`: side in features of a cell. While training, and with 0, the means are those of the whole
    picture, as in the paper. Otherwise they are those of CELLS x CELLS cells around each cell, and
    the weights [B, C, H, W], enlarged bilinearly. A picture is larger than the patches of training:
    means of all of it would hide a small blurred part in sharp surroundings from the network
    (X. Chu et al.: Improving image restoration by revisiting global information aggregation, 2022).
    """

    def __init__(self, channels: int, reduction: int, cell: int = 0) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.squeeze = nn.Conv2d(channels, inner, 1, bias=False)
        self.excite = nn.Conv2d(inner, channels, 1, bias=False)
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        if self.training or self.cell == 0:
            # Half precision cannot sum a whole map.
            return self.weigh(x.float().mean(dim=(2, 3), keepdim=True).to(x.dtype))
        cells = F.avg_pool2d(x, self.cell, ceil_mode=True, count_include_pad=False)
        means = F.avg_pool2d(cells, CELLS, 1, CELLS // 2, count_include_pad=False)
        return F.interpolate(self.weigh(means), size=x.shape[-2:], mode="bilinear")

    def weigh(self, mean: Tensor) -> Tensor:
        """Maps means to weights, [B, C, h, w] each."""
        return torch.sigmoid(self.excite(F.relu(self.squeeze(mean))))


class CombinedAttention(nn.Module):
    """X * (A (x) a), eq. 6.

    `serial` is the tensor product and the paper's best form (Table 6): the spatial weights come
    first, so the channel means emphasise important places. `addition` and `concatenation` are the
    parallel forms of the same table.
    """

    def __init__(
        self,
        channels: int,
        reduction: int,
        space: bool,
        channel: bool,
        combination: str,
        cell: int = 0,
    ) -> None:
        super().__init__()
        self.space = SpatialAttention(channels, reduction) if space else None
        self.channel = ChannelAttention(channels, reduction, cell) if channel else None
        both = space and channel
        self.combination = combination if both else "serial"
        self.join = None
        if both and combination == "concatenation":
            self.join = nn.Conv2d(2 * channels, channels, 1)

    def begin_even(self, before: nn.Conv2d) -> None:
        """Makes `before` and the attention together start as `before` was alone.

        Sets every weight to sigmoid(0) = 1/2 and doubles the layer before once per attention.
        Exact for the serial combination only.
        """
        for part in (self.space, self.channel):
            if part is not None:
                nn.init.zeros_(part.excite.weight)
                before.weight.mul_(2)
                bias_of(before).mul_(2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns the weighted features [B, C, H, W] and A [B, 1, H, W], or `None` without it."""
        a = self.space(x) if self.space is not None else None
        if self.combination == "serial" or a is None or self.channel is None:
            y = x if a is None else x * a
            return (y if self.channel is None else y * self.channel(y)), a
        weighted = x * a, x * self.channel(x)
        if self.join is None:
            return weighted[0] + weighted[1], a
        return self.join(torch.cat(weighted, dim=1)), a


class ResidualAttentionBlock(nn.Module):
    """x + attention(conv(relu(conv(x)))): [B, C, H, W] -> (the same shape, A or `None`)."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        reduction: int,
        space: bool,
        switches: Switches,
        cell: int = 0,
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.attention = CombinedAttention(
            channels, reduction, space, switches.channel_attention, switches.combination, cell
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        change, a = self.attention(self.second(F.relu(self.first(x))))
        return x + change, a
