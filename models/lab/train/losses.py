"""What training minimises: restoration at every stage, the error head, and the sampling policy (eq. 5-7)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.saphn_nu import Restoration, SaphnNuConfig
from ..networks.blocks import partition

ALPHA, BETA = 1.0, 0.5  # eq. 5


def restoration_loss(images: list[Tensor], sharp: Tensor, fourier: float) -> Tensor:
    """Over the supervised stages, L1 plus `fourier` times L1 between orthonormal spectra.

    Weights grow towards the last stage (0.09, 0.3, 1 for three): with equal ones stage 1 takes nearly all of the gain,
    and its features are shaped for its own image instead of for what later stages make of them.
    """
    target = torch.fft.rfft2(sharp, norm="ortho") if fourier else None
    total = sharp.new_zeros(())
    for k, image in enumerate(images):
        weight = 0.3 ** (len(images) - 1 - k)
        total = total + weight * (image - sharp).abs().mean()
        if target is not None:
            difference = torch.fft.rfft2(image, norm="ortho") - target
            total = total + weight * fourier * torch.view_as_real(difference).abs().mean()
    return total


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
