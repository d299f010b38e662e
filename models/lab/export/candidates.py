"""Variations of each compact configuration, one change each, for `lab.export.timing`."""

from __future__ import annotations

from dataclasses import replace

from ..networks import adn, banet, radn, saphn, saphn_nu
from ..networks.network import NetworkConfig
from ..networks.radn import Module
from ..networks.saphn_nu import StageBlocks


def candidates(family: str) -> dict[str, NetworkConfig]:
    """Returns the compact configuration of a family and its variations, by description."""
    return {"saphn-nu": _saphn_nu, "saphn": _saphn, "radn": _radn, "adn": _adn, "banet": _banet}[
        family
    ]()


def _saphn_nu() -> dict[str, NetworkConfig]:
    compact = saphn_nu.COMPACT
    first, later = compact.stages[0], compact.stages[1]
    decoder = StageBlocks(encoder=(0, 0), bottleneck=1, decoder=(1, 1))
    return {
        "compact": compact,
        "sample stride 2": replace(compact, sample_stride=2),
        "filter on 32 channels": replace(compact, filter_channels=32),
        "narrow 24-48-96": replace(compact, widths=(24, 48, 96)),
        "deep 32-64-128": replace(compact, widths=(32, 64, 128)),
        "later stages: block at 1/4 instead of 1/8": replace(
            compact, stages=(first, decoder, decoder)
        ),
        "one more block at 1/4": replace(
            compact, stages=(replace(first, encoder=(0, 2)), later, later)
        ),
    }


def _saphn() -> dict[str, NetworkConfig]:
    compact = saphn.COMPACT
    return {
        "compact": compact,
        "content-aware at 1/4 too": replace(compact, content=(False, True, True)),
        "cross attention at 1/2 too": replace(compact, cross=(True, True)),
        "filter on 32 channels": replace(compact, filter_channels=32),
        "deep 32-64-128": replace(compact, widths=(32, 64, 128)),
    }


def _radn() -> dict[str, NetworkConfig]:
    compact = radn.COMPACT
    deep, middle, fine = compact.decoder
    every = Module(deep.outer, deep.layers, deep.deformable, deep.growth)
    return {
        "compact": compact,
        "gathers every channel at 1/8": replace(compact, decoder=(every, middle, fine)),
        "two deformable layers at 1/4": replace(
            compact, decoder=(deep, replace(middle, deformable=2), fine)
        ),
        "one deformable layer at 1/2": replace(
            compact, decoder=(deep, middle, replace(fine, deformable=1, gather=16))
        ),
        "no deformable layer": compact.switched(deformable=False),
        "no self-attention": compact.switched(self_attention=False),
        "growth 16, twice the units": replace(compact, growth=16, units=(4, 8, 12)),
    }


def _adn() -> dict[str, NetworkConfig]:
    compact = adn.COMPACT
    return {
        "compact": compact,
        "5x5 kernels": replace(compact, kernel=5),
        "fewer, wider: 32-64-128, blocks 1-1-3": replace(
            compact, widths=(32, 64, 128), blocks=(1, 1, 3)
        ),
        "transposed convolutions": replace(compact, transposed=True),
        "no attention": compact.switched(
            channel_attention=False, encoder_attention=False, decoder_attention=False
        ),
    }


def _banet() -> dict[str, NetworkConfig]:
    compact = banet.COMPACT
    return {
        "compact": compact,
        "masks of 16 channels": replace(compact, mask_channels=16),
        "five modules of 64 channels": replace(compact, channels=64, modules=5, mask_channels=16),
        "half resolution, 24 channels": replace(compact, channels=24, halvings=1),
        "no strip pooling": compact.switched(strip_pooling=False),
    }
