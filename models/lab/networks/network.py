"""Interface of the networks: configuration, stages, their outputs, and the graphs they export."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, overload

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


class Modules(nn.ModuleList, Generic[M]):
    """`nn.ModuleList` with typed members."""

    if TYPE_CHECKING:

        def __init__(self, modules: Iterable[M] = ()) -> None: ...

        def __iter__(self) -> Iterator[M]: ...

        @overload
        def __getitem__(self, idx: slice) -> Self: ...

        @overload
        def __getitem__(self, idx: int) -> M: ...

        def __getitem__(self, idx: int | slice) -> M | Self: ...


@dataclass(frozen=True)
class Objective:
    """Image terms of the training loss, computed by `train.losses`.

    `pixel`: norm of the pixel differences. L1 learns faster here (docs/NETWORKS.md), also where a
    paper takes the squared error. `gradient`: weight of the last image's gradients in the same
    norm (ADN eq. 9). `decay`: weight of each supervised image relative to the next one; the last
    one has weight 1.
    """

    pixel: Literal["l1", "mse"] = "l1"
    gradient: float = 0.0
    decay: float = 0.3


@dataclass(frozen=True)
class NetworkConfig(ABC):
    """Sizes of a network, as data.

    Subclasses add fields, among them `switches`: a dataclass of the parts that can be turned off.
    """

    name: str

    family: ClassVar[str]
    switch_type: ClassVar[type]
    max_tile: ClassVar[int] = 1024  # largest tile side in px that fits into memory

    @property
    @abstractmethod
    def grid_stride(self) -> int:
        """Side of a cell of the difficulty map, in image pixels."""

    @property
    @abstractmethod
    def multiple_of(self) -> int:
        """Number of pixels that both image sides must be a multiple of."""

    @property
    def objective(self) -> Objective:
        """Image terms of the training loss."""
        return Objective()

    def switched(self, **switches: Any) -> Self:
        """Returns the same sizes with some switches set to other values."""
        parts = replace(vars(self)["switches"], **switches)
        return replace(self, **{"switches": parts})

    def to_dict(self) -> dict[str, Any]:
        """Returns all fields and the family's id, ready for JSON."""
        return {"family": self.family, **asdict(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Inverts `to_dict`, also after JSON has turned tuples into lists."""
        values = {key: _as_tuple(value) for key, value in data.items() if key != "family"}
        values["switches"] = cls.switch_type(**values["switches"])
        return cls(**values)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


@dataclass
class State:
    """Output of a stage; networks with several stages add the tensors in `Network.carried`."""

    restored: Tensor  # [B, 3, H, W], unclamped
    difficulty: Tensor  # expected |restored - sharp|, [B, 1, H/s, W/s], s = grid_stride


@dataclass
class Maps:
    """Maps of a stage that the editor can overlay on the photo; `None` = not available."""

    attention: Tensor | None = None  # [B, 1, h, w], not negative, of any magnitude
    offsets: Tensor | None = None  # [B, 2, h, w], (dx, dy) in image pixels


@dataclass
class Restoration:
    """Result of a forward pass, stage by stage."""

    states: list[Any]  # State or a network's own class
    maps: list[Any]  # Maps or a network's own class
    outputs: list[Tensor] | None = None  # supervised images; `None` = every stage's image

    @property
    def images(self) -> list[Tensor]:
        """Restored image of each stage, [B, 3, H, W], unclamped."""
        return [state.restored for state in self.states]

    @property
    def supervised(self) -> list[Tensor]:
        """Images that the loss compares with the sharp image, scaled down to their size."""
        return self.images if self.outputs is None else self.outputs


class Network(nn.Module):
    """Base class: image [B, 3, H, W] in [0, 1] -> Restoration.

    Both sides of the image must be multiples of `config.multiple_of`. Each of `stages` maps
    (image, previous state or `None`) to (state, maps).
    """

    carried: tuple[str, ...] = ()  # state fields that the next stage reads
    shown: ClassVar[tuple[str, ...]] = ("attention",)  # maps of every stage
    steerable: ClassVar[bool] = False  # accepts `roi`, `budget`, `explore` and `indices`

    stages: Modules[Any]

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

    def forward(self, image: Tensor, stages: int | None = None, frozen: int = 0) -> Restoration:
        """Runs the first `stages` stages (`None` = all), the first `frozen` without gradients."""
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
        """Returns the supervised images, the last one at full size."""
        return [state.restored for state in states]

    def freeze(self, count: int) -> None:
        """Excludes the first `count` stages from training."""
        self.stages[:count].requires_grad_(False)

    def graph(self, index: int) -> StageGraph:
        """Returns stage `index` (from 0) as a function of tensors alone."""
        return StageGraph(self.stages[index], index, self.carried, self.shown)


class Inheriting(ABC):
    """Network whose later stages can start from the weights of stage 1."""

    @abstractmethod
    def inherit(self) -> None:
        """Initialises every later stage from stage 1, in place."""


class Adopting(ABC):
    """Network that shares layers with SAPHN-NU and can start from a trained one."""

    @abstractmethod
    def adopt(self, donor: Network) -> None:
        """Copies the shared layers of `donor`. Raises TypeError if it is not a SAPHN-NU."""


def named(tensor: str, stage: int) -> str:
    """Returns the name of an output of stage `stage` (from 1), for example "features2".

    The next stage has an input of the same name.
    """
    return f"{tensor}{stage}"


class StageGraph(nn.Module):
    """Stage with tensors in and out, under the names of its ONNX graph."""

    def __init__(
        self, stage: nn.Module, index: int, carried: tuple[str, ...], maps: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.stage, self.index = stage, index
        self.carried, self.maps = carried, maps
        self.fields = tuple(dict.fromkeys(("restored", "difficulty", *carried)))

    @property
    def inputs(self) -> list[str]:
        """Names of the graph's inputs, in order."""
        return ["image", *(named(name, self.index) for name in self.carried if self.index > 0)]

    @property
    def outputs(self) -> list[str]:
        """Names of the graph's outputs, in order."""
        return [named(name, self.index + 1) for name in (*self.fields, *self.maps)]

    def forward(self, image: Tensor, *carried: Tensor) -> tuple[Tensor, ...]:
        """Runs the stage; reading a state field that is not carried raises AttributeError."""
        previous = None
        if carried:
            previous = SimpleNamespace(**dict(zip(self.carried, carried, strict=True)))
        state, maps = self.stage(image, previous)
        return (
            *(getattr(state, name) for name in self.fields),
            *(getattr(maps, name) for name in self.maps),
        )
