"""Sizes of ADN, and the ablation switches of its Tables 4 to 7."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig, Objective


@dataclass(frozen=True)
class Switches:
    """Parts that the paper's tables turn off or replace."""

    share: bool = True  # Table 4: the scales share their weights
    channel_attention: bool = True  # Table 5: CA
    encoder_attention: bool = True  # Table 5: SA(E)
    decoder_attention: bool = True  # Table 5: SA(D)
    combination: Literal["serial", "addition", "concatenation"] = "serial"  # Table 6
    multi_scale: bool = True  # Table 7: supervises every scale; off = the finest alone
    gradient_loss: bool = True  # Table 7: eq. 9


@dataclass(frozen=True)
class AdnConfig(NetworkConfig):
    """Sizes of one ADN.

    `stem_stride`: image pixels per cell of the finest feature map. The paper uses 1; at 2 each
    convolution costs a quarter, and pixel shuffle assembles the output.
    `cell`: side in image pixels of a cell of local channel attention, which is used while the
    network does not train (attention.py); 0 = attention of the whole picture, as in the paper.
    `blocks`: residual attention blocks per group, finest level first. The paper has three
    everywhere; ours has more where a convolution costs little and sees far.
    """

    family: ClassVar[str] = "adn"
    switch_type: ClassVar[type] = Switches

    widths: tuple[int, int, int]
    blocks: tuple[int, int, int]
    kernel: int = 3
    scales: int = 3
    stem_stride: int = 2
    reduction: int = 16  # channel reduction inside both attentions
    cell: int = 0
    transposed: bool = False  # upsampling by transposed convolution
    pixel_loss: Literal["l1", "mse"] = "l1"
    gradient_weight: float = 0.5  # lambda of eq. 7
    coarser: float = 1.0  # loss weight of a scale relative to the next finer one; 1 in eq. 8
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return self.stem_stride

    @property
    def multiple_of(self) -> int:
        """One halving per coarser scale, the stem, and two halvings inside the encoder."""
        return 2 ** (self.scales - 1) * self.stem_stride * 4

    @property
    def objective(self) -> Objective:
        """Loss of eq. 7-9."""
        gradient = self.gradient_weight if self.switches.gradient_loss else 0.0
        return Objective(pixel=self.pixel_loss, gradient=gradient, decay=self.coarser)


# Published: 26.34 MiB of float32, 6.905 M parameters. The text leaves the kernels of the transposed
# convolutions open: 4x4 gives this number, 5x5 would give 7.0 M. The text sets lambda so that the
# ratio of the two losses is about 2.5.
PAPER = AdnConfig(
    name="paper",
    widths=(32, 64, 128),
    blocks=(3, 3, 3),
    kernel=5,
    stem_stride=1,
    transposed=True,
    pixel_loss="mse",
    gradient_weight=2.5,
)

# Reduction 8, because the paper's 16 would leave two of 32 channels inside the attentions. Each
# scale has its own weights: shared ones are too few in a network this small. Own weights cost the
# same time and gain 0.04 dB after 600 steps; weighting the finest scale most gains another 0.04 dB.
# Two blocks at the coarsest level, where a convolution costs least and sees farthest.
COMPACT = AdnConfig(
    name="compact",
    widths=(32, 64, 96),
    blocks=(1, 1, 2),
    reduction=8,
    coarser=0.3,
    switches=Switches(share=False),
)

# The scales share their weights (Table 4), which therefore ship once (9 MB). Seven blocks per group
# at 1/8 resolution: convolutions of 128 channels run near a processor's peak there, cost little
# memory traffic and see far.
DEEP = AdnConfig(
    name="deep", widths=(32, 64, 128), blocks=(1, 1, 7), reduction=8, coarser=0.3, cell=32
)

TINY = AdnConfig(name="tiny", widths=(8, 8, 8), blocks=(1, 1, 1), reduction=4)

CONFIGS = {c.name: c for c in (COMPACT, DEEP, PAPER, TINY)}
