"""Sizes of RADN as data, and the ablation switches of its Table 1 (Table 2, deformable layers, is `deformable`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """Table 1 from its last row upwards; each row is without what the rows below it are without.

    RADN1 (no weights of DenseNet-121 to begin with) is no switch: there are none to be had here, so that every
    configuration is trained as RADN1 was.
    """

    deformable: bool = True  # RADN4: without, the modules' convolutions are rigid
    self_attention: bool = True  # RADN3: eq. 5-6
    dense: bool = True  # RADN2: without, bottleneck blocks instead of dense modules


@dataclass(frozen=True)
class Module:
    """One dense deformable module of the decoder: `outer` channels come out.

    `gather`: each layer reads so many channels, which a 1x1 convolution makes of all (0: it reads them all, as in the paper).
    Every tap of a deformable layer gathers each of them; with all of them that took three quarters of the network's time.
    """

    outer: int
    layers: int
    deformable: int  # so many of the layers, the last ones, are deformable
    growth: int
    gather: int = 0


@dataclass(frozen=True)
class RadnConfig(NetworkConfig):
    """One RADN.

    `units`: dense units of the encoder's blocks at 1/2, 1/4 and 1/8 of the resolution. `expansion`: a unit's 1x1 convolution
    puts out so many times its growth. `decoder`: the modules at 1/8, 1/4 and 1/2.
    `normalise`: batch normalisation as in DenseNet. Off in what we train: batches of a few patches have no steady statistics,
    and before a ReLU it cannot be folded into a convolution, so that it costs a pass over memory on a CPU.
    `learned_shrinking`: transitions shrink the map by a convolution instead of means, as in DenseNet. Means lose three quarters
    of what the cells held, which recognising things can spare, and restoring them cannot.
    `tail`: channels at full resolution behind the third up-sampling (0: context and output are made at half resolution, and
    the output is put together from sub-pixels).
    """

    family: ClassVar[str] = "radn"
    switch_type: ClassVar[type] = Switches
    max_tile: ClassVar[int] = 512  # self-attention at 1/8 grows with the fourth power of the side: 64 MiB at 512, 1 GiB at 1024

    stem: int
    units: tuple[int, int, int]
    growth: int
    expansion: int
    decoder: tuple[Module, Module, Module]
    tail: int = 0
    attention_pool: int = 2
    context: int = 8  # channels of each of the four scales
    windows: tuple[int, ...] = (4, 8, 16, 32)  # of context pooling, in pixels of the image
    max_offset: float = 8.0  # cells
    normalise: bool = False
    learned_shrinking: bool = True
    transposed: bool = False  # up-sampling by transposed convolution
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return 2

    @property
    def multiple_of(self) -> int:
        return max(self.windows)

    @classmethod
    def from_dict(cls, data: dict) -> RadnConfig:
        return super().from_dict({**data, "decoder": [Module(**module) for module in data["decoder"]]})


# Published: 40 % fewer parameters than 21.7 M, so 13.0 M. The encoder's sizes are the text's (its width at the beginning is
# that of DenseNet-121, whose filters it starts from, and so is the halving of channels between blocks); the decoder's
# widths are ours, chosen to come near the published size.
PAPER = RadnConfig(
    name="paper",
    stem=64,
    units=(12, 16, 24),
    growth=32,
    expansion=4,
    decoder=(Module(96, 6, 6, 32), Module(96, 6, 6, 32), Module(64, 6, 6, 32)),
    tail=32,
    attention_pool=1,
    normalise=True,
    learned_shrinking=False,
    transposed=True,
)

# Fewer layers than the paper's six in each module, and the fewer the finer the map: a layer at 1/2 costs sixteen times one at 1/8.
COMPACT = RadnConfig(
    name="compact",
    stem=32,
    units=(1, 3, 6),
    growth=32,
    expansion=2,
    decoder=(
        Module(96, 4, 4, growth=32, gather=16),
        Module(48, 3, 1, growth=32, gather=16),
        Module(32, 1, 0, growth=32, gather=32),
    ),
)

TINY = RadnConfig(
    name="tiny",
    stem=8,
    units=(1, 1, 2),
    growth=4,
    expansion=2,
    decoder=(Module(8, 2, 2, 4), Module(8, 2, 1, 4, gather=4), Module(8, 1, 1, 4, gather=4)),
    context=2,
)

CONFIGS = {c.name: c for c in (COMPACT, PAPER, TINY)}
