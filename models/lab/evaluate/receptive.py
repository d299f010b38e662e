"""Effective receptive field: the distance within which input pixels matter, for the overlap."""

from __future__ import annotations

import torch

from ..images import pad_to_multiple
from ..networks.network import Network


def effective_radius(
    network: Network, image: torch.Tensor, share: float = 0.98, size: int = 256
) -> int:
    """Returns the Chebyshev radius in px around the centre that holds `share` of the gradient.

    image [1, 3, H, W]: at least `size` wide and high; its middle is used. Global attention reaches
    everywhere but weakly, hence a share instead of all.
    """
    h, w = image.shape[-2:]
    y, x = (h - size) // 2, (w - size) // 2
    crop = (
        pad_to_multiple(image[..., y : y + size, x : x + size], network.config.multiple_of)
        .clone()
        .requires_grad_()
    )
    middle = size // 2
    network(crop).images[-1][..., middle - 2 : middle + 2, middle - 2 : middle + 2].sum().backward()
    if crop.grad is None:
        raise ValueError("the output does not depend on the image")
    weight = crop.grad.abs().sum((0, 1))[:size, :size]
    reach = torch.arange(size) - middle
    distance = torch.maximum(
        reach.abs()[:, None].expand(size, size), reach.abs()[None, :].expand(size, size)
    )
    total = weight.sum()
    inside = torch.stack([weight[distance <= r].sum() for r in range(middle)])
    return int((inside < share * total).sum())
