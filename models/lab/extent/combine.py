"""Combines the octaves' estimates of the extent into one per cell of octave 0.

The rule, which the application implements alike. Octave k has cells of 8 px of its own; cell (y, x)
of octave 0 lies in cell (y >> k, x >> k) of octave k. Let L_k = sqrt(12 λ₁) be the extent that
octave k estimates there, in its own px.

1. Begin at the coarsest octave that was run.
2. While a finer octave was run and 2 L_k <= LONGEST, go from octave k to octave k - 1: there the
   blur, twice as long in px, is still short enough to be read.
3. The covariance of the cell is that of the last octave times 4^k, its kind is that octave's.

An octave is needed only where the coarser ones send the rule, so a tile whose blur is long never
runs a fine octave. Extent, direction and kind follow from the combined covariance and kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks.adn.step import StepResult
from ..synthesis.truth import length_and_direction

# Longest extent in px that is read at an octave if a coarser one was run. Measured on held-out
# crops: 12 to 24 px differ little in the length; from 32 px on, lengths and directions get worse.
LONGEST = 16.0


@dataclass
class Combined:
    """Blur per cell of octave 0: [B, .., h/8, w/8]."""

    covariance: Tensor  # [B, 3, ..], px² of octave 0
    kind: Tensor  # [B, 3, ..]: probabilities
    octave: Tensor  # int64 [B, 1, ..]: the octave that the estimate comes from


def combine(results: Sequence[StepResult], longest: float = LONGEST) -> Combined:
    """Combines the results of all octaves, finest first, by the rule above."""
    size = results[0].extent.shape[-2:]
    k = len(results) - 1
    covariance, kind = _enlarged(results[k], k, size)
    octave = torch.full_like(kind[:, :1], k, dtype=torch.int64)
    open_ = torch.ones_like(octave, dtype=torch.bool)
    for k in reversed(range(len(results) - 1)):
        # The extent at octave k, as octave k + 1 estimates it.
        open_ = open_ & (length_and_direction(covariance)[0] / 2**k <= longest)
        finer, finer_kind = _enlarged(results[k], k, size)
        covariance = torch.where(open_, finer, covariance)
        kind = torch.where(open_, finer_kind, kind)
        octave = torch.where(open_, torch.full_like(octave, k), octave)
    return Combined(covariance, kind, octave)


def _enlarged(result: StepResult, octave: int, size: torch.Size) -> tuple[Tensor, Tensor]:
    """Returns an octave's covariance in px² of octave 0, and its kind, per cell of octave 0."""
    side = 2**octave
    covariance, kind = (
        x.repeat_interleave(side, dim=2).repeat_interleave(side, dim=3)[..., : size[0], : size[1]]
        for x in (result.extent, result.kind)
    )
    return covariance * side**2, kind
