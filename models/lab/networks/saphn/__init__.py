"""SAPHN (CVPR 2020, its arXiv version): patch-hierarchical attention network."""

from ..family import Family, Published
from .config import COMPACT, CONFIGS, PAPER, TINY, SaphnConfig, Switches
from .network import Saphn, SaphnState

FAMILY = Family(
    title="SAPHN",
    description=(
        "Three levels over 4, 2 and 1 patches, with global attention and filters that differ from "
        "pixel to pixel."
    ),
    citation=(
        "M. Suin, K. Purohit, A. N. Rajagopalan: Spatially-Attentive Patch-Hierarchical Network "
        "for Adaptive Motion Deblurring. CVPR 2020"
    ),
    labels=("Four patches", "Two patches", "Whole tile"),
    network=Saphn,
    config=SaphnConfig,
    configs=CONFIGS,
    published=Published(
        parameters=None,
        gmacs256=None,
        gopro=(31.85, 0.948),
        time="0.34 s",
        note=(
            "The paper gives 128 filters and no size. Its 0.34 s for 1280x720 are less than half "
            "of the 0.79 s of SAPHN-NU, which is published with 23 M parameters and 140 G "
            "multiply-adds at 256x256. Our reading has a content-aware module in each of the "
            "thirty residual blocks, as the text says, and costs more."
        ),
    ),
)

__all__ = [
    "COMPACT",
    "CONFIGS",
    "FAMILY",
    "PAPER",
    "TINY",
    "Saphn",
    "SaphnConfig",
    "SaphnState",
    "Switches",
]
