"""SAPHN-NU: three stages over 4, 2 and 1 patches, each supervised, later ones sampling where errors are expected."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..blocks import mirror
from ..network import Network, Restoration
from .config import SaphnNuConfig
from .graphs import SamplingGraph
from .stage import Stage, StageMaps, StageState


class SaphnNu(Network):
    """image [B, 3, H, W] in [0, 1], sides multiples of `config.multiple_of` -> a Restoration."""

    steerable = True

    def __init__(self, config: SaphnNuConfig) -> None:
        super().__init__(config, (Stage(config, i) for i in range(len(config.stages))))

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
        return Restoration(states, maps, self.outputs(states))

    def outputs(self, states: list[StageState]) -> list[Tensor]:
        images = super().outputs(states)
        return images if self.config.switches.progressive else images[-1:]

    def graph(self, index: int) -> SamplingGraph:
        return SamplingGraph(self.stages[index], index)

    @torch.no_grad()
    def inherit(self) -> None:
        """Later stages begin with what stage 1 has learned, turned: about the diagonal, or left for right (`second`).

        Learning the same task from nothing while stage 1 already works takes far longer than adapting its layers. A
        turned network sees the same photo in another way and errs elsewhere, so that the mean of all looks is better
        than any; a stage begins as that mean. Blocks at the bottleneck may be missing, they matter least; where other
        parts differ, a stage begins with the image that it is given.
        """
        first = self.stages[0]
        for stage in self.stages[1:]:
            alike = True
            for name, module in first.named_children():
                own = getattr(stage, name)
                if name == "content":  # on the bottleneck there, on the sampled grid here
                    for fresh in own:
                        fresh.begin_silent()
                # All of a part or nothing: biases alone would mean nothing beside fresh weights.
                elif shapes(own) == shapes(module):
                    own.load_state_dict(module.state_dict())
                    mirror(own, upright=self.config.stages[stage.index].second)
                elif name != "bottleneck":
                    alike = False
            share = 1 / (stage.index + 1) if alike else 0.0
            stage.head[0].weight.mul_(share)
            stage.head[0].bias.mul_(share)
            stage.doubt.fill_(share)
            stage.carry.zero_()  # what comes over is not part of what stage 1 knows
            stage.carry_deep.zero_()


def shapes(module: nn.Module | None) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()} if module is not None else {}
