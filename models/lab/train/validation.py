"""Measurements during training: PSNR of every stage's EMA image on pairs not trained on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..images import pad_to_multiple
from ..metrics import psnr
from ..networks.network import Network

Pairs = list[tuple[Tensor, Tensor]]  # (blurred, sharp), [B, 3, H, W] each


@torch.no_grad()
def stage_images(
    network: Network, image: Tensor, device: torch.device, stages: int | None
) -> list[Tensor]:
    """Returns each stage's image of [B, 3, H, W], clamped to [0, 1], at the input's size."""
    h, w = image.shape[-2:]
    padded = pad_to_multiple(image, network.config.multiple_of)
    padded = padded.to(device, memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        images = network(padded, stages=stages).images
    return [i[..., :h, :w].clamp(0, 1) for i in images]


def gains(
    network: Network, pairs: Pairs, device: torch.device, stages: int | None = None
) -> dict[str, float]:
    """Returns the input's mean PSNR ("in") and each stage's gain over it ("gain1" ...), in dB."""
    before, after = [], []
    for blurred, sharp in pairs:
        images = stage_images(network, blurred, device, stages)
        sharp = sharp.to(device)
        before.append(psnr(blurred.to(device), sharp).mean())
        after.append(torch.stack([psnr(i, sharp).mean() for i in images]))
    start = torch.stack(before).mean()
    gained = torch.stack(after).mean(0) - start
    return {"in": float(start)} | {f"gain{i + 1}": float(g) for i, g in enumerate(gained)}


def fidelity(
    network: Network, photos: list[Tensor], device: torch.device, stages: int | None = None
) -> dict[str, float]:
    """Returns each stage's mean PSNR against sharp inputs ("out1" ...), in dB."""
    scores = []
    for photo in photos:
        images = stage_images(network, photo, device, stages)
        scores.append(torch.stack([psnr(i, photo.to(device)).mean() for i in images]))
    return {f"out{i + 1}": float(score) for i, score in enumerate(torch.stack(scores).mean(0))}


def validator(
    sets: dict[str, Pairs], sharp: list[Tensor], device: torch.device, stages: int | None = None
) -> Callable[[Network], dict[str, float]]:
    """Returns a function that measures the EMA network on sets of pairs and on sharp photos.

    Its values are named "<set>.<value>", for example "frozen.gain1" or "sharp.out1".
    """

    def validate(network: Network) -> dict[str, float]:
        network.eval()
        values = {name: gains(network, pairs, device, stages) for name, pairs in sets.items()}
        if sharp:
            values["sharp"] = fidelity(network, sharp, device, stages)
        network.train()
        return {
            f"{name}.{key}": value
            for name, measured in values.items()
            for key, value in measured.items()
        }

    return validate
