"""Global attention: linear through clusters (SAPHN, SAPHN-NU) and between all pixels (RADN)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import bias_of, full_precision


class GlobalAttention(nn.Module):
    """Gathers C2 global features from a uniform map and mixes them for each query pixel.

    Serves as self, encoder-decoder and cross-level attention of SAPHN-NU (equation numbers from
    its paper) and of SAPHN (eq. 1-6 there).
    Step 1 (eq. 10-12): Q = softmax_HW(f_q(X_u)); X_bar = (M_S * M_C * X_u) Q^T.
    Step 2 (eq. 13-16): P = softmax_C2(f_p(X_nu)); Y = X_bar P.
    The cost is O(C * C2 * (HW + L)) instead of O(C * HW * L).

    `source` is the width of X_u, where information is gathered; `query` that of X_nu, which
    decides its distribution: the same features for self-attention, decoder features for
    encoder-decoder attention, a higher stage's features for cross-level attention.

    Two choices of ours: M_C comes from the mean of X_u, as in channel attention, and a projection
    of the C2 global features lets `source` and `outer` differ. SAPHN has no M_S (`space=False`;
    its M2 is M_C) and divides by the number of clusters (`average`, its eq. 6).
    """

    def __init__(
        self,
        source: int,
        query: int,
        outer: int,
        clusters: int,
        masks: bool = True,
        space: bool = True,
        average: bool = False,
    ) -> None:
        super().__init__()
        self.gather = nn.Conv2d(source, clusters, 1)  # f_q
        self.distribute = nn.Conv1d(query, clusters, 1)  # f_p
        self.project = nn.Linear(source, outer)  # applied to C2 vectors, so it costs nearly nothing
        self.masks, self.average = masks, average
        self.mask_space = nn.Conv2d(source, 1, 1) if space else None  # M_S
        self.mask_channel = nn.Linear(source, source)  # M_C

    def spatial_maps(self, x_u: Tensor) -> Tensor:
        """Returns Q of eq. 10: [B, C, h, w] -> [B, C2, h*w], each row sums to 1."""
        return torch.softmax(self.gather(x_u).flatten(2), dim=2)

    def masked(self, x_u: Tensor) -> Tensor:
        """Returns M_S * M_C * X_u of eq. 16, [B, C, h, w]."""
        if not self.masks:
            return x_u
        channel = torch.sigmoid(self.mask_channel(x_u.mean(dim=(2, 3))))[:, :, None, None]
        if self.mask_space is None:
            return x_u * channel
        return x_u * torch.sigmoid(self.mask_space(x_u)) * channel

    def global_features(self, x_u: Tensor) -> Tensor:
        """Returns X_bar of eq. 12, projected: [B, C, h, w] -> [B, outer, C2]."""
        q = self.spatial_maps(x_u)
        x_bar = torch.matmul(q, self.masked(x_u).flatten(2).transpose(1, 2))  # [B, C2, C]
        return self.project(x_bar).transpose(1, 2)

    def forward(self, x_u: Tensor, x_nu: Tensor) -> Tensor:
        """Maps X_u [B, source, h, w] and X_nu [B, query, L] to Y [B, outer, L]."""
        with torch.autocast(x_u.device.type, enabled=False):
            x_u, x_nu = full_precision(x_u, x_nu)
            p = torch.softmax(self.distribute(x_nu), dim=1)
            y = torch.matmul(self.global_features(x_u), p)
            return y / p.shape[1] if self.average else y

    def on_grid(self, x_u: Tensor, query: Tensor) -> Tensor:
        """Attends with a whole map as query: [B, query, H, W] -> [B, outer, H, W]."""
        b, _, h, w = query.shape
        return self.forward(x_u, query.flatten(2)).reshape(b, -1, h, w)

    def strongest(self, x_u: Tensor) -> Tensor:
        """Returns the largest of the C2 maps Q per cell, [B, 1, h, w]; 1 = an even spread."""
        b, _, h, w = x_u.shape
        q = self.spatial_maps(x_u.float())
        return (q.amax(dim=1) * (h * w)).reshape(b, 1, h, w)


class SelfAttention(nn.Module):
    """Self-attention of RADN (eq. 5-6), which BANet's Table 5 takes from SAGAN.

    s_ji = softmax_i(B_i . C_j); E_j = A_j + sum_i s_ji D_i, with B and C of C/8 channels.
    Memory grows with the square of the number of cells. `pool` > 1 gathers from means over
    pool x pool cells, which divides memory and time by pool^2; the gathered information (the kind
    of blur in the scene) is coarse anyway.

    The residual starts at zero (D = 0): a random mixture of the whole map would at first only hide
    the encoder's features.
    """

    def __init__(self, channels: int, pool: int = 1, reduction: int = 8) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.pool = pool
        self.key = nn.Conv2d(channels, inner, 1, bias=False)  # B; softmax would cancel a bias
        self.query = nn.Conv2d(channels, inner, 1)  # C
        self.value = nn.Conv2d(channels, channels, 1)  # D
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(bias_of(self.value))

    def forward(self, a: Tensor) -> Tensor:
        """Maps A [B, C, h, w] to E [B, C, h, w]."""
        b, c, h, w = a.shape
        with torch.autocast(a.device.type, enabled=False):
            (a,) = full_precision(a)
            source = F.avg_pool2d(a, self.pool) if self.pool > 1 else a
            queries = self.query(a).flatten(2).transpose(1, 2)
            scores = torch.matmul(queries, self.key(source).flatten(2))  # [B, j, i]
            values = self.value(source).flatten(2)
            gathered = torch.matmul(values, torch.softmax(scores, dim=2).transpose(1, 2))
            return a + gathered.reshape(b, c, h, w)
