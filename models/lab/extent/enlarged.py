"""Enlarged photos: soft images with grain, as octave 0 of most large photos looks."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ..synthesis.config import SynthesisConfig
from ..synthesis.pipeline import Pair, eight_bit
from ..synthesis.truth import BlurTruth

FACTORS = 2, 4
MAX_GRAIN = 0.03  # largest deviation of the grain, of the range of encoded values


def config_for(factor: int) -> SynthesisConfig:
    """Returns settings of the small pairs, whose blur is `factor` times longer afterwards."""
    config = SynthesisConfig.extent()
    return replace(
        config,
        max_length=config.max_length / factor,
        max_radius=config.max_radius / factor,
        max_iso=400,
        jpeg_share=0.0,
    )


def enlarged(pair: Pair, factor: int, generator: torch.Generator) -> Pair:
    """Enlarges a pair with its truth `factor` times and adds grain to the blurred image.

    A pixel of the small image covers `factor` px, a variance of (factor² - 1) / 12: the radius of
    the disc of that variance joins that of the defocus. Raises ValueError without a truth.
    """
    if pair.truth is None:
        raise ValueError("the pair lacks the true blur")
    grain = MAX_GRAIN * torch.rand((), generator=generator)
    blurred, sharp = bicubic(pair.blurred, factor), bicubic(pair.sharp, factor)
    blurred = blurred + grain * torch.randn(blurred.shape, generator=generator)
    radius = (pair.truth.radius * factor).square() + (factor**2 - 1) / 3
    truth = BlurTruth(
        repeated(pair.truth.covariance, factor) * factor**2, repeated(radius.sqrt(), factor)
    )
    return Pair(eight_bit(blurred), eight_bit(sharp), pair.length * factor, truth)


def bicubic(image: Tensor, factor: int) -> Tensor:
    """Enlarges [B, C, H, W] `factor` times."""
    return F.interpolate(image, scale_factor=float(factor), mode="bicubic", align_corners=False)


def repeated(cells: Tensor, factor: int) -> Tensor:
    """Repeats each of [B, C, c, c] cells `factor` times along both sides."""
    return cells.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3)
