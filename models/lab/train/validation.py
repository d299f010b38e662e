"""What a running training is judged by: PSNR of every stage's EMA image on pairs that it never trains on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..images import pad_to_multiple
from ..metrics import psnr
from ..networks.saphn_nu import SaphnNu

Pairs = list[tuple[Tensor, Tensor]]


@torch.no_grad()
def gains(network: SaphnNu, pairs: Pairs, device: torch.device, stages: int | None = None) -> dict[str, float]:
    """Mean PSNR of the input and gain of each stage over it, in dB."""
    network.eval()
    before, after = [], []
    for blurred, sharp in pairs:
        h, w = sharp.shape[-2:]
        image = pad_to_multiple(blurred, network.config.multiple_of).to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            images = network(image, stages=stages).images
        sharp = sharp.to(device)
        before.append(psnr(blurred.to(device), sharp).mean())
        after.append(torch.stack([psnr(i[..., :h, :w].clamp(0, 1), sharp).mean() for i in images]))
    network.train()
    start = torch.stack(before).mean()
    gained = torch.stack(after).mean(0) - start
    return {"in": float(start)} | {f"gain{i + 1}": float(g) for i, g in enumerate(gained)}


def validator(
    sets: dict[str, Pairs], device: torch.device, stages: int | None = None
) -> Callable[[SaphnNu], dict[str, float]]:
    """A function of the EMA network: "<set>.<value>" for every set, over the stages that are trained."""

    def validate(network: SaphnNu) -> dict[str, float]:
        values = {name: gains(network, pairs, device, stages) for name, pairs in sets.items()}
        return {f"{name}.{key}": value for name, measured in values.items() for key, value in measured.items()}

    return validate
