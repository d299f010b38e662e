"""Sizes of SAPHN-NU, and the ablation switches of its Table IV."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from ..network import NetworkConfig

Sampler = Literal["error", "policy", "uniform"]
Patches = tuple[int, int]


@dataclass(frozen=True)
class Switches:
    """Parts of Table IV (Prog, SA, CA, CLA, Mask, V, delta, PAS), and the fusion of eq. 20."""

    progressive: bool = True  # Prog: stages refine the previous image and are supervised
    self_attention: bool = True  # SA: global branch, eq. 10-16
    cross_attention: bool = True  # CA: encoder -> decoder
    cross_level_attention: bool = True  # CLA: lower stage -> higher stage
    masks: bool = True  # Mask: M_S and M_C of eq. 16
    adaptive_kernel: bool = True  # V of eq. 17
    offsets: bool = True  # delta of eq. 17
    adaptive_sampling: bool = True  # PAS: off = a uniform grid of equally many pixels
    attentive_fusion: bool = True  # eq. 19-20: off = the sum of both branches

    def without(self, *names: str) -> Switches:
        """Returns the same switches with the named ones off."""
        return replace(self, **dict.fromkeys(names, False))


@dataclass(frozen=True)
class StageBlocks:
    """Numbers of residual blocks: encoder levels 1 and 2, bottleneck, decoder levels 2 and 1.

    `second`: strided convolutions keep the second column of each pair, so the stage can be the
    left-right mirror image of another.
    """

    encoder: tuple[int, int]
    bottleneck: int
    decoder: tuple[int, int]
    second: bool = False


@dataclass(frozen=True)
class SaphnNuConfig(NetworkConfig):
    """Sizes of one SAPHN-NU.

    `grid_stride`: side of a cell of the sampling grid in image pixels. The paper's grid has every
    pixel (1); at 2 each convolution on it costs a quarter. `sample_stride`: the paper's r relative
    to that grid, so L = cells / sample_stride**2.
    `halo`: "none" cuts patches as the paper does. "shared" lets 3x3 convolutions read across patch
    borders, while attention, filtering and sampling of the content-aware modules stay inside a
    patch (cross attention always sees the whole). The compact network uses "shared": its patches
    are small, so cut borders would cost quality and leave lines in the images of stages 1 and 2,
    which the editor shows.
    """

    family: ClassVar[str] = "saphn-nu"
    switch_type: ClassVar[type] = Switches

    widths: tuple[int, int, int]
    stages: tuple[StageBlocks, ...]
    patches: tuple[Patches, ...] = ((2, 2), (1, 2), (1, 1))
    grid_stride: int = 2
    sample_stride: int = 3
    clusters: int = 16  # C2, number of spatial attention maps
    content_modules: int = 1  # P, content-aware modules in series
    filter_channels: int = 32  # channels that the pixel-dependent filter reads
    kernel: int = 5
    max_offset: float = 4.0  # delta_max, in cells
    halo: Literal["none", "shared"] = "shared"
    sampler: Sampler = "error"
    switches: Switches = field(default_factory=Switches)

    @property
    def multiple_of(self) -> int:
        """Two halvings below the grid, times the patches along a side."""
        return self.grid_stride * 4 * 2

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SaphnNuConfig:
        """Inverts `to_dict`; checkpoints of older code lack the family and some fields."""
        data = {key: value for key, value in data.items() if key != "family"}
        data["widths"] = tuple(data["widths"])
        data["stages"] = tuple(
            StageBlocks(
                tuple(s["encoder"]), s["bottleneck"], tuple(s["decoder"]), s.get("second", False)
            )
            for s in data["stages"]
        )
        data["patches"] = tuple(tuple(p) for p in data["patches"])
        data["switches"] = Switches(**data["switches"])
        return cls(**data)


# Stages 2 and 3 have the blocks of stage 1, so they can start as its mirror images
# (SaphnNu.inherit). They lack its two bottleneck blocks, which cost a fifth and matter least:
# without them stage 1 loses 0.05 of 1.33 dB, without any other block half or more.
COMPACT = SaphnNuConfig(
    name="compact",
    widths=(32, 64, 96),
    stages=(
        StageBlocks(encoder=(0, 1), bottleneck=2, decoder=(1, 1)),
        StageBlocks(encoder=(0, 1), bottleneck=0, decoder=(1, 1)),
        StageBlocks(encoder=(0, 1), bottleneck=0, decoder=(1, 1), second=True),
    ),
    filter_channels=16,
)

# N = 3 levels, M = 2 residual blocks per level, P = 2 content-aware modules. The width is not
# published: this one comes nearest to the published 23 M parameters and 140 G multiply-adds at
# 256x256 (counted in the model card).
PAPER = SaphnNuConfig(
    name="paper",
    widths=(160, 176, 224),
    stages=tuple(StageBlocks(encoder=(2, 2), bottleneck=2, decoder=(2, 2)) for _ in range(3)),
    sample_stride=2,
    clusters=64,
    content_modules=2,
    filter_channels=64,
    halo="none",
    sampler="policy",
)

# For tests: every part is present, and a forward pass takes milliseconds.
TINY = SaphnNuConfig(
    name="tiny",
    widths=(8, 8, 8),
    stages=tuple(StageBlocks(encoder=(0, 0), bottleneck=1, decoder=(0, 1)) for _ in range(3)),
    clusters=4,
    filter_channels=4,
)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
