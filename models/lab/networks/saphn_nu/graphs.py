"""Stages of SAPHN-NU as functions of tensors; later ones also read the hint and the budget."""

from __future__ import annotations

from torch import Tensor

from ..network import StageGraph, named
from .config import SaphnNuConfig
from .stage import Stage, StageState

STATE = ("restored", "features", "bottleneck")  # read by every later stage, besides the scores


def score_name(config: SaphnNuConfig) -> str:
    """Returns the name of the state tensor that the next stage samples by."""
    return "logits" if config.sampler == "policy" else "difficulty"


class SamplingGraph(StageGraph):
    """Maps image (and, from stage 2 on, state, roi and budget) to state and maps.

    From stage 2 on the maps contain the sampled cells and their indices.
    """

    def __init__(self, stage: Stage, index: int) -> None:
        maps: tuple[str, ...] = ("attention", "offsets")
        if index > 0:
            maps = (*maps, "samples", "indices")
        super().__init__(stage, index, (*STATE, score_name(stage.config)), maps)
        self.fields = ("restored", "features", "bottleneck", "logits", "difficulty")

    @property
    def inputs(self) -> list[str]:
        if self.index == 0:
            return ["image"]
        return ["image", *(named(name, self.index) for name in self.carried), "roi", "budget"]

    def forward(self, image: Tensor, *more: Tensor) -> tuple[Tensor, ...]:
        if not more:
            state, maps = self.stage(image)
        else:
            restored, features, bottleneck, score, roi, budget = more
            previous = StageState(restored, features, bottleneck, score, score)
            state, maps = self.stage(image, previous, roi, budget)
        return (*vars(state).values(), *(getattr(maps, name) for name in self.maps))
