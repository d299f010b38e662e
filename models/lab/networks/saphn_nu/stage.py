"""One stage of SAPHN-NU: an encoder-decoder that refines the previous stage's image (Fig. 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import (
    Down,
    Halving,
    ResidualBlock,
    Up,
    assemble,
    image_head,
    partition,
    residual_blocks,
)
from ..network import Modules
from .config import SaphnNuConfig
from .content_aware import ContentAwareModule
from .sampling import (
    Draw,
    SamplingHeads,
    draw,
    hardest,
    put_back,
    sample_count,
    take,
    uniform_indices,
)


@dataclass
class StageState:
    """Output of a stage: its image, and the input of the next stage."""

    restored: Tensor  # [B, 3, H, W], unclamped
    features: Tensor  # [B, C1, H/s, W/s], s = grid_stride
    bottleneck: Tensor  # [B, C3, H/4s, W/4s]
    logits: Tensor  # policy logits of eq. 4, [B, 1, H/s, W/s]
    difficulty: Tensor  # expected |restored - sharp|, [B, 1, H/s, W/s]


@dataclass
class StageMaps:
    """Maps of a stage that the editor can overlay on the photo."""

    attention: Tensor  # [B, 1, h, w], strongest spatial attention map, mean 1
    offsets: Tensor  # [B, 2, h, w], mean filter offset (dx, dy) in image pixels; 0 if not filtered
    samples: Tensor  # [B, 1, h, w], 1 = the cell was processed
    indices: Tensor  # int64 [B * patches, L], within each patch
    draw: Draw | None = None  # the draw from the policy, if there was one


@dataclass(frozen=True)
class Steering:
    """Inputs that choose the sampled cells; see `Stage.forward`."""

    roi: Tensor | None = None
    budget: float | Tensor = 1.0
    explore: bool = False
    indices: Tensor | None = None


class Stage(nn.Module):
    """Stage `index` (from 0).

    Stage 0 processes every bottleneck cell, later stages the L hardest cells of the full grid. The
    paper has a content-aware module in every residual block and cross attention at every level.
    Here they occur once, where they gain most per multiply-add: at the bottleneck of stage 0, on
    the sampled grid of later stages, and cross attention at level 2.
    """

    def __init__(self, config: SaphnNuConfig, index: int) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        blocks, switches = config.stages[index], config.switches
        self.config, self.index = config, index
        self.patches = config.patches[index]
        stride = config.grid_stride
        if stride == 2:
            self.stem: nn.Conv2d = Halving(3, c1, 5, blocks.second)
        else:
            self.stem = nn.Conv2d(3, c1, 5, stride=stride, padding=2)
        self.encode1 = residual_blocks(c1, blocks.encoder[0])
        self.down1 = Down(c1, c2, blocks.second)
        self.encode2 = residual_blocks(c2, blocks.encoder[1])
        self.down2 = Down(c2, c3, blocks.second)
        self.bottleneck = residual_blocks(c3, blocks.bottleneck)
        self.up2 = Up(c3, c2)
        self.decode2 = residual_blocks(c2, blocks.decoder[0])
        self.up1 = Up(c2, c1)
        self.decode1 = residual_blocks(c1, blocks.decoder[1])
        self.head = image_head(c1, stride)
        channels = c3 if index == 0 else c1
        self.content = Modules(
            ContentAwareModule(channels, config) for _ in range(config.content_modules)
        )
        self.cross = None
        if switches.cross_attention:
            self.cross = GlobalAttention(c2, c2, c2, config.clusters, switches.masks)
        self.cross_level = None
        if index > 0 and switches.cross_level_attention:
            self.cross_level = GlobalAttention(c3, c3, c3, config.clusters, switches.masks)
        self.sampling = SamplingHeads(c1, config.sample_stride)
        if index > 0:
            # Weights of the previous stage's features per channel, and of moving its image back
            # to the input.
            self.carry = nn.Parameter(torch.ones(c1, 1, 1))
            self.carry_deep = nn.Parameter(torch.ones(c3, 1, 1))
            self.doubt = nn.Parameter(torch.zeros(3, 1, 1))

    def blocks(self, part: str) -> list[ResidualBlock]:
        """Returns the residual blocks of a part, for example "encode1"."""
        return list(getattr(self, part))

    @property
    def inner_patches(self) -> tuple[int, int]:
        """Patches of the content-aware modules; (1, 1) if the stage processes each by itself."""
        return self.patches if self.config.halo == "shared" else (1, 1)

    def forward(
        self,
        image: Tensor,
        previous: StageState | None = None,
        roi: Tensor | None = None,
        budget: float | Tensor = 1.0,
        explore: bool = False,
        indices: Tensor | None = None,
    ) -> tuple[StageState, StageMaps]:
        """Refines image [B, 3, H, W] in [0, 1].

        `roi` [B, 1, H/s, W/s] is added to the sampling scores, `budget` scales L. `explore`
        samples from the policy (training); `indices` [B * patches, L] gives the sampled cells
        (parity checks).
        """
        steering = Steering(roi, budget, explore, indices)
        if self.config.halo == "none" and self.patches != (1, 1):
            return self._in_patches(image, previous, steering)
        return self._run(image, previous, steering)

    def _run(
        self, image: Tensor, previous: StageState | None, steering: Steering
    ) -> tuple[StageState, StageMaps]:
        grid = self.stem(image)
        if previous is not None:
            grid = grid + self.carry * previous.features
        first = self.encode1(grid)
        second = self.encode2(self.down1(first))
        deep = self.bottleneck(self.down2(second))
        maps: StageMaps | None = None
        if self.index == 0:
            deep, maps = self._refine_uniformly(deep)
        if previous is not None:
            deep = deep + self.carry_deep * self._from_lower_stage(previous.bottleneck, deep)
        up = self.up2(deep)
        skip = second
        if self.cross is not None:
            skip = second + self.cross.on_grid(self._gist(second), up)
        middle = self.decode2(up + skip)
        grid = self.up1(middle) + first
        if previous is not None:
            grid, maps = self._refine_sampled(grid, previous, steering)
        if maps is None:
            raise ValueError(f"stage {self.index} needs the state of the stage before")
        features = self.decode1(grid)
        residual = self.head(features).float()
        start = self._start(image, previous)
        logits, difficulty = self.sampling(features)
        return StageState(start + residual, features, deep, logits, difficulty), maps

    def _start(self, image: Tensor, previous: StageState | None) -> Tensor:
        """Returns the image that the residual is added to.

        That is the previous stage's image, moved back to the input by `doubt`. Every stage reads
        the input itself, since the carried features already hold the previous image. With a
        `doubt` of 1/2 and half of its own residual, a stage returns the mean of its own and the
        previous image; two networks make different mistakes.
        """
        if previous is None or not self.config.switches.progressive:
            return image
        # No gradient into the previous image: otherwise every later loss would pull at stage 1's
        # image first, and later stages would learn next to nothing.
        base = previous.restored.detach() if self.training else previous.restored
        return base + self.doubt * (image - base)

    def _from_lower_stage(self, lower: Tensor, deep: Tensor) -> Tensor:
        """Adds cross-level attention, gathered from the lower stage, distributed by this one."""
        if self.cross_level is None:
            return lower
        return lower + self.cross_level.on_grid(lower, deep)

    @staticmethod
    def _gist(x: Tensor) -> Tensor:
        """Returns X_u for step 1 of attention: half resolution is enough there (section 4.3)."""
        return F.avg_pool2d(x, 2)

    def _refine_uniformly(self, x: Tensor) -> tuple[Tensor, StageMaps]:
        """Refines every cell of the bottleneck, patch by patch (stage 0)."""
        parts = partition(x, self.inner_patches)
        n, _, h, w = parts.shape
        everything = torch.arange(h * w, device=x.device).expand(n, -1)
        attention = self.content[0].attention.strongest(parts)
        offsets = torch.zeros(n, 2, h * w, device=x.device)
        for module in self.content:
            change, offsets = module(parts, parts, parts.flatten(2), everything)
            parts = parts + change.reshape(parts.shape).to(parts.dtype)
        maps = StageMaps(
            attention=assemble(attention, self.inner_patches),
            offsets=assemble(offsets.reshape(n, 2, h, w), self.inner_patches)
            * (4 * self.config.grid_stride),
            samples=torch.ones_like(assemble(attention, self.inner_patches)),
            indices=everything,
        )
        return assemble(parts, self.inner_patches), maps

    def _refine_sampled(
        self, x: Tensor, previous: StageState, steering: Steering
    ) -> tuple[Tensor, StageMaps]:
        """Refines the L hardest cells of each patch (later stages)."""
        parts = partition(x, self.inner_patches)
        n, _, h, w = parts.shape
        count = self._count(h * w, steering.budget)
        indices, record = steering.indices, None
        if indices is None and not self.config.switches.adaptive_sampling:
            indices = uniform_indices(h, w, int(count), n, x.device)
        elif indices is None and steering.explore:
            logits = partition(previous.logits, self.inner_patches).flatten(1)
            indices, record = draw(logits, count)
        elif indices is None:
            scores = self.scores(previous, steering.roi)
            indices = hardest(partition(scores, self.inner_patches).flatten(1), count)
        gist = F.avg_pool2d(parts, 4)
        for module in self.content:
            chosen = take(parts, indices)
            change, offsets = module(parts, gist, chosen, indices)
            parts = put_back(parts, chosen + change.to(chosen.dtype), indices)
        blank = torch.zeros(n, 1, h, w, device=x.device)
        maps = StageMaps(
            attention=assemble(self.content[0].attention.strongest(gist), self.inner_patches),
            offsets=assemble(
                put_back(blank.repeat(1, 2, 1, 1), offsets, indices), self.inner_patches
            )
            * self.config.grid_stride,
            samples=assemble(
                put_back(blank, torch.ones_like(offsets[:, :1]), indices), self.inner_patches
            ),
            indices=indices,
            draw=record,
        )
        return assemble(parts, self.inner_patches), maps

    def _count(self, cells: int, budget: float | Tensor) -> int:
        """Returns L; a tensor while a graph is traced, which computes it from its own input."""
        count = sample_count(cells, self.config.sample_stride, budget)
        # torch does not declare is_tracing; topk of a traced graph takes a tensor.
        if torch.jit.is_tracing():  # type: ignore[attr-defined,no-untyped-call]
            return count  # type: ignore[return-value]
        return int(count)

    def scores(self, previous: StageState, roi: Tensor | None) -> Tensor:
        """Returns the logits that top-k ranks, [B, 1, H/s, W/s].

        These are pi (eq. 4) or the logarithm of the expected error, plus the ROI hint.
        """
        if self.config.sampler == "policy":
            scores = previous.logits
        else:
            scores = torch.log(previous.difficulty + 1e-6)
        return scores if roi is None else scores + roi

    def _in_patches(
        self, image: Tensor, previous: StageState | None, steering: Steering
    ) -> tuple[StageState, StageMaps]:
        """Runs the whole stage on each patch by itself, as the paper does."""
        cut = self.patches
        if previous is not None:
            previous = StageState(*(partition(t, cut) for t in vars(previous).values()))
        if steering.roi is not None:
            steering = replace(steering, roi=partition(steering.roi, cut))
        state, maps = self._run(partition(image, cut), previous, steering)
        state = StageState(*(assemble(t, cut) for t in vars(state).values()))
        for name in ("attention", "offsets", "samples"):
            setattr(maps, name, assemble(getattr(maps, name), cut))
        return state, maps
