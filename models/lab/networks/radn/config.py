"""Sizes of RADN, and the ablation switches of its Table 1; `Module.deformable` is its Table 2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..network import NetworkConfig


@dataclass(frozen=True)
class Switches:
    """Rows of Table 1, from the last one upwards; each row also lacks the parts of the rows below.

    RADN1 (not initialised from DenseNet-121) is no switch: we have no such weights, so every
    configuration is trained as RADN1 was.
    """

    deformable: bool = True  # RADN4: off = ordinary convolutions in the modules
    self_attention: bool = True  # RADN3: eq. 5-6
    dense: bool = True  # RADN2: off = bottleneck blocks instead of dense modules


@dataclass(frozen=True)
class Module:
    """Sizes of a dense deformable module of the decoder, which puts out `outer` channels.

    `deformable`: number of deformable layers, the last ones of `layers`. `gather`: channels that a
    1x1 convolution prepares for each layer; 0 = each layer reads all channels, as in the paper.
    Every tap of a deformable layer gathers each of them: all channels took three quarters of the
    network's time.
    """

    outer: int
    layers: int
    deformable: int
    growth: int
    gather: int = 0


@dataclass(frozen=True)
class RadnConfig(NetworkConfig):
    """Sizes of one RADN.

    `units`: dense units of the encoder's blocks at 1/2, 1/4 and 1/8 resolution. `expansion`: width
    of a unit's 1x1 convolution as a multiple of its growth. `decoder`: modules at 1/8, 1/4, 1/2.
    `normalise`: batch normalisation, as in DenseNet. Ours are trained without it: the statistics
    of small batches are unsteady, and before a ReLU it cannot be folded into a convolution, so it
    costs a pass over memory on a CPU.
    `learned_shrinking`: transitions halve the map by a strided convolution. DenseNet averages,
    which loses three quarters of the values; recognition can spare them, restoration cannot.
    `tail`: channels at full resolution after a third upsampling; 0 = the context and the output
    stay at half resolution, and pixel shuffle assembles the image.
    """

    family: ClassVar[str] = "radn"
    switch_type: ClassVar[type] = Switches
    # Self-attention at 1/8 grows with the fourth power of the side: 64 MiB at 512, 1 GiB at 1024.
    max_tile: ClassVar[int] = 512

    stem: int
    units: tuple[int, int, int]
    growth: int
    expansion: int
    decoder: tuple[Module, Module, Module]
    tail: int = 0
    attention_pool: int = 2
    context: int = 8  # channels of each of the four context windows
    windows: tuple[int, ...] = (4, 8, 16, 32)  # sides of the context windows, in image pixels
    max_offset: float = 8.0  # in cells
    normalise: bool = False
    learned_shrinking: bool = True
    transposed: bool = False  # upsampling by transposed convolution
    switches: Switches = field(default_factory=Switches)

    @property
    def grid_stride(self) -> int:
        return 2

    @property
    def multiple_of(self) -> int:
        return max(self.windows)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RadnConfig:
        modules = [Module(**module) for module in data["decoder"]]
        return super().from_dict({**data, "decoder": modules})


# Published: 40 % fewer parameters than 21.7 M, so 13.0 M. The encoder's sizes follow the text: the
# initial width of DenseNet-121, whose filters it starts from, and half of the channels between
# blocks. The decoder's widths are ours, chosen to come near the published size.
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

# Fewer layers than the paper's six per module, and fewest at the finest map: a layer at 1/2 costs
# sixteen times one at 1/8.
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
