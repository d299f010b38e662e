"""Building blocks shared by several networks."""

from __future__ import annotations

from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .network import Modules

L = TypeVar("L", bound=nn.Module)
B = TypeVar("B", bound=nn.Module)


class TwoConvolutions(Protocol):
    """Block that is built on the two convolutions of a residual block."""

    first: nn.Conv2d
    second: nn.Conv2d


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), 3x3: [B, C, H, W] -> [B, C, H, W].

    No normalisation: it costs memory traffic on a CPU and ties the result to a tile's statistics.
    """

    def __init__(self, channels: int, kernel: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


def residual_blocks(channels: int, count: int) -> nn.Sequential:
    """Returns `count` residual blocks in series; 0 gives the identity."""
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))


class BlockRow(Modules[B]):
    """Blocks in series, each of which returns (features, map or `None`)."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns the features and the last block's map."""
        shown = None
        for block in self:
            x, shown = block(x)
        return x, shown


class Halving(nn.Conv2d):
    """Convolution of stride 2: [B, Cin, H, W] -> [B, Cout, H/2, W/2], even sides.

    Keeps the first column of each pair, or the second one if `second`. A network mirrored left to
    right needs the other column.
    """

    def __init__(self, inner: int, outer: int, kernel: int, second: bool = False) -> None:
        margin = kernel // 2
        super().__init__(inner, outer, kernel, stride=2, padding=(margin, 0 if second else margin))
        self.second = second

    def forward(self, x: Tensor) -> Tensor:
        margin = self.kernel_size[1] // 2
        return super().forward(F.pad(x, (margin - 1, margin)) if self.second else x)


class Down(nn.Sequential):
    """Strided 3x3 convolution and ReLU: [B, Cin, H, W] -> [B, Cout, H/2, W/2]."""

    def __init__(self, inner: int, outer: int, second: bool = False) -> None:
        super().__init__(Halving(inner, outer, 3, second), nn.ReLU())


class Up(nn.Sequential):
    """1x1 convolution and pixel shuffle: [B, Cin, H, W] -> [B, Cout, 2H, 2W].

    Pixel shuffle (DepthToSpace) has a kernel on every provider and keeps sub-pixel detail, which
    interpolation does not.
    """

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__(nn.Conv2d(inner, 4 * outer, 1), nn.PixelShuffle(2))


def partition(x: Tensor, patches: tuple[int, int]) -> Tensor:
    """Cuts [B, C, H, W] into rows x columns patches: [B*rows*columns, C, H/rows, W/columns]."""
    rows, columns = patches
    if rows == 1 and columns == 1:
        return x
    b, c, h, w = x.shape
    x = x.reshape(b, c, rows, h // rows, columns, w // columns)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(b * rows * columns, c, h // rows, w // columns)


def assemble(x: Tensor, patches: tuple[int, int]) -> Tensor:
    """Inverts `partition`: [B*rows*columns, C, h, w] -> [B, C, rows*h, columns*w]."""
    rows, columns = patches
    if rows == 1 and columns == 1:
        return x
    n, c, h, w = x.shape
    b = n // (rows * columns)
    x = x.reshape(b, rows, columns, c, h, w)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(b, c, rows * h, columns * w)


def bias_of(layer: nn.Module) -> Tensor:
    """Returns the bias of a layer. Raises TypeError if it has none."""
    if not isinstance(layer.bias, Tensor):
        raise TypeError(f"{layer} has no bias")
    return layer.bias


def zero_init(layer: nn.Conv2d) -> nn.Conv2d:
    """Sets weights and bias to zero, so that a residual branch starts as the identity."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def learn_slowly(layer: L, share: float = 0.1) -> L:
    """Makes `train.optimiser` use this share of the learning rate for a layer's parameters.

    Meant for layers that predict offsets. Muon's updates do not shrink near a minimum: they drove
    nine tenths of the offsets to their bound, where tanh has no gradient and a tap reads far away.
    """
    for p in layer.parameters():
        p.rate_share = share  # type: ignore[attr-defined]  # a mark for the optimiser
    return layer


def begin_as(block: TwoConvolutions, source: ResidualBlock) -> None:
    """Copies the two convolutions of a residual block into `block`."""
    block.first.load_state_dict(source.first.state_dict())
    block.second.load_state_dict(source.second.state_dict())


def silence(block: TwoConvolutions) -> None:
    """Makes a residual block start as the identity."""
    zero_init(block.second)


def with_silent_blocks(network: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Adds identity blocks to `weights` of the same network with fewer residual blocks.

    Also silences those blocks in `network`. Returns a state dict that has every parameter of the
    network's residual blocks.
    """
    grown = dict(weights)
    # Duplicates stay: weights that stages share have one name per stage.
    for name, block in network.named_modules(remove_duplicate=False):
        second = getattr(block, "second", None)
        if isinstance(second, nn.Conv2d) and f"{name}.second.weight" not in weights:
            zero_init(second)
            grown |= {f"{name}.{key}": value for key, value in block.state_dict().items()}
    return grown


@torch.no_grad()
def mirror(module: nn.Module, upright: bool = False) -> None:
    """Mirrors all convolutions about the diagonal, or about the vertical axis if `upright`.

    Afterwards module(mirrored image) = mirrored module(image), exactly for layers that have no
    preferred direction themselves. About the vertical axis, strided convolutions keep the other
    column of each pair: construct the module with the opposite `Halving.second`.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            turned = part.weight.flip(3) if upright else part.weight.transpose(2, 3)
            part.weight.copy_(turned.clone())
        if isinstance(part, nn.Sequential):
            for convolution, shuffle in zip(part, list(part)[1:], strict=False):
                if isinstance(convolution, nn.Conv2d) and isinstance(shuffle, nn.PixelShuffle):
                    _mirror_shuffled(convolution, shuffle.upscale_factor, upright)


def _mirror_shuffled(convolution: nn.Conv2d, factor: int, upright: bool) -> None:
    """Reorders output channels: channel c * f^2 + i * f + j becomes row i, column j of a cell."""
    for values in (convolution.weight, bias_of(convolution)):
        cells = values.reshape(-1, factor, factor, *values.shape[1:])
        turned = cells.flip(2) if upright else cells.transpose(1, 2)
        values.copy_(turned.reshape(values.shape).clone())


def image_head(channels: int, stride: int, kernel: int = 3) -> nn.Sequential:
    """Returns a residual image head: [B, C, h, w] -> [B, 3, h*stride, w*stride], initially zero."""
    return nn.Sequential(
        zero_init(nn.Conv2d(channels, 3 * stride**2, kernel, padding=kernel // 2)),
        nn.PixelShuffle(stride),
    )


class ErrorHead(nn.Sequential):
    """Predicts the remaining error |restored - sharp| of a stage, shown as difficulty.

    [B, C, h, w] -> [B, 1, h, w], not negative, in units of the image range. Not in any paper:
    synthesis supplies the target. Gradients stop at the features, so restoration is never traded
    for predictability.
    """

    def __init__(self, channels: int, hidden: int = 16) -> None:
        first, last = nn.Conv2d(channels, hidden, 1), nn.Conv2d(hidden, 1, 3, padding=1)
        super().__init__(first, nn.ReLU(), last)
        nn.init.constant_(bias_of(last), -3.5)  # softplus(-3.5) = 0.03, a typical mean error

    def forward(self, features: Tensor) -> Tensor:
        error = super().forward(features.detach())  # type: ignore[no-untyped-call]  # of torch
        return F.softplus(error.float())


def upsampling(inner: int, outer: int, transposed: bool) -> nn.Module:
    """Returns a layer [B, Cin, H, W] -> [B, Cout, 2H, 2W].

    `transposed` selects the papers' 4x4 transposed convolution; `Up` is faster.
    """
    if transposed:
        return nn.ConvTranspose2d(inner, outer, 4, stride=2, padding=1)
    return Up(inner, outer)


def full_precision(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Casts to float32: pooling, softmax and grid sampling lose too much in half precision."""
    return tuple(t.to(torch.float32) for t in tensors)
