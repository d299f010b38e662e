"""BANet: blur-aware modules in series, in a single pass."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import SelfAttention
from ..blocks import BlockRow, ErrorHead, image_head, upsampling
from ..network import Maps, Modules, Network, State
from .attention import BlurAwareAttention
from .config import BanetConfig


class ParallelDilatedConvolution(nn.Module):
    """PDC: parallel 3x3 convolutions of different dilation: C -> C/2 * len(rates) channels."""

    def __init__(self, channels: int, rates: tuple[int, ...]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Conv2d(channels, channels // 2, 3, padding=rate, dilation=rate) for rate in rates
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([F.relu(branch(x)) for branch in self.branches], dim=1)


class CascadedDilatedConvolution(nn.Sequential):
    """CPDC: two PDC with a 3x3 convolution between them; one PDC if not `cascaded` (Table 3)."""

    def __init__(self, channels: int, rates: tuple[int, ...], cascaded: bool) -> None:
        layers: list[nn.Module] = [ParallelDilatedConvolution(channels, rates)]
        if cascaded:
            bridge = nn.Conv2d(channels // 2 * len(rates), channels, 3, padding=1)
            layers += [bridge, nn.ReLU(), ParallelDilatedConvolution(channels, rates)]
        super().__init__(*layers)


class BlurAwareModule(nn.Module):
    """x + f(BA(x), CPDC(BA(x))): attention finds the blur, dilated convolutions remove it.

    The text joins both outputs "learnably": here by a 1x1 convolution of the two. CPDC reads the
    attended features.
    """

    def __init__(self, config: BanetConfig) -> None:
        super().__init__()
        c, switches = config.channels, config.switches
        self.attention: SelfAttention | BlurAwareAttention | None = None
        if switches.attention == "self":
            self.attention = SelfAttention(c)
        elif switches.strip_pooling or switches.refinement:
            self.attention = BlurAwareAttention(
                c, config.mask_channels, config.strips, switches.strip_pooling, switches.refinement
            )
        self.content = CascadedDilatedConvolution(c, config.rates, switches.cascaded)
        self.join = nn.Conv2d(c + c // 2 * len(config.rates), c, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns features of the shape of x, [B, C, H, W], and the attention mask or `None`."""
        mask = None
        if isinstance(self.attention, SelfAttention):
            attended = self.attention(x)
        elif self.attention is not None:
            attended, mask = self.attention(x)
        else:
            attended = x
        return x + self.join(torch.cat((attended, self.content(attended)), dim=1)), mask


class BanetStage(nn.Module):
    """Two convolutions that shrink the image, the modules, upsampling, and a residual image.

    At half resolution (the paper's) the first convolution keeps the size and the second halves it.
    """

    def __init__(self, config: BanetConfig) -> None:
        super().__init__()
        c = config.channels
        wide = config.halvings == 1
        if wide:
            self.stem = nn.Conv2d(3, c, 3, padding=1)
        else:
            self.stem = nn.Conv2d(3, c, 5, stride=2, padding=2)
        self.down = nn.Conv2d(c, c, 3, stride=2, padding=1)
        blocks = [BlurAwareModule(config) for _ in range(config.modules)]
        self.blocks = BlockRow(blocks)
        self.up = upsampling(c, c, config.transposed)
        self.head = image_head(c, 1 if wide else 2)
        self.error = ErrorHead(c)
        self.wide = wide

    def forward(self, image: Tensor, previous: None = None) -> tuple[State, Maps]:
        first = F.relu(self.stem(image))
        x = F.relu(self.down(first))
        x, mask = self.blocks(x)
        up = F.relu(self.up(x) + first)
        restored = image + self.head(up).float()
        difficulty = self.error(x if self.wide else up)
        if mask is None:
            return State(restored, difficulty), Maps(attention=torch.ones_like(difficulty))
        attention = mask.float().mean(dim=1, keepdim=True)
        return State(restored, difficulty), Maps(attention=attention)


class Banet(Network):
    """One stage; its map is the channel mean of the last module's mask M_mksp."""

    def __init__(self, config: BanetConfig) -> None:
        super().__init__(config)
        self.stages = Modules([BanetStage(config)])
