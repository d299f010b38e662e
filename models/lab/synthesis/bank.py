"""Photos and cut-outs in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ..images import photo_paths
from .random_numbers import Dice


@dataclass
class PhotoBank:
    """Sharp photos as uint8 [3, H, W], on the device that synthesizes the blur."""

    photos: list[Tensor]

    @staticmethod
    def load(folders: Sequence[Path], device: torch.device) -> PhotoBank:
        """Reads all images of the folders, by name.

        Raises FileNotFoundError for a folder without images.
        """
        paths = [path for folder in folders for path in photo_paths(folder)]
        return PhotoBank([_read(path, "RGB").to(device) for path in paths])

    def crop(self, dice: Dice, size: int, candidates: int = 3) -> tuple[Tensor, Tensor, float]:
        """Cuts a textured square from a random photo, randomly scaled, flipped and turned.

        Returns the encoded patch [3, size, size] in [0, 1], its centre relative to the photo's
        in px [2], and the photo's long side in px. Takes the candidate with the largest gradients:
        flat sky teaches nothing.
        """
        photo = self.photos[dice.integer(0, len(self.photos) - 1)]
        height, width = photo.shape[1:]
        # Shrinking a larger crop gives sharper pixels.
        scale = 1.0 if dice.number() < 0.4 else dice.number(1.0, 1.7)
        side = min(int(size * scale), height, width)
        best, energy, where = photo, -1.0, (0, 0)
        for _ in range(candidates):
            y, x = dice.integer(0, height - side), dice.integer(0, width - side)
            found = photo[:, y : y + side, x : x + side]
            green = found[1, ::2, ::2].to(torch.float32)
            texture = float(green.diff(dim=0).abs().mean() + green.diff(dim=1).abs().mean())
            if texture > energy:
                best, energy, where = found, texture, (y, x)
        patch = best.to(dice.dtype).div(255)[None]
        if side > size:
            patch = F.interpolate(patch, size=(size, size), mode="area")
        elif side < size:
            patch = pad_reflecting(patch, size)
        ratio = min(1.0, size / side)
        centre = torch.tensor([where[1] + side / 2 - width / 2, where[0] + side / 2 - height / 2])
        centre = (centre * ratio).to(dice.device, dice.dtype)
        return orient(patch[0], dice), centre, max(height, width) * ratio


def pad_reflecting(patch: Tensor, size: int) -> Tensor:
    """Grows [1, C, h, w] to size x size by reflection at the right and bottom.

    Reflects repeatedly if one reflection is not enough.
    """
    while patch.shape[-1] < size or patch.shape[-2] < size:
        right = min(size - patch.shape[-1], patch.shape[-1] - 1)
        down = min(size - patch.shape[-2], patch.shape[-2] - 1)
        patch = F.pad(patch, (0, right, 0, down), mode="reflect")
    return patch


def orient(patch: Tensor, dice: Dice) -> Tensor:
    """Flips and turns [.., C, S, S] at random, and sometimes swaps channels.

    All leading dimensions are treated alike.
    """
    if dice.number() < 0.5:
        patch = patch.flip(-1)
    if dice.number() < 0.5:
        patch = patch.flip(-2)
    if dice.number() < 0.5:
        patch = patch.transpose(-2, -1)
    if dice.number() < 0.1:
        channels = torch.randperm(patch.shape[-3], generator=dice.generator).to(patch.device)
        patch = patch.index_select(-3, channels)
    return patch


@dataclass
class Cutouts:
    """Cut-out objects as uint8 RGBA [4, H, W]; if empty, soft segments of photos replace them."""

    images: list[Tensor]

    @staticmethod
    def load(folder: Path | None, device: torch.device) -> Cutouts:
        """Reads all images of a folder; `None` gives no cut-outs.

        Raises FileNotFoundError for a folder without images.
        """
        if folder is None:
            return Cutouts([])
        return Cutouts([_read(p, "RGBA").to(device) for p in photo_paths(folder)])

    def place(self, dice: Dice, size: int) -> Tensor | None:
        """Places a random cut-out, scaled to 0.3-0.9 of the patch, at a random position.

        Returns encoded RGBA [4, size, size], or `None` if there are no cut-outs.
        """
        if not self.images:
            return None
        image = self.images[dice.integer(0, len(self.images) - 1)].to(dice.dtype).div(255)[None]
        target = dice.number(0.3, 0.9) * size
        scale = min(1.0, target / max(image.shape[-2:]))  # never enlarged, which would blur it
        height, width = (max(8, int(n * scale)) for n in image.shape[-2:])
        image = F.interpolate(image, size=(height, width), mode="area")[0, :, :size, :size]
        height, width = image.shape[1:]
        y, x = dice.integer(0, size - height), dice.integer(0, size - width)
        canvas = torch.zeros(4, size, size, device=image.device, dtype=image.dtype)
        canvas[:, y : y + height, x : x + width] = image
        return canvas


def _read(path: Path, mode: str) -> Tensor:
    return torch.from_numpy(np.array(Image.open(path).convert(mode))).permute(2, 0, 1).contiguous()
