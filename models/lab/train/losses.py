"""What training minimises: restoration at every stage, the error head, and the sampling policy (eq. 5-7)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.blocks import partition
from ..networks.network import Objective, Restoration
from ..networks.saphn_nu import SaphnNuConfig

ALPHA, BETA = 1.0, 0.5  # eq. 5
# Squared error below which a patch is good enough for psnr_loss (37 dB): else those that are nearly sharp already would count most.
FLOOR = 2e-4


def restoration_loss(images: list[Tensor], sharp: Tensor, fourier: float, objective: Objective = Objective()) -> Tensor:
    """Over the supervised images, pixel differences plus `fourier` times L1 between orthonormal spectra.

    With three stages and the usual decay they weigh 0.09, 0.3 and 1: with equal weights stage 1 takes nearly all of the
    gain, and its features are shaped for its own image instead of for what later stages make of them. Images of coarser
    scales (ADN eq. 8) are compared with the sharp one at their size, and gradients (eq. 9) of the last image alone.
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
        total = total + objective.gradient * sum(distance(torch.diff(error, dim=axis), objective) for axis in (2, 3))
    return total


def psnr_loss(images: list[Tensor], sharp: Tensor, objective: Objective = Objective()) -> Tensor:
    """Over the supervised images, minus the mean PSNR in units of 20 dB: what a network is judged by, no more and no less.

    The squared error makes a network that cannot know put out the mean of what may be, and the logarithm counts every patch
    alike, however hard it is. Measured on ADN, in 600 steps that continue: docs/measurements.md.
    """
    total = sharp.new_zeros(())
    for k, image in enumerate(images):
        error = (image - scaled_to(sharp, image)).pow(2).mean(dim=(1, 2, 3))
        total = total + objective.decay ** (len(images) - 1 - k) * 0.5 * torch.log10(error + FLOOR).mean()
    return total


def scaled_to(sharp: Tensor, image: Tensor) -> Tensor:
    """`sharp` at the size of `image`, which is a whole number of times smaller: means over cells."""
    factor = sharp.shape[-1] // image.shape[-1]
    return sharp if factor == 1 else F.avg_pool2d(sharp, factor)


def distance(difference: Tensor, objective: Objective) -> Tensor:
    return difference.abs().mean() if objective.pixel == "l1" else difference.pow(2).mean()


def true_error(image: Tensor, sharp: Tensor, stride: int) -> Tensor:
    """|restored - sharp|, mean over channels and over each cell of the grid: [B, 1, H/stride, W/stride]."""
    error = (image.detach().clamp(0, 1) - sharp).abs().mean(dim=1, keepdim=True)
    return F.avg_pool2d(error, stride)


def difficulty_loss(result: Restoration, sharp: Tensor, stride: int) -> Tensor:
    """Squared difference of predicted and true error: its minimiser is the expected error, hence calibrated."""
    total = sharp.new_zeros(())
    for state in result.states:
        total = total + 10 * (state.difficulty - true_error(state.restored, sharp, stride)).pow(2).mean()
    return total


def policy_loss(result: Restoration, sharp: Tensor, config: SaphnNuConfig) -> Tensor:
    """Minus the policy-gradient objective of eq. 6-7, for stages that drew their pixels from the policy.

    R = -alpha (|OP_k - GT| + |OP_{k-1} - GT|) - beta 1(L' > L) (eq. 5). |OP_{k-1} - GT| does not depend on the action, so
    2 |OP_{k-1} - GT| serves as baseline: the expected gradient is that of the paper with far less variance. What is left
    is the gain |OP_{k-1} - GT| - |OP_k - GT|, which is small, so it is normalised per batch before the penalty is applied.
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
        # A gain belongs to an action only where the action was carried out: cells that were cut or filled up say nothing.
        # The penalty concerns the whole draw: only the cells that said yes can be blamed for it.
        carried_out = (maps.draw.actions == maps.draw.processed).float()
        reward = ALPHA * gain * carried_out - BETA * too_many * maps.draw.actions
        total = total - (reward * maps.draw.log_probability).mean()
    return total
