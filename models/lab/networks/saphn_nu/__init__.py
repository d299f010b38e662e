"""SAPHN-NU (arXiv 2402.06117): patch-hierarchical network with adaptive sampling."""

from .config import COMPACT, CONFIGS, PAPER, TINY, SaphnNuConfig, StageBlocks, Switches
from .network import Restoration, SaphnNu
from .stage import Stage, StageMaps, StageState

__all__ = [
    "COMPACT", "CONFIGS", "PAPER", "TINY", "Restoration", "SaphnNu", "SaphnNuConfig", "Stage", "StageBlocks",
    "StageMaps", "StageState", "Switches",
]
