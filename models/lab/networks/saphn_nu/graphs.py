"""Stages of SAPHN-NU as functions of tensors: besides the earlier stage's state, later ones read the hint and the budget."""

from __future__ import annotations

from torch import Tensor

from ..network import StageGraph, named
from .config import SaphnNuConfig
from .stage import Stage, StageState

STATE = ("restored", "features", "bottleneck")  # what every later stage reads, besides the sampling scores


def score_name(config: SaphnNuConfig) -> str:
    """The state tensor that the next stage samples by."""
    return "logits" if config.sampler == "policy" else "difficulty"


class SamplingGraph(StageGraph):
    """image, and from stage 2 on previous state, roi, budget -> state, maps, and from stage 2 on which cells were sampled."""

    def __init__(self, stage: Stage, index: int) -> None:
        maps = ("attention", "offsets", "samples", "indices") if index > 0 else ("attention", "offsets")
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
            state, maps = self.stage(image, StageState(restored, features, bottleneck, score, score), roi, budget)
        return (*vars(state).values(), *(getattr(maps, name) for name in self.maps))
