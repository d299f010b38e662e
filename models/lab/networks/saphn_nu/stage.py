"""One stage of SAPHN-NU: an encoder-decoder that refines the previous stage's image (Fig. 2 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import Down, Halving, Up, assemble, image_head, partition, residual_blocks
from .config import SaphnNuConfig
from .content_aware import ContentAwareModule
from .sampling import Draw, SamplingHeads, draw, hardest, put_back, sample_count, take, uniform_indices


@dataclass
class StageState:
    """What a stage leaves behind: its image and, for the next stage, its features and where it expects errors."""

    restored: Tensor  # [B, 3, H, W], unclamped
    features: Tensor  # [B, C1, H/s, W/s], s = grid_stride
    bottleneck: Tensor  # [B, C3, H/4s, W/4s]
    logits: Tensor  # policy logits of eq. 4, [B, 1, H/s, W/s]
    difficulty: Tensor  # expected |restored - sharp|, [B, 1, H/s, W/s]


@dataclass
class StageMaps:
    """What a stage can show over the photo."""

    attention: Tensor  # [B, 1, h, w], strongest spatial attention map, mean 1
    offsets: Tensor  # [B, 2, h, w], mean filter offset (dx, dy) in image pixels; 0 where nothing was filtered
    samples: Tensor  # [B, 1, h, w], 1 where a cell was processed
    indices: Tensor  # int64 [B * patches, L], within each patch
    draw: Draw | None = field(default=None)


class Stage(nn.Module):
    """Stage `index` (0-based). Stage 0 processes every bottleneck cell; later ones the L hardest cells of the full grid.

    Where the paper has a content-aware module in every residual block and cross attention at every level, this stage has
    them once, where they pay most per multiply-add: at the bottleneck of stage 1, on the sampled grid of later stages, and
    cross attention at level 2.
    """

    def __init__(self, config: SaphnNuConfig, index: int) -> None:
        super().__init__()
        c1, c2, c3 = config.widths
        blocks, switches = config.stages[index], config.switches
        self.config, self.index = config, index
        self.patches = config.patches[index]
        stride = config.grid_stride
        self.stem = Halving(3, c1, 5, blocks.second) if stride == 2 else nn.Conv2d(3, c1, 5, stride=stride, padding=2)
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
        self.content = nn.ModuleList(ContentAwareModule(channels, config) for _ in range(config.content_modules))
        self.cross = GlobalAttention(c2, c2, c2, config.clusters, switches.masks) if switches.cross_attention else None
        self.cross_level = None
        if index > 0 and switches.cross_level_attention:
            self.cross_level = GlobalAttention(c3, c3, c3, config.clusters, switches.masks)
        self.sampling = SamplingHeads(c1, config.sample_stride)
        if index > 0:
            # How much of the stage before comes over, by channel, and how far its image moves back to the input.
            self.carry = nn.Parameter(torch.ones(c1, 1, 1))
            self.carry_deep = nn.Parameter(torch.ones(c3, 1, 1))
            self.doubt = nn.Parameter(torch.zeros(3, 1, 1))

    @property
    def inner_patches(self) -> tuple[int, int]:
        """How the content-aware modules cut the map; (1, 1) where the whole stage already sees one patch only."""
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
        """image [B, 3, H, W] in [0, 1]; roi [B, 1, H/s, W/s] is added to the sampling scores; budget scales L.

        `explore` samples from the policy (training); `indices` [B * patches, L] replaces the choice (parity checks).
        """
        if self.config.halo == "none" and self.patches != (1, 1):
            return self._in_patches(image, previous, roi, budget, explore, indices)
        return self._run(image, previous, roi, budget, explore, indices)

    def _run(self, image, previous, roi, budget, explore, indices):
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
        skip = second if self.cross is None else second + self.cross.on_grid(self._gist(second), up)
        middle = self.decode2(up + skip)
        grid = self.up1(middle) + first
        if self.index > 0:
            grid, maps = self._refine_sampled(grid, previous, roi, budget, explore, indices)
        features = self.decode1(grid)
        residual = self.head(features).float()
        start = self._start(image, previous)
        logits, difficulty = self.sampling(features)
        return StageState(start + residual, features, deep, logits, difficulty), maps

    def _start(self, image: Tensor, previous: StageState | None) -> Tensor:
        """What the residual is added to: the previous stage's image, moved back to the input where that was trusted too far.

        Every stage looks at the input itself, since the features that come over hold the previous image already. With
        a `doubt` of 1/2 and half of its own residual a stage gives the mean of its own and the previous image: two looks
        make different mistakes.
        """
        if previous is None or not self.config.switches.progressive:
            return image
        # The previous image stays the previous stage's business: with the sum left open, every later loss would pull at
        # stage 1's image first, and the later stages would learn next to nothing.
        base = previous.restored.detach() if self.training else previous.restored
        return base + self.doubt * (image - base)

    def _from_lower_stage(self, lower: Tensor, deep: Tensor) -> Tensor:
        """Cross-level attention: gathered from the lower stage, distributed by this one. Without it: the plain sum."""
        if self.cross_level is None:
            return lower
        return lower + self.cross_level.on_grid(lower, deep)

    @staticmethod
    def _gist(x: Tensor) -> Tensor:
        """X_u for step 1 of attention, halved: the scene matters there, not its finest detail (section 4.3)."""
        return F.avg_pool2d(x, 2)

    def _refine_uniformly(self, x: Tensor) -> tuple[Tensor, StageMaps]:
        """Stage 1: content-aware modules over every cell of the bottleneck, patch by patch."""
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
            offsets=assemble(offsets.reshape(n, 2, h, w), self.inner_patches) * (4 * self.config.grid_stride),
            samples=torch.ones_like(assemble(attention, self.inner_patches)),
            indices=everything,
        )
        return assemble(parts, self.inner_patches), maps

    def _refine_sampled(self, x, previous, roi, budget, explore, indices) -> tuple[Tensor, StageMaps]:
        """Later stages: take the L hardest cells of each patch, refine them, put them back."""
        parts = partition(x, self.inner_patches)
        n, c, h, w = parts.shape
        count = sample_count(h * w, self.config.sample_stride, budget)
        if not torch.jit.is_tracing():
            count = int(count)
        record = None
        if indices is None and not self.config.switches.adaptive_sampling:
            indices = uniform_indices(h, w, int(count), n, x.device)
        elif indices is None and explore:
            logits = partition(previous.logits, self.inner_patches).flatten(1)
            indices, record = draw(logits, count)
        elif indices is None:
            indices = hardest(partition(self.scores(previous, roi), self.inner_patches).flatten(1), count)
        gist = F.avg_pool2d(parts, 4)
        for module in self.content:
            chosen = take(parts, indices)
            change, offsets = module(parts, gist, chosen, indices)
            parts = put_back(parts, chosen + change.to(chosen.dtype), indices)
        blank = torch.zeros(n, 1, h, w, device=x.device)
        maps = StageMaps(
            attention=assemble(self.content[0].attention.strongest(gist), self.inner_patches),
            offsets=assemble(put_back(blank.repeat(1, 2, 1, 1), offsets, indices), self.inner_patches)
            * self.config.grid_stride,
            samples=assemble(put_back(blank, torch.ones_like(offsets[:, :1]), indices), self.inner_patches),
            indices=indices,
            draw=record,
        )
        return assemble(parts, self.inner_patches), maps

    def scores(self, previous: StageState, roi: Tensor | None) -> Tensor:
        """What top-k ranks, as logits: pi (eq. 4) or the logarithm of the expected error; the ROI hint is added."""
        scores = previous.logits if self.config.sampler == "policy" else torch.log(previous.difficulty + 1e-6)
        return scores if roi is None else scores + roi

    def _in_patches(self, image, previous, roi, budget, explore, indices):
        """The paper's way: the whole stage runs on each patch by itself."""
        cut = self.patches
        if previous is not None:
            previous = StageState(*(partition(t, cut) for t in vars(previous).values()))
        roi = None if roi is None else partition(roi, cut)
        state, maps = self._run(partition(image, cut), previous, roi, budget, explore, indices)
        state = StageState(*(assemble(t, cut) for t in vars(state).values()))
        for name in ("attention", "offsets", "samples"):
            setattr(maps, name, assemble(getattr(maps, name), cut))
        return state, maps
