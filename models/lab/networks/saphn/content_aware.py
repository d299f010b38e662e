"""Content-aware module of SAPHN: global attention plus a pixel-dependent filter (eq. 8)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ..attention import GlobalAttention
from ..blocks import assemble, partition
from ..filtering import UniformFilter
from .config import SaphnConfig


class ContentAwareModule(nn.Module):
    """x_GL = x_att + x_dyn (eq. 8), patch by patch: [B, C, h, w] -> [B, C, h, w]."""

    def __init__(self, channels: int, config: SaphnConfig, patches: tuple[int, int]) -> None:
        super().__init__()
        switches = config.switches
        self.patches = patches
        self.attention: GlobalAttention | None = None
        self.filter: UniformFilter | None = None
        if switches.self_attention:
            self.attention = GlobalAttention(
                channels,
                channels,
                channels,
                config.clusters,
                switches.mask,
                space=False,
                average=True,
            )
        if switches.local_filter:
            self.filter = UniformFilter(
                channels, config.filter_channels, config.kernel, switches.adaptive_kernel
            )

    def forward(self, x: Tensor) -> Tensor:
        parts = partition(x, self.patches)
        branches: list[Tensor] = []
        if self.attention is not None:
            branches.append(self.attention.on_grid(parts, parts))
        if self.filter is not None:
            branches.append(self.filter(parts))
        if not branches:
            return x
        total = sum(branches)
        return assemble(total, self.patches)  # type: ignore[arg-type]  # not 0: there are branches

    def attention_map(self, x: Tensor) -> Tensor | None:
        """Returns the strongest spatial map of the attention, [B, 1, h, w]; `None` without it."""
        if self.attention is None:
            return None
        return assemble(self.attention.strongest(partition(x, self.patches)), self.patches)


class ContentAwareBlock(nn.Module):
    """x + conv(module(relu(conv(x)))); without `content` an ordinary residual block."""

    def __init__(
        self, channels: int, config: SaphnConfig, patches: tuple[int, int], content: bool
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.content = ContentAwareModule(channels, config, patches) if content else None
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Returns features of the shape of x, [B, C, H, W], and the attention map or `None`."""
        inner = F.relu(self.first(x))
        if self.content is None:
            return x + self.second(inner), None
        change = self.second(self.content(inner).to(inner.dtype))
        return x + change, self.content.attention_map(inner)
