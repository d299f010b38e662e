"""Defocus: convolution with a disc of soft edge."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def disc(radius: float, like: Tensor) -> Tensor:
    """Returns a kernel [k, k] of sum 1: a disc of `radius` px whose edge is 1 px wide."""
    reach = int(radius + 1.5)
    along = torch.arange(-reach, reach + 1, device=like.device, dtype=like.dtype)
    distance = (along[:, None].square() + along[None].square()).sqrt()
    kernel = (radius + 0.5 - distance).clamp(0, 1)
    return kernel / kernel.sum()


def defocus(image: Tensor, radius: float) -> Tensor:
    """Blurs [C, H, W] by a disc of `radius` px, computed in the frequency domain.

    The image repeats the pixels of its border outside.
    """
    kernel = disc(radius, image)
    reach = kernel.shape[0] // 2
    padded = F.pad(image[None], (reach,) * 4, mode="replicate")[0]
    size = padded.shape[-2:]
    spectrum = torch.fft.rfft2(padded) * torch.fft.rfft2(kernel, s=size)
    return torch.fft.irfft2(spectrum, s=size)[..., 2 * reach :, 2 * reach :]


def out_of_focus(images: Tensor, radius: Tensor) -> Tensor:
    """Blurs each of [B, C, P, P] by a disc of its radius [B] in px; 0 leaves it as it is."""
    if not bool((radius > 0).any()):
        return images
    pairs = zip(images, radius.tolist(), strict=True)
    return torch.stack([defocus(image, r) if r > 0 else image for image, r in pairs])
