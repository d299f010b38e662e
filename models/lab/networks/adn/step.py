"""The pyramid step: one evaluation of the shared body for an octave of the photo."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .extent import ExtentHead, join_features
from .network import Adn, EncoderDecoder


class StepResult(NamedTuple):
    """Outputs of the step for an octave of h x w px, named as in the ONNX graph."""

    restored: Tensor  # [B, 3, h, w], unclamped
    difficulty: Tensor  # expected |restored - sharp|, [B, 1, h/2, w/2]
    extent: Tensor  # (cxx, cxy, cyy) in px² of this octave, [B, 3, h/8, w/8]
    kind: Tensor  # probabilities of `extent.KINDS`, [B, 3, h/8, w/8]
    attention: Tensor  # [B, 1, h/8, w/8]


class PyramidStep(nn.Module):
    """Maps (image, guess), [B, 3, h, w] each, to `StepResult`; h and w are multiples of 8.

    image: the octave. guess: the restored next coarser octave, enlarged bilinearly; at the coarsest
    octave the image itself. Three octaves compute what the three stages of `Adn` do (eq. 2-3).
    """

    def __init__(self, body: EncoderDecoder, head: ExtentHead) -> None:
        super().__init__()
        self.body, self.head = body, head

    @staticmethod
    def of(network: Adn, head: ExtentHead | None = None) -> PyramidStep:
        """Returns the step of a network whose scales share their weights, untrained head if `None`.

        Raises ValueError if they do not: then no weights belong to a further octave. Or if the
        stem's stride is not 2, on which the sizes of the maps rest.
        """
        config = network.config
        if not config.switches.share or config.stem_stride != 2:
            raise ValueError("a step for all octaves needs shared weights and a stem of stride 2")
        return PyramidStep(network.stages[0].body, head or ExtentHead(config)).eval()

    def forward(self, image: Tensor, guess: Tensor) -> StepResult:
        residual, difficulty, attention, features = self.body.with_features(image, guess)
        extent, kind = self.head(join_features(features))
        attention = torch.ones_like(difficulty) if attention is None else attention.float()
        # Means of 4x4 cells, as in `Scale`.
        shown = F.avg_pool2d(attention, 4)
        return StepResult(image + residual, difficulty, extent, kind, shown)
