"""Attention over all of a map: linear, through clusters of spatial maps (SAPHN, SAPHN-NU), and between all pixels (RADN)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import full_precision


class GlobalAttention(nn.Module):
    """Gather C2 global features from a uniform map, then hand each query pixel its own mixture of them.

    Self, encoder-decoder and cross-stage attention of SAPHN-NU; equation numbers are its paper's, SAPHN's are 1-6.
    Step 1 (eq. 10-12): Q = softmax_HW(f_q(X_u)); X_bar = (M_S * M_C * X_u) Q^T.
    Step 2 (eq. 13-16): P = softmax_C2(f_p(X_nu)); Y = X_bar P.
    Cost O(C * C2 * (HW + L)) instead of O(C * HW * L).

    M_C is read from the mean of X_u, as in channel attention. A projection of the C2 global features, which the paper does
    not have, lets source and query have different widths.

    `source` is where information is gathered (X_u), `query` decides its distribution: the same features for self-attention,
    decoder features for cross encoder-decoder attention, a higher stage's features for cross-level attention.

    SAPHN has no M_S (`space=False`; its M2 is M_C), and averages over the clusters (its eq. 6) instead of adding.
    """

    def __init__(
        self, source: int, query: int, outer: int, clusters: int, masks: bool = True, space: bool = True, average: bool = False
    ) -> None:
        super().__init__()
        self.gather = nn.Conv2d(source, clusters, 1)  # f_q
        self.distribute = nn.Conv1d(query, clusters, 1)  # f_p
        self.project = nn.Linear(source, outer)  # on C2 vectors only, so that it costs nothing per pixel
        self.masks, self.average = masks, average
        self.mask_space = nn.Conv2d(source, 1, 1) if space else None  # M_S
        self.mask_channel = nn.Linear(source, source)  # M_C

    def spatial_maps(self, x_u: Tensor) -> Tensor:
        """Q of eq. 10: [B, C, h, w] -> [B, C2, h*w], each row sums to 1."""
        return torch.softmax(self.gather(x_u).flatten(2), dim=2)

    def masked(self, x_u: Tensor) -> Tensor:
        """M_S * M_C * X_u of eq. 16."""
        if not self.masks:
            return x_u
        channel = torch.sigmoid(self.mask_channel(x_u.mean(dim=(2, 3))))[:, :, None, None]
        return x_u * channel if self.mask_space is None else x_u * torch.sigmoid(self.mask_space(x_u)) * channel

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
            y = torch.matmul(self.global_features(x_u), p)
            return y / p.shape[1] if self.average else y

    def on_grid(self, x_u: Tensor, query: Tensor) -> Tensor:
        """The same with a whole map as query: [B, query, H, W] -> [B, outer, H, W]."""
        b, _, h, w = query.shape
        return self.forward(x_u, query.flatten(2)).reshape(b, -1, h, w)

    def strongest(self, x_u: Tensor) -> Tensor:
        """The strongest of the C2 spatial maps Q at each place, relative to an even spread: [B, 1, h, w]."""
        b, _, h, w = x_u.shape
        q = self.spatial_maps(x_u.float())
        return (q.amax(dim=1) * (h * w)).reshape(b, 1, h, w)


class SelfAttention(nn.Module):
    """RADN eq. 5-6, also what BANet's Table 5 compares its blur-aware attention with (SAGAN's attention).

    s_ji = softmax_i(B_i . C_j); E_j = A_j + sum_i s_ji D_i, with B and C of C/8 channels. Memory grows with the square of
    the number of cells. `pool` > 1 gathers from a map that was averaged over pool x pool cells: memory and time shrink by
    pool^2, and what is gathered (which blur the scene has) is coarse anyway.

    The residual starts at zero (D = 0): a random mixture of the whole map would only hide the encoder's features at first.
    """

    def __init__(self, channels: int, pool: int = 1, reduction: int = 8) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.pool = pool
        self.key = nn.Conv2d(channels, inner, 1, bias=False)  # B; a bias would add the same to all that softmax compares
        self.query = nn.Conv2d(channels, inner, 1)  # C
        self.value = nn.Conv2d(channels, channels, 1)  # D
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, a: Tensor) -> Tensor:
        b, c, h, w = a.shape
        with torch.autocast(a.device.type, enabled=False):
            (a,) = full_precision(a)
            source = F.avg_pool2d(a, self.pool) if self.pool > 1 else a
            scores = torch.matmul(self.query(a).flatten(2).transpose(1, 2), self.key(source).flatten(2))  # [B, j, i]
            gathered = torch.matmul(self.value(source).flatten(2), torch.softmax(scores, dim=2).transpose(1, 2))
            return a + gathered.reshape(b, c, h, w)
