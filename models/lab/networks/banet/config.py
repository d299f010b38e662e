"""Sizes of BANet as data, and the ablation switches of its Tables 3 and 5 (Table 4 is `modules`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """Parts of a blur-aware module."""

    refinement: bool = True  # Table 3: AR, eq. 5
    strip_pooling: bool = True  # Table 3: MKSP, eq. 2-4
    cascaded: bool = True  # Table 3: CPDC, off = one PDC
    attention: Literal["blur-aware", "self"] = "blur-aware"  # Table 5: BA or the self-attention of SAGAN


@dataclass(frozen=True)
class BanetConfig(NetworkConfig):
    """One BANet.

    `halvings`: the modules work at 1 / 2^halvings of the image's resolution. The paper's half (1) makes every one of its many
    3x3 convolutions dear; the compact network works at a quarter, where as many modules see twice as far for a quarter of
    the cost, and skips from the convolution at half resolution bring the detail back.
    `mask_channels`: width inside the attention branches (the paper's: that of the features). Masks are smooth and few things
    decide them.
    """

    family: ClassVar[str] = "banet"
    switch_type: ClassVar[type] = Switches

    channels: int
    modules: int
    halvings: int = 2
    mask_channels: int = 8
    strips: tuple[int, ...] = (1, 3, 5, 7)  # n of eq. 2-4
    rates: tuple[int, ...] = (1, 3, 5)  # dilations of PDC
    transposed: bool = False  # up-sampling by transposed convolution
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return 2

    @property
    def multiple_of(self) -> int:
        return 2**self.halvings


# The text gives neither width nor size. 64 channels are our choice.
PAPER = BanetConfig(name="paper", channels=64, modules=10, halvings=1, mask_channels=64, transposed=True)

COMPACT = BanetConfig(name="compact", channels=48, modules=4)

TINY = BanetConfig(name="tiny", channels=8, modules=2, mask_channels=4)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
