"""RADN: a dense encoder, self-attention and a decoder of dense deformable modules, in one pass."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import SelfAttention
from ..blocks import ErrorHead, image_head, upsampling
from ..network import Maps, Modules, Network, State
from .config import RadnConfig
from .deformable import BottleneckBlock, DenseDeformableModule, spread
from .dense import DenseBlock, Transition


class ContextPooling(nn.Module):
    """Appends means over square windows: C -> C + len(windows) * outer channels.

    Each mean passes a 1x1 convolution and is enlarged again. The windows have fixed sizes, not
    shares of the map: a tile is a part of a photo, and its size says nothing about the scene.
    """

    def __init__(self, inner: int, outer: int, windows: tuple[int, ...]) -> None:
        super().__init__()
        self.windows = windows
        self.reduce = nn.ModuleList(nn.Conv2d(inner, outer, 1) for _ in windows)

    def forward(self, x: Tensor) -> Tensor:
        means = [
            F.interpolate(
                F.relu(reduce(F.avg_pool2d(x, window))), scale_factor=float(window), mode="bilinear"
            )
            for window, reduce in zip(self.windows, self.reduce, strict=True)
        ]
        return torch.cat((x, *means), dim=1)


class RadnStage(nn.Module):
    """The whole network; it adds a residual image, as the paper does."""

    def __init__(self, config: RadnConfig) -> None:
        super().__init__()
        self.config = config
        switches, normalise = config.switches, config.normalise
        # A 6x6 convolution of stride 2 equals space-to-depth by 2 and a 3x3 convolution, and every
        # runtime supports it.
        self.stem = nn.Conv2d(3, config.stem, 6, stride=2, padding=2)
        self.blocks, self.transitions = nn.ModuleList(), nn.ModuleList()
        channels = config.stem
        skips: list[int] = []
        for level, units in enumerate(config.units):
            block = DenseBlock(channels, units, config.growth, config.expansion, normalise)
            self.blocks.append(block)
            channels = block.outer
            if level < 2:
                transition = Transition(channels, normalise, config.learned_shrinking)
                self.transitions.append(transition)
                skips.append(transition.skip)
                channels = transition.deep
        self.attention = None
        if switches.self_attention:
            self.attention = SelfAttention(channels, config.attention_pool)
        self.decoder, self.ups = nn.ModuleList(), nn.ModuleList()
        for sizes, skip in zip(config.decoder, (0, *reversed(skips)), strict=True):
            inner = channels + skip
            self.decoder.append(
                DenseDeformableModule(inner, sizes, config.max_offset, switches.deformable)
                if switches.dense
                else BottleneckBlock(inner, sizes)
            )
            channels = sizes.outer
            if len(self.decoder) < 3:
                self.ups.append(upsampling(channels, channels, config.transposed))
        self.error = ErrorHead(channels)
        self.tail = None
        stride = 2
        if config.tail:
            self.tail = upsampling(channels, config.tail, config.transposed)
            channels, stride = config.tail, 1
        windows = tuple(w // stride for w in config.windows)
        self.context = ContextPooling(channels, config.context, windows)
        self.head = image_head(channels + config.context * len(windows), stride)

    def forward(self, image: Tensor, previous: None = None) -> tuple[State, Maps]:
        x = self.stem(image)
        skips: list[Tensor] = []
        for level, block in enumerate(self.blocks):
            x = block(x)
            if level < 2:
                skip, x = self.transitions[level](x)
                skips.append(skip)
        before = x
        if self.attention is not None:
            x = self.attention(x)
        attention = (x - before).abs().mean(dim=1, keepdim=True)
        offsets = torch.zeros(len(x), 2, *x.shape[-2:], device=x.device)
        for level, module in enumerate(self.decoder):
            if level:
                x = torch.cat((self.ups[level - 1](x), skips.pop()), dim=1)
            x, delta = module(x)
            if delta is not None:
                offsets = spread(delta) * 2 ** (3 - level)
        difficulty = self.error(x)
        if self.tail is not None:
            x = F.relu(self.tail(x))
        restored = image + self.head(self.context(x)).float()
        return State(restored, difficulty), Maps(attention.float(), offsets.float())


class Radn(Network):
    """One stage.

    Its maps: the change by self-attention (Fig. 7, third row), and the spread of the offsets of
    the finest deformable layer.
    """

    shown = ("attention", "offsets")

    def __init__(self, config: RadnConfig) -> None:
        super().__init__(config)
        self.stages = Modules([RadnStage(config)])
