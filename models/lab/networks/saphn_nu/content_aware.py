"""The content-aware module: global attention and pixel-dependent filtering side by side, fused per pixel (eq. 19-20)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..attention import GlobalAttention
from ..blocks import full_precision
from ..filtering import PixelDependentFilter
from .config import SaphnNuConfig


class ContentAwareModule(nn.Module):
    """Y = M_fus * Y_att + (1 - M_fus) * Y_dyn with M_fus = sigmoid(f_fus(x)).

    Works on L pixels: all of them in stage 1, the sampled ones in later stages. Global information always comes from the
    uniform map X_u, local patches from the full-resolution map X.
    """

    def __init__(self, channels: int, config: SaphnNuConfig) -> None:
        super().__init__()
        switches = config.switches
        self.switches = switches
        self.attention = GlobalAttention(channels, channels, channels, config.clusters, switches.masks)
        self.filter = PixelDependentFilter(
            channels,
            config.filter_channels,
            config.kernel,
            config.max_offset,
            switches.adaptive_kernel,
            switches.offsets,
        )
        self.fuse = nn.Conv1d(channels, 1, 1)  # f_fus

    @torch.no_grad()
    def begin_silent(self) -> None:
        """Change nothing at first: for a module that joins a network which already works."""
        self.filter.mix.zero_()
        self.attention.project.weight.zero_()
        self.attention.project.bias.zero_()

    def forward(self, x: Tensor, x_u: Tensor, x_nu: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
        """X [B, C, h, w], X_u [B, C, h', w'], X_nu [B, C, L], indices [B, L] -> (Y [B, C, L], mean offsets [B, 2, L])."""
        local, offsets = self.filter(x, x_nu, indices)
        if not self.switches.self_attention:
            return local, offsets
        everywhere = self.attention(x_u, x_nu)
        if not self.switches.attentive_fusion:
            return everywhere + local, offsets
        with torch.autocast(x.device.type, enabled=False):
            (x_nu,) = full_precision(x_nu)
            mask = torch.sigmoid(self.fuse(x_nu))
            return mask * everywhere + (1 - mask) * local, offsets
