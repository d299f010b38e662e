"""Filters that differ from pixel to pixel (SAPHN-NU eq. 17-18, SAPHN eq. 7).

`filter_taps` also serves RADN's deformable convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import bias_of, full_precision


def cell_centres(indices: Tensor, width: int) -> Tensor:
    """Converts flat cell indices [B, L] to positions (x, y) in cells, [B, L, 2].

    Computes in floating point, exact up to 2^24 cells: integer division exports as Mod, for which
    WebGPU has no kernel. The added half keeps whole quotients clear of rounding.
    """
    place = indices.to(torch.float32)
    middle = place + 0.5
    y = torch.floor(middle / torch.as_tensor(width, dtype=torch.float32, device=indices.device))
    return torch.stack((place - y * width, y), dim=2)


def normalised(points: Tensor, height: int, width: int) -> Tensor:
    """Converts positions in cells to grid_sample's [-1, 1] with align_corners=False."""
    size = torch.stack(
        [torch.as_tensor(n, dtype=torch.float32, device=points.device) for n in (width, height)]
    )
    return (points + 0.5) * (2.0 / size) - 1.0


def filter_taps(
    x: Tensor,
    centres: Tensor,
    mix: Tensor,
    delta: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Computes sum_k weights[j, k] mix[:, :, k] . x[centre_j + k + delta[j, k]] -> [B, outer, L].

    x: [B, C, h, w], read bilinearly with a repeated border. centres: [B, L, 2] in cells.
    mix: [K, outer, C*K], one matrix per row of taps. delta: [B, K*K, L, 2] in cells.
    weights: [B, K*K, L]. Processes one row of taps at a time, because K*K*C*L values at once
    would not fit into memory.
    """
    b, inner, h, w = x.shape
    k, length = mix.shape[0], centres.shape[1]
    centres = centres[:, None]  # [B, 1, L, 2]
    across = torch.arange(k, device=x.device, dtype=torch.float32) - k // 2
    y = torch.zeros((), device=x.device)
    for row in range(k):
        taps = slice(row * k, (row + 1) * k)
        lattice = torch.stack((across, torch.full_like(across, float(row - k // 2))), dim=1)
        points = centres + lattice[:, None]  # [B, K, L, 2]
        if delta is not None:
            points = points + delta[:, taps]
        # [B, inner, K, L]
        patch = F.grid_sample(
            x, normalised(points, h, w), mode="bilinear", padding_mode="border", align_corners=False
        )
        if weights is not None:
            patch = patch * weights[:, None, taps]
        y = y + torch.matmul(mix[row], patch.reshape(b, inner * k, length))
    return y


class PixelDependentFilter(nn.Module):
    """SAPHN-NU: Y[c, j] = sum_k V[j, k] W[c, :, k] . x[j + k + delta[j, k]]  (eq. 17-18).

    V and delta are predicted from the sampled features X_nu, differ from pixel to pixel and are
    shared by all channels; |delta| <= max_offset. Taps read the whole map X bilinearly, so the
    local order of pixels survives the sampling. A 1x1 convolution first reduces X to `inner`
    channels, because memory traffic bounds the time of the gathers.
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
        nn.init.ones_(bias_of(self.weights))  # V = 1: starts as a plain convolution
        nn.init.zeros_(self.offset.weight)
        nn.init.zeros_(bias_of(self.offset))

    def offsets(self, x_nu: Tensor) -> Tensor:
        """Returns delta, bounded by max_offset: [B, C, L] -> [B, K*K, L, 2] in cells."""
        b, _, length = x_nu.shape
        delta = self.max_offset * torch.tanh(self.offset(x_nu))
        return delta.reshape(b, -1, 2, length).transpose(2, 3)

    def forward(self, x: Tensor, x_nu: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Maps X [B, C, h, w], X_nu [B, C, L] and cell indices [B, L] to (Y_dyn, mean offset).

        Y_dyn is [B, C, L], the mean offset [B, 2, L] in cells.
        """
        reduced = self.reduce(x)
        with torch.autocast(x.device.type, enabled=False):
            reduced, x_nu = full_precision(reduced, x_nu)
            weights = self.weights(x_nu) if self.adaptive_kernel else None  # [B, K*K, L]
            delta = self.offsets(x_nu) if self.use_offsets else None
            centres = cell_centres(indices, reduced.shape[3])
            y = filter_taps(reduced, centres, self.mix, delta, weights)
            if delta is None:
                return y, x_nu.new_zeros(len(x_nu), 2, x_nu.shape[2])
            return y, delta.mean(dim=1).transpose(1, 2)


class UniformFilter(nn.Module):
    """SAPHN: Y[c, i] = sum_j K[i, j] W[c, :, j - i] . x[j] + b  (eq. 7), at every cell of a map.

    Equals PixelDependentFilter without offsets, but reads its taps from shifted views of the map
    instead of gathering them.
    """

    def __init__(
        self, channels: int, inner: int, kernel: int = 5, adaptive_kernel: bool = True
    ) -> None:
        super().__init__()
        self.kernel, self.adaptive_kernel = kernel, adaptive_kernel
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.weights = nn.Conv2d(channels, kernel * kernel, 1)  # K
        self.mix = nn.Parameter(torch.empty(kernel, channels, inner * kernel))  # W, by rows of taps
        self.bias = nn.Parameter(torch.zeros(channels))
        nn.init.normal_(self.mix, std=(inner * kernel * kernel) ** -0.5)
        nn.init.zeros_(self.weights.weight)
        nn.init.ones_(bias_of(self.weights))  # K = 1: starts as a plain convolution

    def forward(self, x: Tensor) -> Tensor:
        """Filters [B, C, h, w] -> [B, C, h, w]."""
        k = self.kernel
        reduced = self.reduce(x)
        if not self.adaptive_kernel:
            return F.conv2d(pad_border(reduced, k), as_kernel(self.mix), self.bias)
        weights = self.weights(x)
        padded = pad_border(reduced, k)
        y = self.bias[:, None, None]
        for row in range(k):
            shifts = [
                padded[:, :, row : row - k + 1 or None, column : column - k + 1 or None]
                * weights[:, row * k + column : row * k + column + 1]
                for column in range(k)
            ]
            stacked = torch.stack(shifts, dim=2).flatten(1, 2)  # [B, inner * K, h, w], like `mix`
            y = y + F.conv2d(stacked, self.mix[row, :, :, None, None])
        return y


def pad_border(x: Tensor, kernel: int) -> Tensor:
    """Repeats the border by half a kernel on each side, as `filter_taps` reads beyond it."""
    return F.pad(x, (kernel // 2,) * 4, mode="replicate")


def as_kernel(mix: Tensor) -> Tensor:
    """Converts weights by rows of taps [K, outer, inner*K] to a kernel [outer, inner, K, K]."""
    k, outer, columns = mix.shape
    return mix.reshape(k, outer, columns // k, k).permute(1, 2, 0, 3)
