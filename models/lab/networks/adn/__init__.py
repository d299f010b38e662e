"""ADN (CVIU 2021): an attentive encoder-decoder, repeated from coarse to fine."""

from ..family import Family, Published
from .config import COMPACT, CONFIGS, DEEP, PAPER, TINY, AdnConfig, Switches
from .extent import ExtentHead
from .network import Adn, AdnState
from .step import PyramidStep, StepResult

FAMILY = Family(
    title="ADN",
    description="One encoder-decoder with spatial and channel attention, from coarse to fine.",
    citation=(
        "Y. Xu, Y. Zhu, Y. Quan, H. Ji: Attentive deep network for blind motion deblurring on "
        "dynamic scenes. Computer Vision and Image Understanding, 2021"
    ),
    labels=("Coarse pass", "Half resolution", "Full resolution"),
    network=Adn,
    config=AdnConfig,
    configs=CONFIGS,
    plugins={"deep": "adn", "compact": "adn-fast"},
    remarks={
        "deep": "Removes the most blur of all.",
        "compact": "Faster than ADN deep, and removes less blur.",
    },
    published=Published(
        parameters=6.905e6,
        gmacs256=None,
        gopro=(31.23, 0.9455),
        time=None,
        note=(
            "The paper states 26.34 MiB of float32. It does not give the kernels of the transposed "
            "convolutions; 4x4 matches this size."
        ),
    ),
)

__all__ = [
    "COMPACT",
    "CONFIGS",
    "DEEP",
    "FAMILY",
    "PAPER",
    "TINY",
    "Adn",
    "AdnConfig",
    "AdnState",
    "ExtentHead",
    "PyramidStep",
    "StepResult",
    "Switches",
]
