"""Sizes of ADN as data, and the ablation switches of its Tables 4 to 7."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..network import NetworkConfig, Objective


@dataclass(frozen=True)
class Switches:
    """What the paper's tables turn off or replace."""

    share: bool = True  # Table 4: the scales share their weights
    channel_attention: bool = True  # Table 5: CA
    encoder_attention: bool = True  # Table 5: SA(E)
    decoder_attention: bool = True  # Table 5: SA(D)
    combination: Literal["serial", "addition", "concatenation"] = "serial"  # Table 6
    multi_scale: bool = True  # Table 7: every scale is supervised, not the finest alone
    gradient_loss: bool = True  # Table 7: eq. 9


@dataclass(frozen=True)
class AdnConfig(NetworkConfig):
    """One ADN.

    `stem_stride`: pixels per cell of the finest feature map. The paper works at the image's own resolution (1); at 2 each
    convolution costs a quarter, and the output is put together from sub-pixels.
    `blocks`: residual attention blocks in each group, finest level first. The paper has three everywhere; ours have more
    of them where a convolution costs little and sees far.
    """

    family: ClassVar[str] = "adn"
    switch_type: ClassVar[type] = Switches

    widths: tuple[int, int, int]
    blocks: tuple[int, int, int]
    kernel: int = 3
    scales: int = 3
    stem_stride: int = 2
    reduction: int = 16  # of channels inside both attentions
    transposed: bool = False  # up-sampling by transposed convolution
    pixel_loss: Literal["l1", "mse"] = "l1"
    gradient_weight: float = 0.5  # lambda of eq. 7
    coarser: float = 1.0  # how much a scale counts relative to the next finer one; equally in eq. 8
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return self.stem_stride

    @property
    def multiple_of(self) -> int:
        """Halved for each coarser scale, for the stem, and twice inside the encoder."""
        return 2 ** (self.scales - 1) * self.stem_stride * 4

    @property
    def objective(self) -> Objective:
        """Eq. 7-9."""
        gradient = self.gradient_weight if self.switches.gradient_loss else 0.0
        return Objective(pixel=self.pixel_loss, gradient=gradient, decay=self.coarser)


# Published: 26.34 MiB of float32, 6.905 M parameters. 4x4 kernels in the transposed convolutions, which the text leaves open,
# give that number; 5x5 ones would make it 7.0 M. lambda: the text sets it from a ratio of the two losses of about 2.5.
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

# A reduction of 8: the paper's 16 would leave two of 32 channels inside the attentions. Weights that three scales share are too
# few in a network this small: with a copy for each it costs as much to run, and 600 steps from the same weights bring 0.04 dB
# more; 0.04 dB more again, if the finest scale counts most. Two blocks where a convolution costs least and sees farthest.
COMPACT = AdnConfig(
    name="compact", widths=(32, 64, 96), blocks=(1, 1, 2), reduction=8, coarser=0.3, switches=Switches(share=False)
)

# Weights shared by the scales, as in Table 4, so that they ship once (9 MB). Seven blocks a group at 1/8 of the resolution:
# convolutions of 128 channels there run near a processor's ceiling, cost little memory traffic and see far.
DEEP = AdnConfig(name="deep", widths=(32, 64, 128), blocks=(1, 1, 7), reduction=8, coarser=0.3)

TINY = AdnConfig(name="tiny", widths=(8, 8, 8), blocks=(1, 1, 1), reduction=4)

CONFIGS = {c.name: c for c in (COMPACT, DEEP, PAPER, TINY)}
