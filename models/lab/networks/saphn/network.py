"""SAPHN: three levels over 4, 2 and 1 patches; each passes its features to the next (Fig. 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import (
    BlockRow,
    Down,
    ErrorHead,
    Halving,
    Up,
    assemble,
    begin_as,
    bias_of,
    image_head,
    partition,
    silence,
)
from ..network import Adopting, Maps, Modules, Network
from ..saphn_nu import SaphnNu
from ..saphn_nu.stage import Stage
from .config import SaphnConfig
from .content_aware import ContentAwareBlock


@dataclass
class SaphnState:
    """Output of a level; a level without heads has no image."""

    restored: Tensor | None  # [B, 3, H, W]
    difficulty: Tensor | None  # [B, 1, H/s, W/s]
    features: Tensor  # [B, C1, H/s, W/s]
    bottleneck: Tensor  # [B, C3, H/4s, W/4s]


class Parts(NamedTuple):
    """Output of a level on the patches that it was cut into."""

    features: Tensor
    bottleneck: Tensor
    attention: Tensor | None
    residual: Tensor | None
    difficulty: Tensor | None


def row(
    config: SaphnConfig, scale: int, count: int, patches: tuple[int, int]
) -> BlockRow[ContentAwareBlock]:
    """Returns the residual blocks at one resolution (0 = finest)."""
    return BlockRow(
        ContentAwareBlock(config.widths[scale], config, patches, config.content[scale])
        for _ in range(count)
    )


class Level(nn.Module):
    """Encoder-decoder over the patches of level `index` (0 = most patches)."""

    def __init__(self, config: SaphnConfig, index: int, head: bool) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        switches = config.switches
        # Patches of the whole level, and of its content-aware modules.
        self.cut = config.patches[index] if config.halo == "none" else (1, 1)
        inner = config.patches[index] if config.halo == "shared" else (1, 1)

        def attention(source: int, wanted: bool) -> GlobalAttention | None:
            if not wanted:
                return None
            return GlobalAttention(
                source, source, source, config.clusters, switches.mask, space=False, average=True
            )

        second = config.second[index]
        if config.grid_stride == 2:
            self.stem: nn.Conv2d = Halving(3, c1, 5, second)
        else:
            self.stem = nn.Conv2d(3, c1, 5, padding=2)
        self.down1, self.down2 = Down(c1, c2, second), Down(c2, c3, second)
        self.encode = Modules(row(config, i, config.encoder[i], inner) for i in range(3))
        self.up2, self.up1 = Up(c3, c2), Up(c2, c1)
        self.decode2 = row(config, 1, config.decoder[0], inner)
        self.decode1 = row(config, 0, config.decoder[1], inner)
        self.cross2 = attention(c2, config.cross[0] and switches.cross_attention)
        self.cross1 = attention(c1, config.cross[1] and switches.cross_attention)
        self.cross_level = attention(c3, index > 0 and switches.cross_level_attention)
        self.head = image_head(c1, config.grid_stride) if head else None
        self.error = ErrorHead(c1) if head else None
        self.doubt: nn.Parameter | None = None
        if index > 0:
            # As in SAPHN-NU: weights of the lower level's features per channel, and of moving the
            # lower level's image back to the input.
            self.carry = nn.Parameter(torch.ones(c1, 1, 1))
            self.carry_deep = nn.Parameter(torch.ones(c3, 1, 1))
            if switches.auxiliary:
                self.doubt = nn.Parameter(torch.zeros(3, 1, 1))

    def forward(
        self, image: Tensor, previous: SaphnState | None, base: Tensor
    ) -> tuple[SaphnState, Maps]:
        """Runs the level; its residual is added to `base`, the input or the lower level's image."""
        if base is not image and self.doubt is not None:
            base = base + self.doubt * (image - base)
        lower = () if previous is None else (previous.features, previous.bottleneck)
        parts = self._run(*(partition(x, self.cut) for x in (image, *lower)))
        features, deep = (assemble(x, self.cut) for x in parts[:2])
        if parts.residual is None or parts.difficulty is None:
            return SaphnState(None, None, features, deep), Maps()
        attention = parts.attention
        residual, difficulty = (assemble(x, self.cut) for x in (parts.residual, parts.difficulty))
        shown = torch.ones_like(difficulty) if attention is None else assemble(attention, self.cut)
        return SaphnState(base + residual, difficulty, features, deep), Maps(attention=shown)

    def adopt(self, donor: Stage) -> None:
        """Starts as a stage of SAPHN-NU without its sampled refinement."""
        for name in ("stem", "down1", "down2", "up2", "up1", "head"):
            getattr(self, name).load_state_dict(getattr(donor, name).state_dict())
        if self.error is not None:
            self.error.load_state_dict(donor.sampling.error.state_dict())
        blocks = (*self.encode[0], *self.encode[1], *self.decode2, *self.decode1)
        names = ("encode1", "encode2", "decode2", "decode1")
        sources = [source for name in names for source in donor.blocks(name)]
        for block, source in zip(blocks, sources, strict=True):
            begin_as(block, source)
        for block in self.encode[2]:
            silence(block)  # the donor's content-aware modules are of another kind
        for own, theirs in ((self.cross2, donor.cross), (self.cross_level, donor.cross_level)):
            if own is not None and theirs is not None:
                begin_gathering_as(own, theirs)
        for name in ("carry", "carry_deep", "doubt") if donor.index > 0 else ():
            getattr(self, name).copy_(getattr(donor, name))

    def _run(
        self, image: Tensor, features: Tensor | None = None, bottleneck: Tensor | None = None
    ) -> Parts:
        """Processes patches, with the lower level's features and bottleneck if there is one."""
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
        if self.head is None or self.error is None:
            return Parts(fine, deep, attention, None, None)
        return Parts(fine, deep, attention, self.head(fine).float(), self.error(fine))


def joined(up: Tensor, skip: Tensor, cross: GlobalAttention | None) -> Tensor:
    """Adds encoder and decoder features of one resolution, and cross attention if there is one.

    [B, C, H, W] each. The attention gathers from the halved map: it needs the scene, not its
    finest detail.
    """
    x = up + skip
    return x if cross is None else x + cross.on_grid(F.avg_pool2d(skip, 2), up)


@torch.no_grad()
def begin_gathering_as(own: GlobalAttention, donor: GlobalAttention) -> None:
    """Starts as an attention of SAPHN-NU.

    Compensates for two differences: the donor adds over the clusters instead of averaging, and
    its M_S halves the gathered features at first.
    """
    own.load_state_dict(donor.state_dict(), strict=False)
    clusters = own.gather.out_channels
    own.project.weight.mul_(clusters / 2)
    bias_of(own.project).mul_(clusters)


class Levels(nn.Module):
    """One stage: levels in series, the last of which has an image.

    With auxiliary heads every level is a stage and adds its residual to the image before, without
    a gradient into the earlier level (as in SAPHN-NU). Without them the three levels are one
    stage, as in the paper.
    """

    def __init__(self, config: SaphnConfig, indices: range) -> None:
        super().__init__()
        self.levels = Modules(Level(config, i, head=i == indices[-1]) for i in indices)

    def forward(
        self, image: Tensor, previous: SaphnState | None = None
    ) -> tuple[SaphnState | None, Maps]:
        base = image
        if previous is not None and previous.restored is not None:
            base = previous.restored.detach() if self.training else previous.restored
        maps = Maps()
        for level in self.levels:
            previous, maps = level(image, previous, base)
        return previous, maps


class Saphn(Network, Adopting):
    """Three stages with auxiliary heads, one without; its map is that of the attention."""

    config: SaphnConfig
    stages: Modules[Levels]

    def __init__(self, config: SaphnConfig) -> None:
        super().__init__(config)
        count = len(config.patches)
        if config.switches.auxiliary:
            self.stages = Modules(Levels(config, range(i, i + 1)) for i in range(count))
            self.carried = ("restored", "features", "bottleneck")
        else:
            self.stages = Modules([Levels(config, range(count))])

    @torch.no_grad()
    def adopt(self, donor: Network) -> None:
        """Starts as SAPHN-NU, its successor with the same layers. Needs auxiliary heads."""
        if not isinstance(donor, SaphnNu):
            raise TypeError(f"SAPHN adopts layers of SAPHN-NU, not of {type(donor).__name__}")
        for own, stage in zip(self.stages, donor.stages, strict=True):
            own.levels[0].adopt(stage)
