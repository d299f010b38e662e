"""RADN (AAAI 2020): dense encoder, self-attention, dense deformable decoder, in one pass."""

from ..family import Family, Published
from .config import COMPACT, CONFIGS, PAPER, TINY, Module, RadnConfig, Switches
from .network import Radn

FAMILY = Family(
    title="RADN",
    description=(
        "One pass of a dense encoder, self-attention, and filters whose taps follow the motion."
    ),
    citation=(
        "K. Purohit, A. N. Rajagopalan: Region-Adaptive Dense Network for Efficient Motion "
        "Deblurring. AAAI 2020"
    ),
    labels=("Region-adaptive pass",),
    network=Radn,
    config=RadnConfig,
    configs=CONFIGS,
    published=Published(
        parameters=13.0e6,
        gmacs256=None,
        gopro=(31.76, 0.953),
        time="38 ms",
        note=(
            "The paper states 40 % fewer parameters than 21.7 M. The encoder's sizes are the "
            "paper's (5.9 M parameters, 26 G multiply-adds at 256x256); the decoder's widths are "
            "ours, chosen to come near the published size. The published 38 ms for 1280x720 on a "
            "card of 11 TFLOPS allow at most 15 G for the whole network, less than the encoder "
            "needs."
        ),
    ),
)

__all__ = [
    "COMPACT",
    "CONFIGS",
    "FAMILY",
    "PAPER",
    "TINY",
    "Module",
    "Radn",
    "RadnConfig",
    "Switches",
]
