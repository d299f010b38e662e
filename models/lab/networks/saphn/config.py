"""Sizes of SAPHN as data, and switches for the parts that its text names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """The text has no table of ablations: these are the parts that it describes one by one."""

    self_attention: bool = True  # global branch, eq. 1-6
    local_filter: bool = True  # local branch, eq. 7
    mask: bool = True  # M2 of eq. 3-4
    adaptive_kernel: bool = True  # K of eq. 7
    cross_attention: bool = True  # encoder -> decoder
    cross_level_attention: bool = True  # lower level -> higher level
    auxiliary: bool = True  # every level has an image of its own and is supervised, hence is a stage; the paper's have none


@dataclass(frozen=True)
class SaphnConfig(NetworkConfig):
    """One SAPHN.

    `encoder`, `decoder`: residual blocks at each scale, in the order in which they are run. `content`: at which scales they
    hold a content-aware module. The paper has one in every block; it costs little arithmetic and much memory traffic, so that
    the compact network has it at the coarsest scale, where it sees farthest. `cross`: cross attention into the decoder,
    coarse scale first.
    `halo`: as in SAPHN-NU. "none" runs each patch by itself, as the paper does; "shared" cuts only for the content-aware modules,
    since cut borders would show in the images of the first levels.
    """

    family: ClassVar[str] = "saphn"
    switch_type: ClassVar[type] = Switches

    widths: tuple[int, int, int]
    encoder: tuple[int, int, int]
    decoder: tuple[int, int]
    content: tuple[bool, bool, bool] = (False, False, True)
    cross: tuple[bool, bool] = (True, False)
    patches: tuple[tuple[int, int], ...] = ((2, 2), (1, 2), (1, 1))
    grid_stride: int = 2
    clusters: int = 16  # C2
    filter_channels: int = 16  # channels that the local filter works on
    kernel: int = 5
    halo: Literal["none", "shared"] = "shared"
    second: tuple[bool, bool, bool] = (False, False, False)  # of each level: see saphn_nu.StageBlocks
    switches: Switches = field(default_factory=Switches)

    @property
    def multiple_of(self) -> int:
        """Two halvings below the grid, times the patches along a side."""
        return self.grid_stride * 4 * 2


# 128 filters, N = 3, M = 2 and P = 2 are the text's; its figure, which would say what they count, is missing. Read as N scales
# of resolution, M residual blocks at each in the encoder, P at each in the decoder. As in SAPHN-NU the finest scale is a grid
# of half resolution: 128 filters at every pixel would take over ten times the published 0.34 s.
PAPER = SaphnConfig(
    name="paper",
    widths=(128, 128, 128),
    encoder=(2, 2, 2),
    decoder=(2, 2),
    content=(True, True, True),
    cross=(True, True),
    clusters=64,
    filter_channels=128,
    halo="none",
    switches=Switches(auxiliary=False),
)

# The sizes of SAPHN-NU's stages, so that it can begin with what those have learned (Saphn.adopt).
COMPACT = SaphnConfig(
    name="compact", widths=(32, 64, 96), encoder=(0, 1, 1), decoder=(1, 1), second=(False, False, True)
)

TINY = SaphnConfig(name="tiny", widths=(8, 8, 8), encoder=(0, 0, 1), decoder=(0, 1), clusters=4, filter_channels=4)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
