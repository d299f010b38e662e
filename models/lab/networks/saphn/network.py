"""SAPHN: three levels over 4, 2 and 1 patches; each level's features go into the next (Fig. 1)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import BlockRow, Down, ErrorHead, Halving, Up, assemble, begin_as, image_head, partition, silence
from ..network import Maps, Network
from ..saphn_nu import SaphnNu
from ..saphn_nu.stage import Stage
from .config import SaphnConfig
from .content_aware import ContentAwareBlock


@dataclass
class SaphnState:
    """What a level leaves behind; levels without a head of their own leave no image."""

    restored: Tensor | None  # [B, 3, H, W]
    difficulty: Tensor | None  # [B, 1, H/s, W/s]
    features: Tensor  # [B, C1, H/s, W/s]
    bottleneck: Tensor  # [B, C3, H/4s, W/4s]


def row(config: SaphnConfig, scale: int, count: int, patches: tuple[int, int]) -> BlockRow:
    """The residual blocks of one scale, on the way down or up."""
    return BlockRow(ContentAwareBlock(config.widths[scale], config, patches, config.content[scale]) for _ in range(count))


class Level(nn.Module):
    """An encoder-decoder over the patches of level `index` (0: the most patches)."""

    def __init__(self, config: SaphnConfig, index: int, head: bool) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        switches = config.switches
        self.cut = config.patches[index] if config.halo == "none" else (1, 1)  # of the whole level
        inner = config.patches[index] if config.halo == "shared" else (1, 1)  # of the content-aware modules

        def attention(source: int, wanted: bool) -> GlobalAttention | None:
            if not wanted:
                return None
            return GlobalAttention(source, source, source, config.clusters, switches.mask, space=False, average=True)

        second = config.second[index]
        self.stem = Halving(3, c1, 5, second) if config.grid_stride == 2 else nn.Conv2d(3, c1, 5, padding=2)
        self.down1, self.down2 = Down(c1, c2, second), Down(c2, c3, second)
        self.encode = nn.ModuleList(row(config, scale, config.encoder[scale], inner) for scale in range(3))
        self.up2, self.up1 = Up(c3, c2), Up(c2, c1)
        self.decode2 = row(config, 1, config.decoder[0], inner)
        self.decode1 = row(config, 0, config.decoder[1], inner)
        self.cross2 = attention(c2, config.cross[0] and switches.cross_attention)
        self.cross1 = attention(c1, config.cross[1] and switches.cross_attention)
        self.cross_level = attention(c3, index > 0 and switches.cross_level_attention)
        self.head = image_head(c1, config.grid_stride) if head else None
        self.error = ErrorHead(c1) if head else None
        if index > 0:
            # As in SAPHN-NU: how much of the lower level comes over, by channel, and how far its image moves back to the input.
            self.carry = nn.Parameter(torch.ones(c1, 1, 1))
            self.carry_deep = nn.Parameter(torch.ones(c3, 1, 1))
            self.doubt = nn.Parameter(torch.zeros(3, 1, 1)) if switches.auxiliary else None

    def forward(self, image: Tensor, previous: SaphnState | None, base: Tensor) -> tuple[SaphnState, Maps]:
        """`base`: the image that this level's residual is added to."""
        if base is not image:
            base = base + self.doubt * (image - base)
        lower = () if previous is None else (previous.features, previous.bottleneck)
        parts = self._run(*(partition(x, self.cut) for x in (image, *lower)))
        features, deep, attention, residual, difficulty = (x if x is None else assemble(x, self.cut) for x in parts)
        if residual is None:
            return SaphnState(None, None, features, deep), Maps()
        shown = torch.ones_like(difficulty) if attention is None else attention
        return SaphnState(base + residual, difficulty, features, deep), Maps(attention=shown)

    def adopt(self, donor: Stage) -> None:
        """Begin as a stage of SAPHN-NU, without its sampled refinement."""
        for name in ("stem", "down1", "down2", "up2", "up1", "head"):
            getattr(self, name).load_state_dict(getattr(donor, name).state_dict())
        self.error.load_state_dict(donor.sampling.error.state_dict())
        for block, source in zip(
            (*self.encode[0], *self.encode[1], *self.decode2, *self.decode1),
            (*donor.encode1, *donor.encode2, *donor.decode2, *donor.decode1),
            strict=True,
        ):
            begin_as(block, source)
        for block in self.encode[2]:
            silence(block)  # its content-aware modules are of another kind
        for own, theirs in ((self.cross2, donor.cross), (self.cross_level, donor.cross_level)):
            if own is not None:
                begin_gathering_as(own, theirs)
        for name in ("carry", "carry_deep", "doubt") if donor.index > 0 else ():
            getattr(self, name).copy_(getattr(donor, name))

    def _run(self, image: Tensor, features: Tensor | None = None, bottleneck: Tensor | None = None) -> tuple[Tensor | None, ...]:
        """With the lower level's features and bottleneck -> this level's, attention map, residual image and difficulty."""
        grid = self.stem(image)
        if features is not None:
            grid = grid + self.carry * features
        first, _ = self.encode[0](grid)
        second, _ = self.encode[1](self.down1(first))
        deep, attention = self.encode[2](self.down2(second))
        if bottleneck is not None:
            found = 0 if self.cross_level is None else self.cross_level.on_grid(bottleneck, deep)
            deep = deep + self.carry_deep * (bottleneck + found)
        middle, _ = self.decode2(joined(self.up2(deep), second, self.cross2))
        fine, _ = self.decode1(joined(self.up1(middle), first, self.cross1))
        if self.head is None:
            return fine, deep, attention, None, None
        return fine, deep, attention, self.head(fine).float(), self.error(fine)


def joined(up: Tensor, skip: Tensor, cross: GlobalAttention | None) -> Tensor:
    """Decoder features with the encoder's of the same scale: the sum, and what cross attention finds for each place.

    The scene matters there, not its finest detail: it is gathered from the halved map.
    """
    x = up + skip
    return x if cross is None else x + cross.on_grid(F.avg_pool2d(skip, 2), up)


@torch.no_grad()
def begin_gathering_as(own: GlobalAttention, donor: GlobalAttention) -> None:
    """Begin as an attention of SAPHN-NU, which adds over the clusters, and whose M_S halves what it gathers at first."""
    own.load_state_dict(donor.state_dict(), strict=False)
    clusters = own.gather.out_channels
    own.project.weight.mul_(clusters / 2)
    own.project.bias.mul_(clusters)


class Levels(nn.Module):
    """One stage: levels in a row, of which the last has an image.

    With auxiliary heads every level is a stage; it adds its residual to the image before, which stays the earlier level's
    business (as in SAPHN-NU). Without them the three levels are one stage, as in the paper.
    """

    def __init__(self, config: SaphnConfig, indices: range) -> None:
        super().__init__()
        self.levels = nn.ModuleList(Level(config, i, head=i == indices[-1]) for i in indices)

    def forward(self, image: Tensor, previous: SaphnState | None = None) -> tuple[SaphnState, Maps]:
        base = image
        if previous is not None:
            base = previous.restored.detach() if self.training else previous.restored
        for level in self.levels:
            previous, maps = level(image, previous, base)
        return previous, maps


class Saphn(Network):
    """Three stages with auxiliary heads, one without. Its map: where attention gathers from."""

    def __init__(self, config: SaphnConfig) -> None:
        count = len(config.patches)
        if config.switches.auxiliary:
            super().__init__(config, (Levels(config, range(i, i + 1)) for i in range(count)))
            self.carried = ("restored", "features", "bottleneck")
        else:
            super().__init__(config, [Levels(config, range(count))])

    @torch.no_grad()
    def adopt(self, donor: SaphnNu) -> None:
        """Begin as SAPHN-NU, its successor, whose stages are made of the same layers. Only with auxiliary heads."""
        for own, stage in zip(self.stages, donor.stages, strict=True):
            own.levels[0].adopt(stage)
