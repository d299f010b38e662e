"""Layers of objects in front of the scene, in focus or not, moving on their own."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .bank import Cutouts, PhotoBank
from .camera_path import object_homographies, still_where
from .config import SynthesisConfig
from .defocus import out_of_focus
from .objects import object_layer
from .random_numbers import Dice


@dataclass
class Layer:
    """Objects in front of N images of a batch.

    where [N]: their image. rgba [N, 4, P, P]: premultiplied. motion [N, K, 3, 3]. seen: rgba
    behind the lens, out of focus where radius [N] (px) is not 0.
    """

    where: Tensor
    rgba: Tensor
    motion: Tensor
    seen: Tensor
    radius: Tensor

    @staticmethod
    def over(front: Tensor, back: Tensor) -> Tensor:
        """Composites premultiplied [N, 4, S, S] over [N, 3, S, S]."""
        return front[:, :3] + (1 - front[:, 3:]) * back


def moving_layers(
    dice: Dice,
    bank: PhotoBank,
    cutouts: Cutouts,
    config: SynthesisConfig,
    scene: Tensor,
    homographies: Tensor,
    length: Tensor,
    radius: Tensor,
    video: Tensor,
) -> list[Layer]:
    """Returns up to `config.max_objects` layers for a batch of scenes [B, 3, P, P].

    homographies [B, K, 3, 3]: give the instants. length [B]: path of the camera in px. radius [B]:
    defocus of the scene in px. video [B]: the scene is encoded, else linear.
    """
    layers: list[Layer] = []
    count, samples = homographies.shape[:2]
    for _ in range(config.max_objects):
        where = dice.chance(count, config.object_share).nonzero()[:, 0]
        own = dice.log_uniform(count, low=max(1.0, config.min_length), high=config.max_length)
        own = torch.minimum(own, 0.6 * length.max()) * (length > 0)  # stays within the margin
        motion = object_homographies(dice, own, samples)[where]
        rgba = [object_layer(dice, bank, cutouts, scene.shape[-1], bool(video[i])) for i in where]
        if not rgba:
            continue
        disc, drawn = radius[where], torch.stack(rgba)
        if config.defocus_share > 0:
            focused = dice.chance(len(where), config.focused_object_share)
            disc = torch.where(focused, torch.zeros_like(disc), disc)
            # Objects out of focus do not move: a cell has one kind of blur.
            motion = still_where(disc > 0, motion)
        layers.append(Layer(where, drawn, motion, out_of_focus(drawn, disc), disc))
    return layers


def middle(image: Tensor, size: int) -> Tensor:
    """Cuts the margin off [.., P, P]: [.., size, size]."""
    margin = (image.shape[-1] - size) // 2
    return image[..., margin : margin + size, margin : margin + size]
