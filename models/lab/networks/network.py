"""What training, measuring and export know of a network: stages that follow each other, what they yield, how they are fed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Objective:
    """What images are compared by in training; `train.losses` computes it."""

    pixel: Literal["l1", "mse"] = "l1"  # L1 learns faster here (NETWORKS.md), also where a paper takes the squared error
    gradient: float = 0.0  # weight of the last image's gradients, in the same norm (ADN eq. 9)
    decay: float = 0.3  # weight of a supervised image relative to the next; the last one has weight 1


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network as data.

    Subclasses add fields, among them `switches` (the parts that can be turned off), and say two things: `grid_stride`,
    pixels of the image per cell of the difficulty map, and `multiple_of`, which image sides must be a multiple of.
    """

    name: str

    family: ClassVar[str]
    switch_type: ClassVar[type]
    max_tile: ClassVar[int] = 1024  # side, in pixels, that a machine's memory carries

    @property
    def objective(self) -> Objective:
        return Objective()

    def switched(self, **switches: Any) -> Self:
        """The same sizes with some parts turned off, or set otherwise."""
        return replace(self, switches=replace(self.switches, **switches))

    def to_dict(self) -> dict[str, Any]:
        return {"family": self.family, **asdict(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_dict`, also after JSON has made lists of tuples."""
        values = {key: _as_tuple(value) for key, value in data.items() if key != "family"}
        values["switches"] = cls.switch_type(**values["switches"])
        return cls(**values)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


@dataclass
class State:
    """What a stage leaves behind. Networks of several stages add what the next one reads (`Network.carried`)."""

    restored: Tensor  # [B, 3, H, W], unclamped
    difficulty: Tensor  # expected |restored - sharp|, [B, 1, H/s, W/s], s = grid_stride


@dataclass
class Maps:
    """What a stage can show over the photo; None: this network has no such map."""

    attention: Tensor | None = None  # [B, 1, h, w], any scale, not negative
    offsets: Tensor | None = None  # [B, 2, h, w], (dx, dy) in image pixels


@dataclass
class Restoration:
    """Everything a forward pass yields, stage by stage."""

    states: list[Any]  # State, or a network's own
    maps: list[Any]  # Maps, or a network's own
    outputs: list[Tensor] | None = None  # see `supervised`

    @property
    def images(self) -> list[Tensor]:
        return [state.restored for state in self.states]

    @property
    def supervised(self) -> list[Tensor]:
        """The images that training compares with the sharp one, which is scaled down to those that are smaller."""
        return self.images if self.outputs is None else self.outputs


class Network(nn.Module):
    """image [B, 3, H, W] in [0, 1], sides multiples of `config.multiple_of` -> a Restoration.

    `stages`: modules (image, previous state or None) -> (state, maps).
    """

    carried: ClassVar[tuple[str, ...]] = ()  # fields of a state that the next stage reads
    shown: ClassVar[tuple[str, ...]] = ("attention",)  # maps that every stage has
    steerable: ClassVar[bool] = False  # takes `roi`, `budget`, `explore` and `indices` (SAPHN-NU's sampling)

    def __init__(self, config: NetworkConfig, stages: Iterable[nn.Module]) -> None:
        super().__init__()
        self.config = config
        self.stages = nn.ModuleList(stages)

    def forward(self, image: Tensor, stages: int | None = None, frozen: int = 0) -> Restoration:
        """Only the first `stages` are run (None: all); the first `frozen` of them keep no graph for gradients."""
        states: list[Any] = []
        maps: list[Any] = []
        previous = None
        for i, stage in enumerate(self.stages[:stages]):
            with torch.set_grad_enabled(torch.is_grad_enabled() and i >= frozen):
                previous, shown = stage(image, previous)
            states.append(previous)
            maps.append(shown)
        return Restoration(states, maps, self.outputs(states))

    def outputs(self, states: list[Any]) -> list[Tensor]:
        """The images that are supervised."""
        return [state.restored for state in states]

    def freeze(self, count: int) -> None:
        """Leave the first `count` stages as they are."""
        self.stages[:count].requires_grad_(False)

    def graph(self, index: int) -> StageGraph:
        """Stage `index` (from 0) as a function of tensors alone."""
        return StageGraph(self.stages[index], index, self.carried, self.shown)


def named(tensor: str, stage: int) -> str:
    """Name of a tensor that stage `stage` (from 1) puts out: "features2". The next stage reads it by the same name."""
    return f"{tensor}{stage}"


class StageGraph(nn.Module):
    """A stage with tensors in and tensors out, under the names that its ONNX graph gives them."""

    def __init__(self, stage: nn.Module, index: int, carried: tuple[str, ...], maps: tuple[str, ...]) -> None:
        super().__init__()
        self.stage, self.index = stage, index
        self.carried, self.maps = carried, maps
        self.fields = tuple(dict.fromkeys(("restored", "difficulty", *carried)))

    @property
    def inputs(self) -> list[str]:
        return ["image", *(named(name, self.index) for name in self.carried if self.index > 0)]

    @property
    def outputs(self) -> list[str]:
        return [named(name, self.index + 1) for name in (*self.fields, *self.maps)]

    def forward(self, image: Tensor, *carried: Tensor) -> tuple[Tensor, ...]:
        # Nothing but what is carried: a stage that reads more fails here, and not in the application.
        previous = SimpleNamespace(**dict(zip(self.carried, carried, strict=True))) if carried else None
        state, maps = self.stage(image, previous)
        return (*(getattr(state, name) for name in self.fields), *(getattr(maps, name) for name in self.maps))
