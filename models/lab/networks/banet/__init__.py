"""BANet (arXiv 2101.07518): strip-pooling attention and dilated convolutions, in one pass."""

from ..family import Family, Published
from .config import COMPACT, CONFIGS, PAPER, TINY, BanetConfig, Switches
from .network import Banet

FAMILY = Family(
    title="BANet",
    description=(
        "One pass of blur-aware modules: strip pooling finds what is smeared, dilated convolutions "
        "restore it."
    ),
    citation=(
        "F.-J. Tsai, Y.-T. Peng, Y.-Y. Lin, C.-C. Tsai, C.-W. Lin: BANet: Blur-aware Attention "
        "Networks for Dynamic Scene Deblurring. arXiv 2101.07518, 2021"
    ),
    labels=("Blur-aware pass",),
    network=Banet,
    config=BanetConfig,
    configs=CONFIGS,
    published=Published(
        parameters=None,
        gmacs256=None,
        gopro=(32.44, 0.957),
        time="28 ms (2080 Ti)",
        note=(
            "The paper gives neither width nor size. Our reading: 64 channels, ten modules, a "
            "transposed 4x4 convolution and 1x1 fusion. The published 28 ms for 1280x720 on a card "
            "of 13.4 TFLOPS allow at most 13.4 G multiply-adds at 256x256 in single precision; our "
            "reading would stay below that with at most 27 channels."
        ),
    ),
)

__all__ = ["COMPACT", "CONFIGS", "FAMILY", "PAPER", "TINY", "Banet", "BanetConfig", "Switches"]
