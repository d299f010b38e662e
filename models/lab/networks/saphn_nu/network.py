"""SAPHN-NU: three stages over 4, 2 and 1 patches, each supervised, later ones sampling where errors are expected."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..blocks import zero_init
from .config import SaphnNuConfig
from .stage import Stage, StageMaps, StageState


@dataclass
class Restoration:
    """Everything a forward pass yields, stage by stage."""

    states: list[StageState]
    maps: list[StageMaps]

    @property
    def images(self) -> list[Tensor]:
        return [state.restored for state in self.states]


class SaphnNu(nn.Module):
    """image [B, 3, H, W] in [0, 1], sides multiples of `config.multiple_of` -> a Restoration."""

    def __init__(self, config: SaphnNuConfig) -> None:
        super().__init__()
        self.config = config
        self.stages = nn.ModuleList(Stage(config, i) for i in range(len(config.stages)))

    def forward(
        self,
        image: Tensor,
        roi: Tensor | None = None,
        budget: float = 1.0,
        explore: bool = False,
        indices: list[Tensor | None] | None = None,
        stages: int | None = None,
        frozen: int = 0,
    ) -> Restoration:
        """`roi` [B, 1, H/s, W/s] steers sampling; `explore` samples from the policy; `indices` fixes each stage's choice.

        Only the first `stages` are run (None: all); the first `frozen` of them keep no graph for gradients.
        """
        states: list[StageState] = []
        maps: list[StageMaps] = []
        previous: StageState | None = None
        for i, stage in enumerate(self.stages[:stages]):
            chosen = indices[i] if indices is not None and i > 0 else None
            with torch.set_grad_enabled(torch.is_grad_enabled() and i >= frozen):
                previous, shown = stage(image, previous, roi, budget, explore, chosen)
            states.append(previous)
            maps.append(shown)
        return Restoration(states, maps)

    @torch.no_grad()
    def inherit(self) -> None:
        """Later stages begin with what stage 1 has learned, in every layer that both have; their heads begin at zero.

        A later stage has the same task on a better image. Learning it from nothing while stage 1 already works takes far
        longer than adapting stage 1's layers.
        """
        taught = self.stages[0].state_dict()
        for stage in self.stages[1:]:
            for name, own in stage.state_dict().items():
                if name in taught and taught[name].shape == own.shape:
                    own.copy_(taught[name])
            zero_init(stage.head[0])
