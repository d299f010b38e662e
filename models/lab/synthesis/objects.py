"""Objects in front of the scene, each with its own motion."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .bank import Cutouts, PhotoBank
from .colour import to_linear
from .random_numbers import Dice


def soft_segment(dice: Dice, size: int) -> Tensor:
    """Returns a random blob with a soft edge, from thresholded noise: alpha [1, size, size]."""
    rough = dice.normal(1, 1, 5, 5)
    field = F.interpolate(rough, size=(size, size), mode="bicubic", align_corners=False)[0]
    return torch.sigmoid((field - dice.number(0.2, 0.8)) * 12)


def object_layer(
    dice: Dice, bank: PhotoBank, cutouts: Cutouts, size: int, encoded_average: bool
) -> Tensor:
    """Returns an object as premultiplied colour and alpha, [4, size, size].

    The colour is encoded if frames are averaged encoded (`encoded_average`), else linear light.
    """
    rgba = cutouts.place(dice, size) if dice.number() < 0.8 else None
    if rgba is None:
        colour, _, _ = bank.crop(dice, size, candidates=1)
        rgba = torch.cat((colour, soft_segment(dice, size)))
    colour, alpha = rgba[:3], rgba[3:]
    light = colour if encoded_average else to_linear(colour)
    return torch.cat((light * alpha, alpha))
