"""Content-aware module: global attention and pixel-dependent filter, fused (eq. 19-20)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..attention import GlobalAttention
from ..blocks import bias_of, full_precision
from ..filtering import PixelDependentFilter
from .config import SaphnNuConfig


class ContentAwareModule(nn.Module):
    """Y = M_fus * Y_att + (1 - M_fus) * Y_dyn with M_fus = sigmoid(f_fus(x)).

    Processes L pixels: all of them in stage 1, the sampled ones in later stages. Global
    information always comes from the uniform map X_u, local patches from the full map X.
    """

    def __init__(self, channels: int, config: SaphnNuConfig) -> None:
        super().__init__()
        switches = config.switches
        self.switches = switches
        self.attention = GlobalAttention(
            channels, channels, channels, config.clusters, switches.masks
        )
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
        """Makes the module put out zero at first, for use in a network that works without it."""
        self.filter.mix.zero_()
        self.attention.project.weight.zero_()
        bias_of(self.attention.project).zero_()

    def forward(
        self, x: Tensor, x_u: Tensor, x_nu: Tensor, indices: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Returns Y [B, C, L] and the mean offsets [B, 2, L] in cells.

        X: [B, C, h, w]. X_u: [B, C, h', w']. X_nu: [B, C, L]. indices: flat cells of X, [B, L].
        """
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
