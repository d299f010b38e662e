"""Muon for everything that multiplies features, AdamW for the rest.

It needs a quarter of the steps that AdamW alone needs (docs/measurements.md), for a tenth more time per step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn


def as_matrices(values: Tensor, channels_last: bool) -> list[Tensor]:
    """The weights of a layer (or their gradients) as matrices [outer, inner]; none: not a layer's.

    Kernels [outer, inner, h, w] and [outer, inner, 1] are one matrix; taps in rows [K, outer, inner] (see filtering.py) are K.
    `channels_last`: of kernels, so that their matrix is a view; a step does not depend on the order of columns.
    """
    if values.ndim == 4 and channels_last:
        parts = [values.permute(0, 2, 3, 1).reshape(len(values), -1)]
    elif values.ndim == 3 and values.shape[2] > 1:
        parts = list(values)
    else:
        parts = [values.flatten(1)] if values.ndim > 1 else []
    return [part for part in parts if min(part.shape) > 1]


def is_channels_last(p: Tensor) -> bool:
    return p.ndim == 4 and not p.is_contiguous()


def in_groups(by_share: dict[float, list[Tensor]]) -> list[dict[str, Any]]:
    """As PyTorch's optimisers want them."""
    return [{"params": values, "share": share} for share, values in sorted(by_share.items(), reverse=True)]


class Optimiser:
    """One step, one learning rate, one state for both halves."""

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float, weight_decay: float) -> None:
        self.layers: list[tuple[nn.Parameter, list[Tensor]]] = []
        matrices: dict[float, list[Tensor]] = {}  # by share of the learning rate
        rest: dict[float, list[Tensor]] = {}
        for p in parameters:
            if not p.requires_grad:
                continue
            parts = as_matrices(p.detach(), is_channels_last(p))
            if not all(part.untyped_storage().data_ptr() == p.untyped_storage().data_ptr() for part in parts):
                raise ValueError(f"weights {tuple(p.shape)} of strides {p.stride()} are no matrix in place")
            share = getattr(p, "rate_share", 1.0)  # networks.blocks.learn_slowly
            if parts:
                self.layers.append((p, parts))
                matrices.setdefault(share, []).extend(parts)
            else:
                rest.setdefault(share, []).append(p)
        # The rate is AdamW's: updates are scaled to what those would be.
        self.muon = torch.optim.Muon(in_groups(matrices), lr=rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
        self.adamw = torch.optim.AdamW(in_groups(rest), lr=rate, betas=(0.9, 0.95), weight_decay=0.0)

    def _halves(self) -> Iterator[torch.optim.Optimizer]:
        yield from (self.muon, self.adamw)

    def set_rate(self, rate: float) -> None:
        for half in self._halves():
            for group in half.param_groups:
                group["lr"] = rate * group.get("share", 1.0)  # checkpoints of older code know no shares

    def zero_grad(self) -> None:
        for p, _ in self.layers:
            p.grad = None
        for half in self._halves():
            half.zero_grad(set_to_none=True)

    def step(self) -> None:
        for p, parts in self.layers:
            gradients = [None] * len(parts) if p.grad is None else as_matrices(p.grad, is_channels_last(p))
            for part, gradient in zip(parts, gradients, strict=True):
                part.grad = gradient
        for half in self._halves():
            half.step()

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.muon.load_state_dict(state["muon"])
        self.adamw.load_state_dict(state["adamw"])
