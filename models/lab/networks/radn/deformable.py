"""Dense deformable modules (eq. 4): convolutions whose taps follow the motion."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import full_precision, learn_slowly, zero_init
from ..filtering import as_kernel, cell_centres, filter_taps, pad_border
from .config import Module


class DeformableConvolution(nn.Module):
    """F^(l0) = sum_p w_p F(l0 + l_p + delta_p)  (eq. 4).

    A 3x3 convolution predicts delta, shared by all channels. Implemented with GridSample and
    matrix products: ONNX Runtime has no GPU kernel for deformable convolution outside CUDA. The
    paper does not bound delta; here tanh limits |delta| to max_offset, so a tile's overlap covers
    the reach of a tap, and an offset cannot leave the map, where it has no gradient.
    `rigid`: no offsets, an ordinary convolution. `gather`: see `config.Module`.
    """

    def __init__(
        self,
        inner: int,
        outer: int,
        max_offset: float,
        rigid: bool,
        gather: int = 0,
        kernel: int = 3,
    ) -> None:
        super().__init__()
        self.kernel, self.max_offset = kernel, max_offset
        self.reduce = nn.Conv2d(inner, gather, 1) if gather else None
        self.offset = None
        if not rigid:
            layer = nn.Conv2d(inner, 2 * kernel * kernel, 3, padding=1)
            self.offset = learn_slowly(zero_init(layer))
        width = (gather or inner) * kernel
        self.mix = nn.Parameter(torch.empty(kernel, outer, width))  # w, by rows of taps
        self.bias = nn.Parameter(torch.zeros(outer))
        nn.init.normal_(self.mix, std=(2 / width / kernel) ** 0.5)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns features [B, outer, h, w] and delta [B, K*K, 2, h, w] in cells.

        delta is `None` for a rigid convolution.
        """
        read = x if self.reduce is None else F.relu(self.reduce(x))
        if self.offset is None:
            return F.conv2d(pad_border(read, self.kernel), as_kernel(self.mix), self.bias), None
        with torch.autocast(x.device.type, enabled=False):
            x, read = full_precision(x, read)
            b, _, h, w = x.shape
            delta = self.max_offset * torch.tanh(self.offset(x))
            delta = delta.reshape(b, self.kernel**2, 2, h * w)
            centres = cell_centres(torch.arange(h * w, device=x.device)[None], w)
            y = filter_taps(read, centres, self.mix, delta.transpose(2, 3))
            y = y.reshape(b, -1, h, w) + self.bias[:, None, None]
            return y, delta.reshape(b, self.kernel**2, 2, h, w)


class DenseDeformableModule(nn.Module):
    """Densely connected convolutions, the last ones deformable, then a 1x1 convolution (Fig. 3)."""

    def __init__(self, inner: int, sizes: Module, max_offset: float, deformable: bool) -> None:
        super().__init__()
        rigid = sizes.layers - (sizes.deformable if deformable else 0)
        self.layers = nn.ModuleList(
            DeformableConvolution(
                inner + i * sizes.growth, sizes.growth, max_offset, i < rigid, sizes.gather
            )
            for i in range(sizes.layers)
        )
        self.reduce = nn.Conv2d(inner + sizes.layers * sizes.growth, sizes.outer, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns features [B, outer, h, w] and delta of the last deformable layer or `None`."""
        last = None
        for layer in self.layers:
            y, delta = layer(x)
            last = last if delta is None else delta
            x = torch.cat((x, F.relu(y)), dim=1)
        return self.reduce(x), last


class BottleneckBlock(nn.Module):
    """Block of Table 1's RADN2: 1x1, 3x3 and 1x1 convolutions, plus a 1x1 shortcut."""

    def __init__(self, inner: int, sizes: Module) -> None:
        super().__init__()
        self.beside = nn.Conv2d(inner, sizes.outer, 1)
        self.through = nn.Sequential(
            nn.Conv2d(inner, sizes.growth, 1),
            nn.ReLU(),
            nn.Conv2d(sizes.growth, sizes.growth, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(sizes.growth, sizes.outer, 1),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """Returns features [B, outer, h, w]; the second value stands for missing offsets."""
        return self.beside(x) + self.through(x), None


def spread(delta: Tensor) -> Tensor:
    """Returns how far the outer taps of a 3x3 kernel are apart, (dx, dy) in cells.

    [B, 9, 2, h, w] -> [B, 2, h, w]. The paper's Fig. 7 shows the horizontal offset of the third
    column minus that of the first, which is large where there is motion.
    """
    b, _, _, h, w = delta.shape
    taps = delta.reshape(b, 3, 3, 2, h, w)
    across = (taps[:, :, 2, 0] - taps[:, :, 0, 0]).mean(dim=1)
    down = (taps[:, 2, :, 1] - taps[:, 0, :, 1]).mean(dim=1)
    return torch.stack((across, down), dim=1) / 2
