"""Sensor model: shot and read noise, colour filter array, demosaicing."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .random_numbers import Dice

# At ISO 100: variance = SHOT * signal + READ**2, in units of full scale; both grow with ISO.
SHOT, READ = 1.0e-4, 4.0e-4


def noise(signal: Tensor, iso: Tensor, dice: Dice) -> Tensor:
    """Adds Poisson-Gaussian noise, approximated as a normal of signal-dependent variance.

    signal [B, C, H, W]: linear. iso [B].
    """
    gain = (iso / 100).view(-1, 1, 1, 1)
    variance = SHOT * gain * signal.clamp_min(0) + (READ * gain) ** 2
    return signal + variance.sqrt() * dice.noise(signal.shape)


def bayer_masks(height: int, width: int, like: Tensor) -> Tensor:
    """Returns the RGGB pattern as masks [3, height, width], 1 = the colour is measured."""
    masks = torch.zeros(3, height, width, device=like.device, dtype=like.dtype)
    masks[0, ::2, ::2] = masks[1, ::2, 1::2] = masks[1, 1::2, ::2] = masks[2, 1::2, 1::2] = 1
    return masks


# Linear 5x5 interpolation of Malvar, He and Cutler (2004), in eighths.
_GREEN = [[0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1], [0, 0, 2, 0, 0], [0, 0, -1, 0, 0]]
_ROW = [
    [0, 0, 0.5, 0, 0],
    [0, -1, 0, -1, 0],
    [-1, 4, 5, 4, -1],
    [0, -1, 0, -1, 0],
    [0, 0, 0.5, 0, 0],
]
_DIAGONAL = [
    [0, 0, -1.5, 0, 0],
    [0, 2, 0, 2, 0],
    [-1.5, 0, 6, 0, -1.5],
    [0, 2, 0, 2, 0],
    [0, 0, -1.5, 0, 0],
]


def demosaic(mosaic: Tensor) -> Tensor:
    """Interpolates an RGGB mosaic: [B, 1, H, W] -> [B, 3, H, W]."""
    rows = torch.tensor(_ROW, device=mosaic.device, dtype=mosaic.dtype)
    kernels = torch.stack(
        [torch.tensor(k, device=mosaic.device, dtype=mosaic.dtype) for k in (_GREEN, _DIAGONAL)]
        + [rows, rows.T]
    )
    padded = F.pad(mosaic, (2, 2, 2, 2), mode="reflect")
    green, diagonal, row, column = F.conv2d(padded, kernels[:, None] / 8).split(1, dim=1)
    height, width = mosaic.shape[-2:]
    red, _, blue = (m[None, None] for m in bayer_masks(height, width, mosaic))
    in_red_row = torch.zeros_like(red)
    in_red_row[..., ::2, 1::2] = 1  # green sites beside red
    in_blue_row = torch.zeros_like(red)
    in_blue_row[..., 1::2, ::2] = 1  # green sites beside blue
    measured_green = in_red_row + in_blue_row
    r = red * mosaic + in_red_row * row + in_blue_row * column + blue * diagonal
    g = measured_green * mosaic + (red + blue) * green
    b = blue * mosaic + in_blue_row * row + in_red_row * column + red * diagonal
    return torch.cat((r, g, b), dim=1)


def through_sensor(
    linear: Tensor, iso: Tensor, noisy: Tensor, mosaic: Tensor, dice: Dice
) -> Tensor:
    """Returns linear light as a camera records it, [B, 3, H, W].

    linear [B, 3, H, W]; iso [B]; noisy, mosaic [B] bool. White balance is undone before the noise
    and redone after it: red and blue are weaker on the sensor, hence noisier. Clipped pixels have
    no noise, because a full well is full.
    """
    count = linear.shape[0]
    clipped = linear >= 1
    light = linear.clamp(0, 1)
    red, blue = dice.uniform(count, low=1.6, high=2.4), dice.uniform(count, low=1.4, high=2.0)
    gains = torch.stack((red, torch.ones_like(red), blue), dim=1).view(count, 3, 1, 1)
    raw = light / gains
    noised = torch.where(noisy.view(-1, 1, 1, 1), noise(raw, iso, dice), raw)
    if bool(mosaic.any()):
        height, width = linear.shape[-2:]
        masks = bayer_masks(height, width, linear)
        # Demosaicing needs balanced values: it interpolates colour differences.
        interpolated = demosaic((noised * gains * masks).sum(dim=1, keepdim=True)) / gains
        noised = torch.where(mosaic.view(-1, 1, 1, 1), interpolated, noised)
    recorded = (noised * gains).clamp(0, 1)
    return torch.where(clipped, torch.ones_like(recorded), recorded)
