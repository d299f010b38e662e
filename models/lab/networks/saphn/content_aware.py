"""The content-aware module of SAPHN: global attention and pixel-dependent filter side by side, summed (eq. 8)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import assemble, partition
from ..filtering import UniformFilter
from .config import SaphnConfig


class ContentAwareModule(nn.Module):
    """x_GL = x_att + x_dyn (eq. 8), patch by patch. [B, C, h, w] -> the same."""

    def __init__(self, channels: int, config: SaphnConfig, patches: tuple[int, int]) -> None:
        super().__init__()
        switches = config.switches
        self.patches = patches
        self.attention = self.filter = None
        if switches.self_attention:
            self.attention = GlobalAttention(
                channels, channels, channels, config.clusters, switches.mask, space=False, average=True
            )
        if switches.local_filter:
            self.filter = UniformFilter(channels, config.filter_channels, config.kernel, switches.adaptive_kernel)

    def forward(self, x: Tensor) -> Tensor:
        parts = partition(x, self.patches)
        branches = []
        if self.attention is not None:
            branches.append(self.attention.on_grid(parts, parts))
        if self.filter is not None:
            branches.append(self.filter(parts))
        return assemble(sum(branches), self.patches) if branches else x

    def attention_map(self, x: Tensor) -> Tensor | None:
        """Where information is gathered: [B, 1, h, w]."""
        if self.attention is None:
            return None
        return assemble(self.attention.strongest(partition(x, self.patches)), self.patches)


class ContentAwareBlock(nn.Module):
    """x + conv(module(relu(conv(x)))); without `content` an ordinary residual block."""

    def __init__(self, channels: int, config: SaphnConfig, patches: tuple[int, int], content: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.content = ContentAwareModule(channels, config, patches) if content else None
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """[B, C, h, w] -> (the same, attention map or None)."""
        inner = F.relu(self.first(x))
        if self.content is None:
            return x + self.second(inner), None
        return x + self.second(self.content(inner).to(inner.dtype)), self.content.attention_map(inner)
