"""Extent head: length, direction and kind of the blur per cell, from features of a frozen body."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import residual_blocks
from .config import AdnConfig

KINDS = "sharp or textureless", "moved", "defocused"  # channels of `kind`
CELL = 8  # px of an octave per cell
LIMIT = 14.0  # e^14 = (1100 px)²: keeps untrained or misled outputs finite


class ExtentHead(nn.Module):
    """Maps features [B, F, h/8, w/8] to (extent, kind), [B, 3, h/8, w/8] each.

    extent: (cxx, cxy, cyy), covariance of the blur in px² of the octave that the body sees. kind:
    probabilities of KINDS. Not in the paper: synthesis supplies the targets.
    """

    def __init__(self, config: AdnConfig, hidden: int = 64) -> None:
        super().__init__()
        _, c2, c3 = config.widths
        self.join = nn.Conv2d(2 * c3 + c2, hidden, 1)
        self.blocks = residual_blocks(hidden, 2)
        # Two of the eight are unused: WebGPU miscomputes convolutions of 6 channels.
        self.out = nn.Conv2d(hidden, 8, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        values = self.predict(features)
        return covariance(values), torch.softmax(values[:, 3:6], dim=1)

    def predict(self, features: Tensor) -> Tensor:
        """Returns three parameters of the covariance and three logits of the kind, then zeros."""
        return self.out(F.relu(self.blocks(F.relu(self.join(features))))).float()

    @torch.no_grad()
    def absorb(self, mean: Tensor, deviation: Tensor) -> None:
        """Makes a head trained on (features - mean) / deviation read the features themselves.

        mean, deviation [F].
        """
        bias = self.join.bias
        if bias is None:
            raise TypeError("the first layer has no bias")
        self.join.weight.div_(deviation[:, None, None])
        bias.sub_((self.join.weight * mean[:, None, None]).sum(dim=(1, 2, 3)))


def join_features(features: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Joins the features of `EncoderDecoder.with_features` at the deepest size."""
    encoded, deep, middle = features
    return torch.cat((encoded, deep, F.avg_pool2d(middle, 2)), dim=1)


def covariance(values: Tensor) -> Tensor:
    """Maps three free parameters (channels 0 to 2) to (cxx, cxy, cyy), positive semi-definite.

    The first is the logarithm of the mean variance m; the others give a vector v shorter than 1
    that points along twice the direction: C = m [[1 + v₁, v₂], [v₂, 1 - v₁]], λ₁ = m (1 + |v|).
    A logarithm treats 2 px and 40 px alike, which a Cholesky factor does not.
    """
    mean = values[:, 0:1].clamp(-LIMIT, LIMIT).exp()
    w = values[:, 1:3]
    v = w / (1 + w.square().sum(dim=1, keepdim=True)).sqrt()
    return torch.cat((mean * (1 + v[:, 0:1]), mean * v[:, 1:2], mean * (1 - v[:, 0:1])), dim=1)
