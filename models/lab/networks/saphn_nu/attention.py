"""Linear global attention in two steps with masks (eq. 10-16), for self, encoder-decoder and cross-stage attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..blocks import full_precision


class GlobalAttention(nn.Module):
    """Gather C2 global features from a uniform map, then hand each query pixel its own mixture of them.

    Step 1 (eq. 10-12): Q = softmax_HW(f_q(X_u)); X_bar = (M_S * M_C * X_u) Q^T.
    Step 2 (eq. 13-16): P = softmax_C2(f_p(X_nu)); Y = X_bar P.
    Cost O(C * C2 * (HW + L)) instead of O(C * HW * L).

    M_C is read from the mean of X_u, as in channel attention. A projection of the C2 global features, which the paper does
    not have, lets source and query have different widths.

    `source` is where information is gathered (X_u), `query` decides its distribution: the same features for self-attention,
    decoder features for cross encoder-decoder attention, a higher stage's features for cross-level attention.
    """

    def __init__(self, source: int, query: int, outer: int, clusters: int, masks: bool = True) -> None:
        super().__init__()
        self.gather = nn.Conv2d(source, clusters, 1)  # f_q
        self.distribute = nn.Conv1d(query, clusters, 1)  # f_p
        self.project = nn.Linear(source, outer)  # on C2 vectors only, so that it costs nothing per pixel
        self.masks = masks
        self.mask_space = nn.Conv2d(source, 1, 1)  # M_S
        self.mask_channel = nn.Linear(source, source)  # M_C

    def spatial_maps(self, x_u: Tensor) -> Tensor:
        """Q of eq. 10: [B, C, h, w] -> [B, C2, h*w], each row sums to 1."""
        return torch.softmax(self.gather(x_u).flatten(2), dim=2)

    def masked(self, x_u: Tensor) -> Tensor:
        """M_S * M_C * X_u of eq. 16."""
        if not self.masks:
            return x_u
        space = torch.sigmoid(self.mask_space(x_u))
        channel = torch.sigmoid(self.mask_channel(x_u.mean(dim=(2, 3))))
        return x_u * space * channel[:, :, None, None]

    def global_features(self, x_u: Tensor) -> Tensor:
        """X_bar of eq. 12, projected: [B, C, h, w] -> [B, outer, C2]."""
        q = self.spatial_maps(x_u)
        x_bar = torch.matmul(q, self.masked(x_u).flatten(2).transpose(1, 2))  # [B, C2, C]
        return self.project(x_bar).transpose(1, 2)

    def forward(self, x_u: Tensor, x_nu: Tensor) -> Tensor:
        """X_u [B, source, h, w], X_nu [B, query, L] -> Y [B, outer, L]."""
        with torch.autocast(x_u.device.type, enabled=False):
            x_u, x_nu = full_precision(x_u, x_nu)
            p = torch.softmax(self.distribute(x_nu), dim=1)
            return torch.matmul(self.global_features(x_u), p)

    def on_grid(self, x_u: Tensor, query: Tensor) -> Tensor:
        """The same with a whole map as query: [B, query, H, W] -> [B, outer, H, W]."""
        b, _, h, w = query.shape
        return self.forward(x_u, query.flatten(2)).reshape(b, -1, h, w)
