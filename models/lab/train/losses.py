"""Training losses: restoration of every stage, the error head, and the policy (eq. 5-7)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.blocks import partition
from ..networks.network import Objective, Restoration
from ..networks.saphn_nu import SaphnNuConfig

ALPHA, BETA = 1.0, 0.5  # eq. 5
# Squared error at which a patch is good enough for psnr_loss (37 dB). Without it, patches that are
# nearly sharp already would count most.
FLOOR = 2e-4
PLAIN = Objective()


def restoration_loss(
    images: list[Tensor], sharp: Tensor, fourier: float, objective: Objective = PLAIN
) -> Tensor:
    """Returns pixel differences plus `fourier` times L1 between orthonormal spectra.

    images: the supervised ones, [B, 3, h, w], each compared with `sharp` [B, 3, H, W] at its size
    (ADN eq. 8); gradients (ADN eq. 9) of the last image alone. With three stages and the usual
    decay the weights are 0.09, 0.3 and 1: with equal weights stage 1 takes nearly all of the gain,
    and its features serve its own image instead of the later stages.
    """
    total = sharp.new_zeros(())
    spectra: dict[int, Tensor] = {}
    for k, image in enumerate(images):
        weight = objective.decay ** (len(images) - 1 - k)
        target = scaled_to(sharp, image)
        total = total + weight * distance(image - target, objective)
        if fourier:
            if image.shape[-1] not in spectra:
                spectra[image.shape[-1]] = torch.fft.rfft2(target, norm="ortho")
            difference = torch.fft.rfft2(image, norm="ortho") - spectra[image.shape[-1]]
            total = total + weight * fourier * torch.view_as_real(difference).abs().mean()
    if objective.gradient:
        error = images[-1] - sharp
        gradients = sum(distance(torch.diff(error, dim=axis), objective) for axis in (2, 3))
        total = total + objective.gradient * gradients
    return total


def psnr_loss(images: list[Tensor], sharp: Tensor, objective: Objective = PLAIN) -> Tensor:
    """Returns minus the mean PSNR of the supervised images, in units of 20 dB.

    Shapes as in `restoration_loss`. Squared error makes a network return the mean of the possible
    images, and the logarithm gives every patch the same weight, however hard it is.
    docs/measurements.md has its effect on ADN after 600 more steps.
    """
    total = sharp.new_zeros(())
    for k, image in enumerate(images):
        error = (image - scaled_to(sharp, image)).pow(2).mean(dim=(1, 2, 3))
        weight = objective.decay ** (len(images) - 1 - k)
        total = total + weight * 0.5 * torch.log10(error + FLOOR).mean()
    return total


def scaled_to(sharp: Tensor, image: Tensor) -> Tensor:
    """Scales `sharp` down to the size of `image` by means, a whole number of times smaller."""
    factor = sharp.shape[-1] // image.shape[-1]
    return sharp if factor == 1 else F.avg_pool2d(sharp, factor)


def distance(difference: Tensor, objective: Objective) -> Tensor:
    """Returns the mean absolute or squared difference, as the objective says."""
    return difference.abs().mean() if objective.pixel == "l1" else difference.pow(2).mean()


def true_error(image: Tensor, sharp: Tensor, stride: int) -> Tensor:
    """Returns |restored - sharp| per cell, the mean over channels and pixels.

    [B, 3, H, W] -> [B, 1, H/stride, W/stride], without a gradient.
    """
    error = (image.detach().clamp(0, 1) - sharp).abs().mean(dim=1, keepdim=True)
    return F.avg_pool2d(error, stride)


def difficulty_loss(result: Restoration, sharp: Tensor, stride: int) -> Tensor:
    """Returns the squared difference of predicted and true error.

    Its minimiser is the expected error, so the prediction is calibrated.
    """
    total = sharp.new_zeros(())
    for state in result.states:
        error = true_error(state.restored, sharp, stride)
        total = total + 10 * (state.difficulty - error).pow(2).mean()
    return total


def policy_loss(result: Restoration, sharp: Tensor, config: SaphnNuConfig) -> Tensor:
    """Returns minus the policy-gradient objective of eq. 6-7, for stages that used the policy.

    R = -alpha (|OP_k - GT| + |OP_{k-1} - GT|) - beta 1(L' > L) (eq. 5). |OP_{k-1} - GT| does not
    depend on the action, so 2 |OP_{k-1} - GT| serves as baseline: the expected gradient stays the
    paper's, with far less variance. The remaining gain |OP_{k-1} - GT| - |OP_k - GT| is small, so
    it is normalised per batch before the penalty is applied.
    """
    total = sharp.new_zeros(())
    for k, (state, maps) in enumerate(zip(result.states, result.maps, strict=True)):
        if maps.draw is None:
            continue
        before = true_error(result.states[k - 1].restored, sharp, config.grid_stride)
        after = true_error(state.restored, sharp, config.grid_stride)
        gain = partition(before - after, config.patches[k]).flatten(1)
        gain = gain / gain.std().clamp_min(1e-6)
        too_many = (maps.draw.actions.sum(1, keepdim=True) > maps.draw.budget).float()
        # An action earns its gain only if it was carried out: cells that were cut or filled up
        # teach nothing. The penalty concerns the whole draw, so only chosen cells carry it.
        carried_out = (maps.draw.actions == maps.draw.processed).float()
        reward = ALPHA * gain * carried_out - BETA * too_many * maps.draw.actions
        total = total - (reward * maps.draw.log_probability).mean()
    return total
