"""Pixel-dependent filtering (eq. 17-18): per-pixel 5x5 weights and bounded offsets around the pixels that are processed."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import full_precision


def cell_centres(indices: Tensor, width: int) -> Tensor:
    """Flat cell indices [B, L] -> (x, y) in cells [B, L, 2]. Division instead of modulo: WebGPU has no Mod kernel."""
    y = torch.div(indices, width, rounding_mode="floor")
    return torch.stack((indices - y * width, y), dim=2).to(torch.float32)


def normalised(points: Tensor, height: int, width: int) -> Tensor:
    """Positions in cells -> grid_sample's [-1, 1] with align_corners=False."""
    size = torch.stack([torch.as_tensor(n, dtype=torch.float32, device=points.device) for n in (width, height)])
    return (points + 0.5) * (2.0 / size) - 1.0


class PixelDependentFilter(nn.Module):
    """Y[c, j] = sum_k V[j, k] W[c, :, k] . x[j + k + delta[j, k]]  (eq. 17, with sampling eq. 18).

    V and delta are predicted from the sampled features X_nu, differ from pixel to pixel and are shared by all channels;
    |delta| <= max_offset. The taps are read bilinearly from the whole map X, so that local order survives the sampling.
    One row of taps is worked at a time: the gathered C * K^2 * L patches of eq. 18 would not fit in memory at once.

    X is first reduced to `inner` channels by a 1x1 convolution: gathering is bound by memory, not arithmetic.
    """

    def __init__(
        self,
        channels: int,
        inner: int,
        kernel: int = 5,
        max_offset: float = 4.0,
        adaptive_kernel: bool = True,
        offsets: bool = True,
    ) -> None:
        super().__init__()
        self.kernel, self.max_offset = kernel, max_offset
        self.adaptive_kernel, self.use_offsets = adaptive_kernel, offsets
        taps = kernel * kernel
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.weights = nn.Conv1d(channels, taps, 1)  # f_ker
        self.offset = nn.Conv1d(channels, 2 * taps, 1)  # f_off
        self.mix = nn.Parameter(torch.empty(kernel, channels, inner * kernel))  # W, by rows of taps
        nn.init.normal_(self.mix, std=(inner * taps) ** -0.5)
        nn.init.zeros_(self.weights.weight)
        nn.init.ones_(self.weights.bias)  # V = 1: starts as a plain convolution
        nn.init.zeros_(self.offset.weight)
        nn.init.zeros_(self.offset.bias)

    def offsets(self, x_nu: Tensor) -> Tensor:
        """delta: [B, C, L] -> [B, K*K, L, 2] in cells, within +-max_offset."""
        b, _, length = x_nu.shape
        delta = self.max_offset * torch.tanh(self.offset(x_nu))
        return delta.reshape(b, -1, 2, length).transpose(2, 3)

    def forward(self, x: Tensor, x_nu: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
        """X [B, C, h, w], X_nu [B, C, L], cell indices [B, L] -> (Y_dyn [B, C, L], mean offset [B, 2, L] in cells)."""
        reduced = self.reduce(x)
        with torch.autocast(x.device.type, enabled=False):
            reduced, x_nu = full_precision(reduced, x_nu)
            b, inner, h, w = reduced.shape
            length, k = x_nu.shape[2], self.kernel
            weights = self.weights(x_nu) if self.adaptive_kernel else None  # [B, K*K, L]
            delta = self.offsets(x_nu) if self.use_offsets else None
            centres = cell_centres(indices, w)[:, None]  # [B, 1, L, 2]
            across = torch.arange(k, device=x.device, dtype=torch.float32) - k // 2
            y = torch.zeros((), device=x.device)
            for row in range(k):
                taps = slice(row * k, (row + 1) * k)
                lattice = torch.stack((across, torch.full_like(across, float(row - k // 2))), dim=1)
                points = centres + lattice[:, None]  # [B, K, L, 2]
                if delta is not None:
                    points = points + delta[:, taps]
                patch = F.grid_sample(
                    reduced, normalised(points, h, w), mode="bilinear", padding_mode="border", align_corners=False
                )  # [B, inner, K, L]
                if weights is not None:
                    patch = patch * weights[:, None, taps]
                y = y + torch.matmul(self.mix[row], patch.reshape(b, inner * k, length))
            mean = delta.mean(dim=1).transpose(1, 2) if delta is not None else torch.zeros(b, 2, length, device=x.device)
            return y, mean
