"""Pixel-adaptive sampling: choosing cells (eq. 4), reading (eq. 2) and writing them (eq. 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..blocks import ErrorHead, bias_of


@dataclass
class Draw:
    """One draw from the policy; tensors are [B, cells]."""

    actions: Tensor  # 1 = the policy chose the cell
    processed: Tensor  # 1 = the cell is among the L, after cutting or filling up at random
    log_probability: Tensor  # of the action
    budget: int  # L


class SamplingHeads(nn.Module):
    """Policy pi of eq. 4 (a logit) and expected remaining error of each cell.

    The error head is not in the paper. `SaphnNuConfig.sampler` selects the one that later stages
    sample by.
    """

    def __init__(self, channels: int, sample_stride: int, hidden: int = 16) -> None:
        super().__init__()
        first, last = nn.Conv2d(channels, hidden, 1), nn.Conv2d(hidden, 1, 3, padding=1)
        self.policy = nn.Sequential(first, nn.ReLU(), last)
        self.error = ErrorHead(channels, hidden)
        # Starts with L' near L: from 1/2 nearly all draws would be cut and teach nothing.
        nn.init.constant_(bias_of(last), -math.log(sample_stride**2 - 1))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Maps [B, C, h, w] to (policy logits, expected absolute error), [B, 1, h, w] each.

        The error is in units of the image range. Gradients stop at the features, so restoration is
        never traded for predictability.
        """
        return self.policy(features.detach()).float(), self.error(features)


def sample_count(cells: int | Tensor, stride: int, budget: float | Tensor) -> Tensor:
    """Returns L = budget * cells / r^2 as an int64 scalar, at least 1 and at most `cells`.

    Uses tensors throughout, so an exported graph computes L from its input's size and budget.
    """
    every = torch.as_tensor(cells, dtype=torch.float32)
    wanted = torch.as_tensor(budget, dtype=torch.float32).reshape(()) * every / stride**2 + 0.5
    return torch.minimum(wanted.clamp_min(1.0), every).to(torch.int64)


def hardest(scores: Tensor, count: int) -> Tensor:
    """Returns the indices of the `count` highest scores (inference rule below eq. 4).

    [B, cells] -> [B, L], int64. `count` is a tensor while a graph is traced.
    """
    return torch.topk(scores, count, dim=1, sorted=False).indices


def uniform_indices(
    height: int, width: int, count: int, batch: int, device: torch.device
) -> Tensor:
    """Returns `count` cells spread evenly over the grid, [batch, L]: the baseline of PAS."""
    side = (height * width / count) ** 0.5
    stride = max(1, round(side))
    rows = torch.arange(height) % stride == stride // 2
    columns = torch.arange(width) % stride == stride // 2
    lattice = rows[:, None] & columns
    order = torch.arange(height * width, dtype=torch.float32)
    scores = lattice.flatten().float() * 2 * height * width - order
    return torch.topk(scores, count).indices.to(device).expand(batch, -1)


def draw(
    logits: Tensor, count: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Draw]:
    """Samples cells from G = sigmoid(logits) for training; logits are [B, cells].

    Each cell decides for itself (Bernoulli), so L' is only near L: the chosen cells are filled up
    or cut at random. Returns indices [B, L] and the draw for the policy gradient of eq. 7.
    """
    probability = torch.sigmoid(logits)
    noise = torch.rand(logits.shape, generator=generator, device=logits.device)
    actions = (noise < probability).float()
    ties = torch.rand(logits.shape, generator=generator, device=logits.device)
    chosen = hardest(actions * 2 + ties, count)
    yes, no = nn.functional.logsigmoid(logits), nn.functional.logsigmoid(-logits)
    log_probability = actions * yes + (1 - actions) * no
    processed = torch.zeros_like(actions).scatter(1, chosen, 1.0)
    return chosen, Draw(actions, processed, log_probability, count)


def take(x: Tensor, indices: Tensor) -> Tensor:
    """Reads the chosen cells (eq. 2): X [B, C, h, w], indices [B, L] -> [B, C, L]."""
    b, c, h, w = x.shape
    # One gather of contiguous rows is several times faster than one per channel.
    rows = x.permute(0, 2, 3, 1).reshape(b * h * w, c)
    return rows[flat(indices, h * w)].reshape(b, -1, c).transpose(1, 2)


def put_back(x: Tensor, values: Tensor, indices: Tensor) -> Tensor:
    """Replaces the chosen cells of X by `values` [B, C, L] (eq. 3); the others stay."""
    b, c, h, w = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(b * h * w, c)
    new = values.transpose(1, 2).reshape(-1, c).to(x.dtype)
    rows = rows.index_put((flat(indices, h * w),), new)
    return rows.reshape(b, h, w, c).permute(0, 3, 1, 2)


def flat(indices: Tensor, cells: int) -> Tensor:
    """Converts indices within each image [B, L] to rows of the flattened batch [B*L]."""
    start = torch.arange(indices.shape[0], device=indices.device)[:, None] * cells
    return (indices + start).reshape(-1)
