"""True blur of every cell of 8x8 px: covariance of the motion path, and radius of the defocus."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

CELL = 8  # side of a cell in px


@dataclass
class BlurTruth:
    """Blur of each cell of an image [B, 3, S, S], with c = S / CELL.

    covariance [B, 3, c, c]: (cxx, cxy, cyy) in px² of the displacement of the cell's centre over
    the exposure. radius [B, 1, c, c]: radius in px of the disc that blurs the cell; 0 = in focus.
    """

    covariance: Tensor
    radius: Tensor

    def at_octave(self, octave: int) -> BlurTruth:
        """Returns the blur in px of the image halved `octave` times, per cell of 8 of its px."""
        side = 2**octave
        return BlurTruth(
            F.avg_pool2d(self.covariance, side) / side**2, F.avg_pool2d(self.radius, side) / side
        )

    def spread(self) -> Tensor:
        """Returns the covariance of motion and defocus together, [B, 3, c, c] in px².

        A disc of radius r has a variance of r²/4 in every direction.
        """
        disc = self.radius.square() / 4
        return self.covariance + torch.cat((disc, torch.zeros_like(disc), disc), dim=1)


def path_covariance(homographies: Tensor, size: int) -> Tensor:
    """Returns (cxx, cxy, cyy) in px² of the displacement of each cell's centre.

    homographies [B, K, 3, 3]: one per instant, of px relative to the patch's centre. size: side of
    the patch in px, a multiple of CELL. The result is [B, 3, size/CELL, size/CELL].
    """
    count = size // CELL
    along = torch.arange(count, device=homographies.device, dtype=homographies.dtype)
    along = (along + 0.5) * CELL - size / 2
    y, x = torch.meshgrid(along, along, indexing="ij")
    points = torch.stack((x, y, torch.ones_like(x))).flatten(1)
    moved = homographies @ points  # [B, K, 3, cells]
    place = moved[:, :, :2] / moved[:, :, 2:]
    away = place - place.mean(dim=1, keepdim=True)
    dx, dy = away[:, :, 0], away[:, :, 1]
    cells = torch.stack((dx * dx, dx * dy, dy * dy), dim=2).mean(dim=1)
    return cells.unflatten(2, (count, count))


def cover(under: Tensor, over: Tensor, alpha: Tensor) -> Tensor:
    """Replaces values [N, C, c, c] by `over` in cells that an object covers by more than half.

    alpha [N, 1, S, S]: opacity of the object.
    """
    return torch.where(F.avg_pool2d(alpha, CELL) > 0.5, over, under)


def length_and_direction(covariance: Tensor) -> tuple[Tensor, Tensor]:
    """Returns blur extent and direction of (cxx, cxy, cyy) [B, 3, ..]: [B, 1, ..] each.

    The extent is sqrt(12 λ₁), in px: the length of a straight path of uniform speed. The direction
    is the angle of the first eigenvector in radians from the x axis (y down), in (-π/2, π/2].
    """
    cxx, cxy, cyy = covariance.split(1, dim=1)
    half = (cxx + cyy) / 2
    difference = (cxx - cyy) / 2
    first = half + (difference.square() + cxy.square()).sqrt()
    return (12 * first.clamp_min(0)).sqrt(), torch.atan2(cxy, difference) / 2
