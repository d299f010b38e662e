"""Targets of the extent head per cell, and how much each cell counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.adn.network import enlarge
from ..synthesis.truth import CELL, BlurTruth, length_and_direction

IGNORED = -100  # label of cells whose kind cannot be told
SHARP, MOVED, DEFOCUSED = range(3)
# Mean absolute detail of the sharp image, of the range of encoded values.
FLAT, TEXTURED, FINE = 0.003, 0.010, 0.006


@dataclass
class Targets:
    """What an octave's cells show, [B, .., c, c]; lengths in px of that octave."""

    spread: Tensor  # (cxx, cxy, cyy) of motion and defocus together, [B, 3, ..]
    label: Tensor  # int64 [B, ..]: SHARP, MOVED, DEFOCUSED or IGNORED
    contrast: Tensor  # [B, 1, ..]: mean absolute detail below 16 px of the sharp image

    @property
    def textured(self) -> Tensor:
        """Cells in which blur can be seen: bool [B, 1, ..]."""
        return self.contrast > TEXTURED


def targets(truth: BlurTruth, sharp: Tensor) -> Targets:
    """Returns the targets of an octave from its true blur and its sharp image [B, 3, h, w].

    A cell is moved from 2 px on, defocused from a radius of 1 px on, sharp below half of that, and
    not counted between; of motion and defocus together the longer one decides. Without texture
    nothing can be seen: such cells belong to the sharp ones, except where the photo itself may be
    out of focus (coarse detail without fine one).
    """
    extent, _ = length_and_direction(truth.covariance)
    fine, contrast = detail(sharp, 1), detail(sharp, 4)
    label = torch.full_like(extent, IGNORED)
    label[(extent < 1) & (truth.radius < 0.5) & (fine > FINE)] = SHARP
    label[contrast < FLAT] = SHARP
    disc = math.sqrt(3) * truth.radius
    label[(extent >= 2) & (extent >= disc) & (contrast > TEXTURED)] = MOVED
    label[(truth.radius >= 1) & (disc > extent) & (contrast > TEXTURED)] = DEFOCUSED
    return Targets(truth.spread(), label[:, 0].long(), contrast)


def detail(image: Tensor, halvings: int) -> Tensor:
    """Returns the mean absolute detail finer than `halvings` octaves per cell of 8 px.

    [B, 3, H, W] -> [B, 1, H/8, W/8].
    """
    luma = image.mean(dim=1, keepdim=True)
    height, width = luma.shape[-2:]
    side = 2**halvings
    padded = F.pad(luma, (0, -width % side, 0, -height % side), mode="replicate")
    smooth = enlarge(F.avg_pool2d(padded, side), halvings)[..., :height, :width]
    return F.avg_pool2d((luma - smooth).abs(), CELL)
