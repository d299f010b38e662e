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
        """Later stages begin with what stage 1 has learned, in every part that both have; their heads begin at zero.

        A later stage has the same task on a better image. Learning it from nothing while stage 1 already works takes far
        longer than adapting stage 1's layers.
        """
        for stage in self.stages[1:]:
            for name, module in stage.named_children():
                taught = getattr(self.stages[0], name, None)
                # All of a part or nothing: biases alone would mean nothing beside fresh weights.
                if taught is not None and shapes(taught) == shapes(module):
                    module.load_state_dict(taught.state_dict())
            zero_init(stage.head[0])


def shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}
