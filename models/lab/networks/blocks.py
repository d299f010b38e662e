"""Building blocks that several networks share: written once, used by all."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), 3x3, without normalisation.

    Normalisation is left out because it costs memory traffic on a CPU and ties the result to a tile's statistics.
    Shapes: [B, C, H, W] -> [B, C, H, W].
    """

    def __init__(self, channels: int, kernel: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


def residual_blocks(channels: int, count: int) -> nn.Sequential:
    """A row of `count` residual blocks (none: the identity)."""
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))


class BlockRow(nn.ModuleList):
    """Blocks in a row that return (features, a map to show or None): the features, and the last one's map."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        shown = None
        for block in self:
            x, shown = block(x)
        return x, shown


class Halving(nn.Conv2d):
    """Convolution of stride 2 that keeps the first column of each pair, or the second: what a network does that was turned
    left for right. Shapes: [B, Cin, H, W] -> [B, Cout, H/2, W/2], even sides.
    """

    def __init__(self, inner: int, outer: int, kernel: int, second: bool = False) -> None:
        super().__init__(inner, outer, kernel, stride=2, padding=(kernel // 2, 0 if second else kernel // 2))
        self.second = second

    def forward(self, x: Tensor) -> Tensor:
        margin = self.kernel_size[1] // 2
        return super().forward(F.pad(x, (margin - 1, margin)) if self.second else x)


class Down(nn.Sequential):
    """Strided 3x3 convolution and ReLU: [B, Cin, H, W] -> [B, Cout, H/2, W/2]. `second`: see Halving."""

    def __init__(self, inner: int, outer: int, second: bool = False) -> None:
        super().__init__(Halving(inner, outer, 3, second), nn.ReLU())


class Up(nn.Sequential):
    """1x1 convolution and pixel shuffle: [B, Cin, H, W] -> [B, Cout, 2H, 2W].

    Pixel shuffle (DepthToSpace) rather than interpolation: it has a kernel on every provider and keeps sub-pixel detail.
    """

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__(nn.Conv2d(inner, 4 * outer, 1), nn.PixelShuffle(2))


def partition(x: Tensor, patches: tuple[int, int]) -> Tensor:
    """Cut [B, C, H, W] into rows x columns non-overlapping patches: [B*rows*columns, C, H/rows, W/columns]."""
    rows, columns = patches
    if rows == 1 and columns == 1:
        return x
    b, c, h, w = x.shape
    x = x.reshape(b, c, rows, h // rows, columns, w // columns)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(b * rows * columns, c, h // rows, w // columns)


def assemble(x: Tensor, patches: tuple[int, int]) -> Tensor:
    """The inverse of `partition`: [B*rows*columns, C, h, w] -> [B, C, rows*h, columns*w]."""
    rows, columns = patches
    if rows == 1 and columns == 1:
        return x
    n, c, h, w = x.shape
    b = n // (rows * columns)
    x = x.reshape(b, rows, columns, c, h, w)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(b, c, rows * h, columns * w)


def zero_init(layer: nn.Conv2d) -> nn.Conv2d:
    """Start a layer at zero, so that a residual branch begins as the identity."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def learn_slowly(layer: nn.Module, share: float = 0.1) -> nn.Module:
    """Train it at this share of the learning rate (`train.optimiser`).

    For what predicts offsets: Muon's updates are as large at the end as at the beginning, and drove nine tenths of them to
    their bound, where they have no gradient and a tap reads what is far away.
    """
    for p in layer.parameters():
        p.rate_share = share
    return layer


def begin_as(block: nn.Module, source: ResidualBlock) -> None:
    """Give a block that is built on a residual block (`first`, `second`) the convolutions of one."""
    block.first.load_state_dict(source.first.state_dict())
    block.second.load_state_dict(source.second.state_dict())


def silence(block: nn.Module) -> None:
    """Make a residual block the identity at first."""
    zero_init(block.second)


def with_silent_blocks(network: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """`weights` of the same network with shorter rows of residual blocks, and for each block that they lack the identity."""
    grown = dict(weights)
    for name, block in network.named_modules(remove_duplicate=False):  # weights that stages share have a name for each
        if hasattr(block, "second") and f"{name}.second.weight" not in weights:
            silence(block)
            grown |= {f"{name}.{key}": value for key, value in block.state_dict().items()}
    return grown


@torch.no_grad()
def mirror(module: nn.Module, upright: bool = False) -> None:
    """Turn convolutions about the diagonal (or the upright axis), so that the module does to the image that was turned before
    what it did to the image.

    Exact for layers without a sense of direction of their own. About the upright axis the columns that halvings keep
    change as well: `Halving.second` must differ from what it was.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            part.weight.copy_((part.weight.flip(3) if upright else part.weight.transpose(2, 3)).clone())
        if isinstance(part, nn.Sequential):
            for convolution, shuffle in zip(part, list(part)[1:], strict=False):
                if isinstance(shuffle, nn.PixelShuffle):
                    _mirror_shuffled(convolution, shuffle.upscale_factor, upright)


def _mirror_shuffled(convolution: nn.Conv2d, factor: int, upright: bool) -> None:
    """Channel c * f^2 + i * f + j becomes row i, column j of a cell."""
    for values in (convolution.weight, convolution.bias):
        cells = values.reshape(-1, factor, factor, *values.shape[1:])
        turned = cells.flip(2) if upright else cells.transpose(1, 2)
        values.copy_(turned.reshape(values.shape).clone())


def image_head(channels: int, stride: int, kernel: int = 3) -> nn.Sequential:
    """Features on a grid of `stride` -> a residual image, zero at first: [B, C, h, w] -> [B, 3, h*stride, w*stride]."""
    return nn.Sequential(
        zero_init(nn.Conv2d(channels, 3 * stride**2, kernel, padding=kernel // 2)), nn.PixelShuffle(stride)
    )


class ErrorHead(nn.Sequential):
    """The error that a stage expects to remain (>= 0): what the application reads as difficulty.

    Not in any paper: it is supervised by |restored - sharp|, which synthesis gives for free, and is calibrated.
    It looks at the features, it does not shape them: gradients stop here, so that restoration is never traded for being
    easy to predict. [B, C, h, w] -> [B, 1, h, w] in units of the image range.
    """

    def __init__(self, channels: int, hidden: int = 16) -> None:
        super().__init__(nn.Conv2d(channels, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, 1, 3, padding=1))
        nn.init.constant_(self[2].bias, -3.5)  # softplus(-3.5) = 0.03, a typical mean error

    def forward(self, features: Tensor) -> Tensor:
        return F.softplus(super().forward(features.detach()).float())


def upsampling(inner: int, outer: int, transposed: bool) -> nn.Module:
    """[B, Cin, H, W] -> [B, Cout, 2H, 2W], by the transposed 4x4 convolution of the papers or as `Up` does, which is faster."""
    return nn.ConvTranspose2d(inner, outer, 4, stride=2, padding=1) if transposed else Up(inner, outer)


def full_precision(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Cast to float32: pooling, softmax and grid sampling are kept out of half precision."""
    return tuple(t.to(torch.float32) for t in tensors)
