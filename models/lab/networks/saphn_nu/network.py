"""SAPHN-NU: three supervised stages over 4, 2 and 1 patches; later ones sample hard pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..blocks import mirror
from ..network import Inheriting, Modules, Network, Restoration
from .config import SaphnNuConfig
from .graphs import SamplingGraph
from .stage import Stage, StageMaps, StageState


class SaphnNu(Network, Inheriting):
    """Image [B, 3, H, W] in [0, 1] -> Restoration; sides multiples of `config.multiple_of`."""

    steerable = True
    config: SaphnNuConfig
    stages: Modules[Stage]

    def __init__(self, config: SaphnNuConfig) -> None:
        super().__init__(config)
        self.stages = Modules(Stage(config, i) for i in range(len(config.stages)))

    def forward(
        self,
        image: Tensor,
        stages: int | None = None,
        frozen: int = 0,
        *,
        roi: Tensor | None = None,
        budget: float = 1.0,
        explore: bool = False,
        indices: list[Tensor | None] | None = None,
    ) -> Restoration:
        """Runs the first `stages` stages (`None` = all), the first `frozen` without gradients.

        `roi` [B, 1, H/s, W/s] is added to the sampling scores, as logits. `budget` scales the
        number of sampled cells. `explore` samples from the policy. `indices` gives each stage's
        sampled cells, [B * patches, L], instead of choosing them.
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
        return Restoration(states, maps, self.outputs(states))

    def outputs(self, states: list[StageState]) -> list[Tensor]:
        """Returns every stage's image, or the last one without progressive supervision."""
        images = super().outputs(states)
        return images if self.config.switches.progressive else images[-1:]

    def graph(self, index: int) -> SamplingGraph:
        """Returns stage `index` (from 0) as a function of tensors alone."""
        return SamplingGraph(self.stages[index], index)

    @torch.no_grad()
    def inherit(self) -> None:
        """Starts later stages from the mirrored weights of stage 1.

        The mirror axis is the diagonal, or the vertical axis for stages with `second`. A mirrored
        network sees the photo in another way and makes other mistakes, so the mean of all stages
        is better than each: a stage starts as that mean. Adapting layers takes far less time than
        training them from scratch while stage 1 already works. Bottleneck blocks may be missing;
        if other parts differ in size, a stage starts as the identity on its input image.
        """
        first = self.stages[0]
        for stage in self.stages[1:]:
            alike = True
            for name, module in first.named_children():
                own = getattr(stage, name)
                if name == "content":  # on the bottleneck in stage 1, on sampled cells here
                    for fresh in own:
                        fresh.begin_silent()
                # Copies a part completely or not at all: biases mean nothing to fresh weights.
                elif shapes(own) == shapes(module):
                    own.load_state_dict(module.state_dict())
                    mirror(own, upright=self.config.stages[stage.index].second)
                elif name != "bottleneck":
                    alike = False
            share = 1 / (stage.index + 1) if alike else 0.0
            for value in stage.head.parameters():
                value.mul_(share)
            stage.doubt.fill_(share)
            stage.carry.zero_()  # stage 1 has no lower stage to read from
            stage.carry_deep.zero_()


def shapes(module: nn.Module | None) -> dict[str, tuple[int, ...]]:
    """Returns the shape of every tensor in a module's state; empty for `None`."""
    if module is None:
        return {}
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}
