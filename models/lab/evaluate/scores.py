"""PSNR and SSIM of a network's stages on pairs, and its fidelity on sharp photos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..images import pad_to_multiple, quantise
from ..metrics import psnr, ssim
from ..networks.network import Network, Restoration


@dataclass(frozen=True)
class Score:
    """Scores of a pair: of the input and of each stage's image; PSNR in dB."""

    name: str
    psnr_in: float
    ssim_in: float
    psnr_stages: tuple[float, ...]
    ssim_out: float

    @property
    def gain(self) -> float:
        """PSNR of the last stage minus that of the input, in dB."""
        return self.psnr_stages[-1] - self.psnr_in


@torch.no_grad()
def restore(network: Network, image: Tensor) -> tuple[Restoration, list[Tensor]]:
    """Restores [B, 3, H, W] of any size, in float32.

    Returns the result at the padded size, and each stage's image as 8-bit values, cropped.
    """
    h, w = image.shape[-2:]
    result = network(pad_to_multiple(image, network.config.multiple_of))
    return result, [quantise(i[..., :h, :w]) for i in result.images]


def score_pairs(network: Network, pairs: Iterable[tuple[str, Tensor, Tensor]]) -> list[Score]:
    """Scores pairs (name, blurred [1, 3, H, W], sharp)."""
    scores = []
    for name, blurred, sharp in pairs:
        _, images = restore(network, blurred)
        stages = tuple(float(psnr(i, sharp)) for i in images)
        scores.append(
            Score(
                name,
                float(psnr(blurred, sharp)),
                float(ssim(blurred, sharp)),
                stages,
                float(ssim(images[-1], sharp)),
            )
        )
    return scores


def identity_scores(network: Network, photos: Iterable[tuple[str, Tensor]]) -> dict[str, float]:
    """Returns the PSNR of the output against a sharp input, in dB by photo."""
    return {name: float(psnr(restore(network, photo)[1][-1], photo)) for name, photo in photos}


def mean_score(scores: list[Score]) -> dict[str, Any]:
    """Averages scores over a set; `stageGains` are the mean gains that each stage adds, in dB."""
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
