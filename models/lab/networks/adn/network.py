"""ADN: one encoder-decoder for three scales of the image, from coarse to fine (eq. 2-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import BlockRow, ErrorHead, ResidualBlock, begin_as, image_head, silence, upsampling
from ..network import Maps, Network, State
from ..saphn_nu import SaphnNu
from ..saphn_nu.stage import Stage
from .attention import ResidualAttentionBlock
from .config import AdnConfig


def group(config: AdnConfig, level: int, space: bool) -> BlockRow:
    """The residual attention blocks of one level."""
    return BlockRow(
        ResidualAttentionBlock(config.widths[level], config.kernel, config.reduction, space, config.switches)
        for _ in range(config.blocks[level])
    )


class EncoderDecoder(nn.Module):
    """M of eq. 2-3: three encoder groups and three decoder groups, with skips from the first two to the last two.

    Blurred and what the coarser scale made of it, [B, 3, H, W] each -> (residual image, difficulty, spatial attention).
    Their concatenation's first convolution is written as the sum of one for each, which is the same: ONNX Runtime 1.30's
    WebGPU provider computes convolutions of 6, 9 or 18 channels (multiples of 3, not of 4) wrongly.
    """

    def __init__(self, config: AdnConfig) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        k, stride, switches = config.kernel, config.stem_stride, config.switches
        self.stem = nn.Conv2d(3, c1, 5, stride=stride, padding=2)
        self.stem_guess = nn.Conv2d(3, c1, 5, stride=stride, padding=2, bias=False)
        self.down2 = nn.Conv2d(c1, c2, k, stride=2, padding=k // 2)
        self.down3 = nn.Conv2d(c2, c3, k, stride=2, padding=k // 2)
        self.encode = nn.ModuleList(group(config, level, switches.encoder_attention) for level in range(3))
        self.decode = nn.ModuleList(group(config, level, switches.decoder_attention) for level in range(3))
        self.up2 = upsampling(c3, c2, config.transposed)
        self.up1 = upsampling(c2, c1, config.transposed)
        self.head = image_head(c1, stride, k)
        self.error = ErrorHead(c1)

    def forward(self, blurred: Tensor, guess: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        first, _ = self.encode[0](self.stem(blurred) + self.stem_guess(guess))
        second, _ = self.encode[1](F.relu(self.down2(first)))
        deep, _ = self.encode[2](F.relu(self.down3(second)))
        deep, _ = self.decode[2](deep)
        middle, _ = self.decode[1](self.up2(deep) + second)
        fine, attention = self.decode[0](self.up1(middle) + first)
        return self.head(fine).float(), self.error(fine), attention

    def adopt(self, donor: Stage) -> None:
        """Begin as stage 1 of SAPHN-NU: what the coarser scale made of the image is not looked at yet."""
        for own, theirs in (
            (self.stem, donor.stem),
            (self.down2, donor.down1[0]),
            (self.down3, donor.down2[0]),
            (self.up2, donor.up2),
            (self.up1, donor.up1),
            (self.head, donor.head),
            (self.error, donor.sampling.error),
        ):
            own.load_state_dict(theirs.state_dict())
        nn.init.zeros_(self.stem_guess.weight)
        # Blocks at the bottleneck are shared out between encoder and decoder.
        rows = zip((*self.encode, *self.decode), self._blocks_of(donor), strict=True)
        for own, theirs in rows:
            for block, source in zip_longest(own, theirs[: len(own)]):
                if source is None:
                    silence(block)
                else:
                    begin_as(block, source)
                    block.attention.begin_even(block.second)

    @staticmethod
    def _blocks_of(donor: Stage) -> tuple[Sequence[ResidualBlock], ...]:
        deep = list(donor.bottleneck)
        half = len(deep) // 2
        return donor.encode1, donor.encode2, deep[:half], donor.decode1, donor.decode2, deep[half:]


@dataclass
class AdnState(State):
    """What a scale leaves behind; image and difficulty are enlarged to the photo's size."""

    scaled: Tensor  # g_t of eq. 2-3: [B, 3, H/2^k, W/2^k], k scales below the finest


class Scale(nn.Module):
    """Scale `index` (0: the coarsest) of the image.

    g_t = f_t + M(f_t, g_{t-1} enlarged). The paper's M puts out the image; a residual begins as the identity, and every scale
    keeps the detail of its own f_t. For the same reason the image of a coarse scale is shown as the photo plus the enlarged
    change: never softer than the photo.
    """

    def __init__(self, body: EncoderDecoder, config: AdnConfig, index: int) -> None:
        super().__init__()
        self.body = body
        self.halvings = config.scales - 1 - index

    def forward(self, image: Tensor, previous: AdnState | None = None) -> tuple[AdnState, Maps]:
        blurred = shrink(image, self.halvings)
        guess = blurred if previous is None else enlarge(previous.scaled, 1)  # eq. 2, eq. 3
        residual, difficulty, attention = self.body(blurred, guess)
        scaled = blurred + residual
        restored = image + enlarge(scaled - blurred, self.halvings)
        attention = torch.ones_like(difficulty) if attention is None else attention.float()
        # Shown as means of 4x4 cells: sub-pixel up-sampling, twice, gives each of them a level of its own.
        return AdnState(restored, enlarge(difficulty, self.halvings), scaled), Maps(attention=F.avg_pool2d(attention, 4))


def shrink(x: Tensor, halvings: int) -> Tensor:
    """Bilinear scaling by 1/2, `halvings` times: the mean of 2x2 pixels."""
    for _ in range(halvings):
        x = F.avg_pool2d(x, 2)
    return x


def enlarge(x: Tensor, doublings: int) -> Tensor:
    """Bilinear scaling by 2^doublings."""
    if doublings == 0:
        return x
    return F.interpolate(x, scale_factor=float(2**doublings), mode="bilinear", align_corners=False)


class Adn(Network):
    """Three stages, one for each scale; they share one encoder-decoder (Table 4) or have one each."""

    carried = ("scaled",)

    def __init__(self, config: AdnConfig) -> None:
        bodies = [EncoderDecoder(config) for _ in range(1 if config.switches.share else config.scales)]
        super().__init__(config, (Scale(bodies[i % len(bodies)], config, i) for i in range(config.scales)))

    def outputs(self, states: list[AdnState]) -> list[Tensor]:
        """Every scale's image at its own size (eq. 8), or the finest alone (Table 7)."""
        images = [state.scaled for state in states]
        return images if self.config.switches.multi_scale else images[-1:]

    @torch.no_grad()
    def adopt(self, donor: SaphnNu) -> None:
        """Every scale begins as stage 1 of SAPHN-NU, which is made of the same layers but for the attention."""
        for stage in self.stages:
            stage.body.adopt(donor.stages[0])

    def freeze(self, count: int) -> None:
        if count and self.config.switches.share:
            raise ValueError("the scales of this ADN share their weights: none can be frozen alone")
        super().freeze(count)
