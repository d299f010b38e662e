"""PSNR and SSIM of a network's stages on sets of pairs and on photos that are sharp already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..images import pad_to_multiple, quantise
from ..metrics import psnr, ssim
from ..networks.network import Network, Restoration


@dataclass(frozen=True)
class Score:
    """One pair: input, and the image after each stage. PSNR in dB."""

    name: str
    psnr_in: float
    ssim_in: float
    psnr_stages: tuple[float, ...]
    ssim_out: float

    @property
    def gain(self) -> float:
        return self.psnr_stages[-1] - self.psnr_in


@torch.no_grad()
def restore(network: Network, image: Tensor) -> tuple[Restoration, list[Tensor]]:
    """Run on [B, 3, H, W] of any size in float32 -> (the padded result, 8-bit images of each stage, cropped)."""
    h, w = image.shape[-2:]
    result = network(pad_to_multiple(image, network.config.multiple_of))
    return result, [quantise(i[..., :h, :w]) for i in result.images]


def score_pairs(network: Network, pairs: Iterable[tuple[str, Tensor, Tensor]]) -> list[Score]:
    """Each pair by itself: (name, blurred [1, 3, H, W], sharp)."""
    scores = []
    for name, blurred, sharp in pairs:
        _, images = restore(network, blurred)
        stages = tuple(float(psnr(i, sharp)) for i in images)
        scores.append(
            Score(name, float(psnr(blurred, sharp)), float(ssim(blurred, sharp)), stages, float(ssim(images[-1], sharp)))
        )
    return scores


def identity_scores(network: Network, photos: Iterable[tuple[str, Tensor]]) -> dict[str, float]:
    """PSNR of the output against a sharp input, for each photo: how much the network leaves alone what is sharp."""
    return {name: float(psnr(restore(network, photo)[1][-1], photo)) for name, photo in photos}


def mean_score(scores: list[Score]) -> dict[str, float | list[float]]:
    """Means over a set, and the mean gain that each stage adds."""
    n = len(scores)
    stages = [sum(s.psnr_stages[k] for s in scores) / n for k in range(len(scores[0].psnr_stages))]
    start = sum(s.psnr_in for s in scores) / n
    added = [b - a for a, b in zip([start, *stages], stages, strict=False)]
    return {
        "pairs": n,
        "psnrIn": start,
        "psnrOut": stages[-1],
        "gain": stages[-1] - start,
        "stageGains": added,
        "ssimIn": sum(s.ssim_in for s in scores) / n,
        "ssimOut": sum(s.ssim_out for s in scores) / n,
        "worstGain": min(s.gain for s in scores),
    }
