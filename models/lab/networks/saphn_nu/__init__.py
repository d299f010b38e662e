"""SAPHN-NU (arXiv 2402.06117): patch-hierarchical network with adaptive sampling."""

from ..family import Family, Published
from ..network import Restoration
from .config import COMPACT, CONFIGS, PAPER, TINY, SaphnNuConfig, StageBlocks, Switches
from .network import SaphnNu
from .stage import Stage, StageMaps, StageState

FAMILY = Family(
    title="SAPHN-NU",
    description=(
        "Three stages over 4, 2 and 1 patches; later stages work where errors are expected."
    ),
    citation=(
        "M. Suin, K. Purohit, A. N. Rajagopalan: Spatially-Attentive Patch-Hierarchical Network "
        "with Adaptive Sampling for Motion Deblurring. arXiv 2402.06117, 2024"
    ),
    labels=("Uniform pass", "Adaptive refinement", "Final refinement"),
    network=SaphnNu,
    config=SaphnNuConfig,
    configs=CONFIGS,
    published=Published(
        parameters=23e6,
        gmacs256=140,
        gopro=(32.76, 0.961),
        time="0.79 s (Titan Xp)",
        note="The text gives no width: ours is chosen to match these figures.",
    ),
)

__all__ = [
    "COMPACT",
    "CONFIGS",
    "FAMILY",
    "PAPER",
    "TINY",
    "Restoration",
    "SaphnNu",
    "SaphnNuConfig",
    "Stage",
    "StageBlocks",
    "StageMaps",
    "StageState",
    "Switches",
]
