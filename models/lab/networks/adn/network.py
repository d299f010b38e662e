"""ADN: one encoder-decoder applied to three scales of the image, coarse to fine (eq. 2-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import BlockRow, ErrorHead, ResidualBlock, begin_as, image_head, silence, upsampling
from ..network import Adopting, Maps, Modules, Network, State
from ..saphn_nu import SaphnNu
from ..saphn_nu.stage import Stage
from .attention import ResidualAttentionBlock
from .config import AdnConfig


def group(config: AdnConfig, level: int, space: bool) -> BlockRow[ResidualAttentionBlock]:
    """Returns the residual attention blocks of a level (0 = finest)."""
    cell = config.cell // (config.stem_stride * 2**level)
    return BlockRow(
        ResidualAttentionBlock(
            config.widths[level], config.kernel, config.reduction, space, config.switches, cell
        )
        for _ in range(config.blocks[level])
    )


class EncoderDecoder(nn.Module):
    """M of eq. 2-3: three encoder and three decoder groups, with skips between the finer two.

    Maps (blurred, result of the coarser scale), [B, 3, H, W] each, to (residual image,
    difficulty, spatial attention). The paper concatenates the two images; the sum of one
    convolution for each is equivalent and avoids a bug of ONNX Runtime 1.30, whose WebGPU provider
    computes convolutions of 6, 9 or 18 channels (multiples of 3 but not of 4) wrongly.
    """

    def __init__(self, config: AdnConfig) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        k, stride, switches = config.kernel, config.stem_stride, config.switches
        self.stem = nn.Conv2d(3, c1, 5, stride=stride, padding=2)
        self.stem_guess = nn.Conv2d(3, c1, 5, stride=stride, padding=2, bias=False)
        self.down2 = nn.Conv2d(c1, c2, k, stride=2, padding=k // 2)
        self.down3 = nn.Conv2d(c2, c3, k, stride=2, padding=k // 2)
        self.encode = Modules(group(config, i, switches.encoder_attention) for i in range(3))
        self.decode = Modules(group(config, i, switches.decoder_attention) for i in range(3))
        self.up2 = upsampling(c3, c2, config.transposed)
        self.up1 = upsampling(c2, c1, config.transposed)
        self.head = image_head(c1, stride, k)
        self.error = ErrorHead(c1)

    def forward(self, blurred: Tensor, guess: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        return self.with_features(blurred, guess)[:3]

    def with_features(
        self, blurred: Tensor, guess: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None, tuple[Tensor, Tensor, Tensor]]:
        """Returns the outputs of `forward`, and the features that the extent head reads.

        They are the encoder's and the decoder's deepest ones and the decoder's middle ones, at
        1/4, 1/4 and 1/2 of the stem's size.
        """
        first, _ = self.encode[0](self.stem(blurred) + self.stem_guess(guess))
        second, _ = self.encode[1](F.relu(self.down2(first)))
        encoded, _ = self.encode[2](F.relu(self.down3(second)))
        deep, _ = self.decode[2](encoded)
        middle, _ = self.decode[1](self.up2(deep) + second)
        fine, attention = self.decode[0](self.up1(middle) + first)
        features = encoded, deep, middle
        return self.head(fine).float(), self.error(fine), attention, features

    def adopt(self, donor: Stage) -> None:
        """Starts as stage 1 of SAPHN-NU; the result of the coarser scale is ignored at first."""
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
        # Encoder and decoder share out the donor's bottleneck blocks.
        rows = zip((*self.encode, *self.decode), self._blocks_of(donor), strict=True)
        for row, sources in rows:
            for block, source in zip_longest(row, sources[: len(row)]):
                if source is None:
                    silence(block)
                else:
                    begin_as(block, source)
                    block.attention.begin_even(block.second)

    @staticmethod
    def _blocks_of(donor: Stage) -> tuple[Sequence[ResidualBlock], ...]:
        deep = donor.blocks("bottleneck")
        half = len(deep) // 2
        encoder = donor.blocks("encode1"), donor.blocks("encode2"), deep[:half]
        return (*encoder, donor.blocks("decode1"), donor.blocks("decode2"), deep[half:])


@dataclass
class AdnState(State):
    """Output of a scale; `restored` and `difficulty` are enlarged to the photo's size."""

    scaled: Tensor  # g_t of eq. 2-3: [B, 3, H/2^k, W/2^k], k scales below the finest


class Scale(nn.Module):
    """Scale `index` (0 = coarsest): g_t = f_t + M(f_t, enlarged g_{t-1}).

    The paper's M returns the image itself. A residual starts as the identity, and every scale
    keeps the detail of its own f_t. For the same reason the image of a coarse scale is the photo
    plus the enlarged change: never softer than the photo.
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
        state = AdnState(restored, enlarge(difficulty, self.halvings), scaled)
        # Means of 4x4 cells: two pixel shuffles give the 16 cells different levels.
        return state, Maps(attention=F.avg_pool2d(attention, 4))


def shrink(x: Tensor, halvings: int) -> Tensor:
    """Halves [B, C, H, W] `halvings` times by means of 2x2 pixels."""
    for _ in range(halvings):
        x = F.avg_pool2d(x, 2)
    return x


def enlarge(x: Tensor, doublings: int) -> Tensor:
    """Scales [B, C, H, W] bilinearly by 2^doublings."""
    if doublings == 0:
        return x
    return F.interpolate(x, scale_factor=float(2**doublings), mode="bilinear", align_corners=False)


class Adn(Network, Adopting):
    """One stage per scale; the stages share one encoder-decoder (Table 4) or have one each."""

    carried = ("scaled",)
    config: AdnConfig
    stages: Modules[Scale]

    def __init__(self, config: AdnConfig) -> None:
        super().__init__(config)
        count = 1 if config.switches.share else config.scales
        bodies = [EncoderDecoder(config) for _ in range(count)]
        self.stages = Modules(Scale(bodies[i % count], config, i) for i in range(config.scales))

    def outputs(self, states: list[AdnState]) -> list[Tensor]:
        """Returns every scale's image at its own size (eq. 8), or the finest alone (Table 7)."""
        images = [state.scaled for state in states]
        return images if self.config.switches.multi_scale else images[-1:]

    @torch.no_grad()
    def adopt(self, donor: Network) -> None:
        """Starts every scale as stage 1 of SAPHN-NU, whose layers differ only in attention."""
        if not isinstance(donor, SaphnNu):
            raise TypeError(f"ADN adopts layers of SAPHN-NU, not of {type(donor).__name__}")
        for stage in self.stages:
            stage.body.adopt(donor.stages[0])

    def freeze(self, count: int) -> None:
        """Excludes the first `count` scales from training.

        Raises ValueError if the scales share their weights.
        """
        if count and self.config.switches.share:
            raise ValueError("scales that share their weights cannot be frozen one by one")
        super().freeze(count)
