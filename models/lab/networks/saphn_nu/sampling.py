"""Pixel-adaptive sampling: which cells to process (eq. 4), taking them (eq. 2) and putting them back (eq. 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..blocks import ErrorHead


@dataclass
class Draw:
    """One draw from the policy, per cell [B, cells], and how many cells were asked for (L)."""

    actions: Tensor  # 1 where the cell said yes
    processed: Tensor  # 1 where it was among the L: yes-sayers are cut, or filled up, at random
    log_probability: Tensor  # of the action
    budget: int


class SamplingHeads(nn.Module):
    """What a stage says about its cells: pi of eq. 4 (a logit) and the error that it expects to remain (>= 0).

    The error head is not in the paper. Both exist; `SaphnNuConfig.sampler` picks the one that later stages sample by.
    """

    def __init__(self, channels: int, sample_stride: int, hidden: int = 16) -> None:
        super().__init__()
        self.policy = nn.Sequential(nn.Conv2d(channels, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, 1, 3, padding=1))
        self.error = ErrorHead(channels, hidden)
        # Begin where L' is near L: from 1/2 nearly all draws would be cut, and say nothing about their cells.
        nn.init.constant_(self.policy[2].bias, -math.log(sample_stride**2 - 1))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """[B, C, h, w] -> (policy logits [B, 1, h, w], expected absolute error [B, 1, h, w] in units of the image range).

        The heads look at the features, they do not shape them: gradients stop here, so that restoration is never traded
        for being easy to predict.
        """
        return self.policy(features.detach()).float(), self.error(features)


def sample_count(cells: int | Tensor, stride: int, budget: float | Tensor) -> Tensor:
    """L = cells / r^2 scaled by the budget, at least 1 and at most all, as an int64 scalar tensor.

    Tensors throughout, so that an exported graph computes L from its own input's size and budget.
    """
    every = torch.as_tensor(cells, dtype=torch.float32)
    wanted = torch.as_tensor(budget, dtype=torch.float32).reshape(()) * every / stride**2 + 0.5
    return torch.minimum(wanted.clamp_min(1.0), every).to(torch.int64)


def hardest(scores: Tensor, count: Tensor | int) -> Tensor:
    """Indices of the `count` highest scores: [B, cells] -> [B, L], int64 (inference rule below eq. 4)."""
    return torch.topk(scores, count, dim=1, sorted=False).indices


def uniform_indices(height: int, width: int, count: int, batch: int, device: torch.device) -> Tensor:
    """`count` cells spread evenly over the grid: what PAS is compared with at equal L. -> [B, L]"""
    side = (height * width / count) ** 0.5
    stride = max(1, round(side))
    lattice = (torch.arange(height) % stride == stride // 2)[:, None] & (torch.arange(width) % stride == stride // 2)
    order = torch.arange(height * width, dtype=torch.float32)
    scores = lattice.flatten().float() * 2 * height * width - order
    return torch.topk(scores, count).indices.to(device).expand(batch, -1)


def draw(logits: Tensor, count: int, generator: torch.Generator | None = None) -> tuple[Tensor, Draw]:
    """Sample cells from G = sigmoid(logits) for training.

    Each cell decides for itself (Bernoulli), so L' is only near L; the L cells that are processed are those that said yes,
    filled up or cut at random. Returns (indices [B, L], the draw for the policy gradient of eq. 7).
    """
    probability = torch.sigmoid(logits)
    noise = torch.rand(logits.shape, generator=generator, device=logits.device)
    actions = (noise < probability).float()
    chosen = hardest(actions * 2 + torch.rand(logits.shape, generator=generator, device=logits.device), count)
    log_probability = actions * nn.functional.logsigmoid(logits) + (1 - actions) * nn.functional.logsigmoid(-logits)
    processed = torch.zeros_like(actions).scatter(1, chosen, 1.0)
    return chosen, Draw(actions, processed, log_probability, count)


def take(x: Tensor, indices: Tensor) -> Tensor:
    """Eq. 2: features of the chosen cells. X [B, C, h, w], indices [B, L] -> [B, C, L]."""
    b, c, h, w = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(b * h * w, c)  # one gather of whole rows is a copy; per channel it is a walk
    return rows[flat(indices, h * w)].reshape(b, -1, c).transpose(1, 2)


def put_back(x: Tensor, values: Tensor, indices: Tensor) -> Tensor:
    """Eq. 3: X with the chosen cells replaced by `values` [B, C, L]; the other cells are the skip connection."""
    b, c, h, w = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(b * h * w, c)
    new = values.transpose(1, 2).reshape(-1, c).to(x.dtype)
    rows = rows.index_put((flat(indices, h * w),), new)
    return rows.reshape(b, h, w, c).permute(0, 3, 1, 2)


def flat(indices: Tensor, cells: int) -> Tensor:
    """Indices within each image of a batch [B, L] -> rows of the flattened batch [B*L]."""
    start = torch.arange(indices.shape[0], device=indices.device)[:, None] * cells
    return (indices + start).reshape(-1)
