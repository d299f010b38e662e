"""Sizes of BANet, and the ablation switches of its Tables 3 and 5; `modules` is its Table 4."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """Parts of a blur-aware module that can be turned off."""

    refinement: bool = True  # Table 3: AR, eq. 5
    strip_pooling: bool = True  # Table 3: MKSP, eq. 2-4
    cascaded: bool = True  # Table 3: CPDC; off = one PDC
    attention: Literal["blur-aware", "self"] = "blur-aware"  # Table 5: BA, or SAGAN's attention


@dataclass(frozen=True)
class BanetConfig(NetworkConfig):
    """Sizes of one BANet.

    `halvings`: the modules work at 1 / 2^halvings of the image's resolution. The paper's half
    resolution (1) makes its many 3x3 convolutions expensive. The compact network works at a
    quarter: the modules see twice as far for a quarter of the cost, and a skip from the
    convolution at half resolution keeps the detail.
    `mask_channels`: width inside the attention branches, in the paper that of the features. Masks
    are smooth, so a few channels suffice.
    """

    family: ClassVar[str] = "banet"
    switch_type: ClassVar[type] = Switches

    channels: int
    modules: int
    halvings: int = 2
    mask_channels: int = 8
    strips: tuple[int, ...] = (1, 3, 5, 7)  # n of eq. 2-4
    rates: tuple[int, ...] = (1, 3, 5)  # dilations of PDC
    transposed: bool = False  # upsampling by transposed convolution
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return 2

    @property
    def multiple_of(self) -> int:
        return 2**self.halvings


# The text gives neither width nor size: 64 channels are our choice.
PAPER = BanetConfig(
    name="paper", channels=64, modules=10, halvings=1, mask_channels=64, transposed=True
)

COMPACT = BanetConfig(name="compact", channels=48, modules=4)

TINY = BanetConfig(name="tiny", channels=8, modules=2, mask_channels=4)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
