"""Sizes of SAPHN, and switches for the parts that its text names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """Parts that the text describes one by one; it has no table of ablations."""

    self_attention: bool = True  # global branch, eq. 1-6
    local_filter: bool = True  # local branch, eq. 7
    mask: bool = True  # M2 of eq. 3-4
    adaptive_kernel: bool = True  # K of eq. 7
    cross_attention: bool = True  # encoder -> decoder
    cross_level_attention: bool = True  # lower level -> higher level
    # Every level has its own supervised image and so becomes a stage; not in the paper.
    auxiliary: bool = True


@dataclass(frozen=True)
class SaphnConfig(NetworkConfig):
    """Sizes of one SAPHN.

    `encoder`, `decoder`: residual blocks per resolution, in the order of execution. `content`:
    resolutions whose blocks hold a content-aware module. The paper has one in every block; it
    costs little arithmetic but much memory traffic, so the compact network has it at the coarsest
    resolution only, where it sees farthest. `cross`: cross attention into the decoder, coarse
    resolution first.
    `halo`: as in SAPHN-NU. "none" processes each patch by itself, as the paper does; "shared" cuts
    patches for the content-aware modules only, because cut borders would show in the images of the
    first levels.
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
    filter_channels: int = 16  # channels that the local filter reads
    kernel: int = 5
    halo: Literal["none", "shared"] = "shared"
    second: tuple[bool, bool, bool] = (False, False, False)  # per level: see saphn_nu.StageBlocks
    switches: Switches = field(default_factory=Switches)

    @property
    def multiple_of(self) -> int:
        """Two halvings below the grid, times the patches along a side."""
        return self.grid_stride * 4 * 2


# The text gives 128 filters, N = 3, M = 2 and P = 2; the figure that would define them is missing.
# We read N as resolutions, M as residual blocks per resolution in the encoder, P as those in the
# decoder. As in SAPHN-NU the finest resolution is half of the image's: 128 filters at every pixel
# would take over ten times the published 0.34 s.
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

# Sizes of SAPHN-NU's stages, so that it can start from their weights (Saphn.adopt).
COMPACT = SaphnConfig(
    name="compact",
    widths=(32, 64, 96),
    encoder=(0, 1, 1),
    decoder=(1, 1),
    second=(False, False, True),
)

TINY = SaphnConfig(
    name="tiny", widths=(8, 8, 8), encoder=(0, 0, 1), decoder=(0, 1), clusters=4, filter_channels=4
)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
