"""Muon for all weights that multiply features, AdamW for the rest.

It needs a quarter of the steps of AdamW alone (docs/measurements.md), at a tenth more time per
step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn


def as_matrices(values: Tensor, channels_last: bool) -> list[Tensor]:
    """Returns weights or their gradients as matrices [outer, inner]; empty for other parameters.

    Kernels [outer, inner, h, w] and [outer, inner, 1] give one matrix, taps by rows
    [K, outer, inner] (see filtering.py) give K. `channels_last` is the layout of the kernel, so
    that its matrix is a view; the order of the columns does not affect a step.
    """
    if values.ndim == 4 and channels_last:
        parts = [values.permute(0, 2, 3, 1).reshape(len(values), -1)]
    elif values.ndim == 3 and values.shape[2] > 1:
        parts = list(values)
    else:
        parts = [values.flatten(1)] if values.ndim > 1 else []
    return [part for part in parts if min(part.shape) > 1]


def is_channels_last(p: Tensor) -> bool:
    """Returns whether a kernel is stored with its channels last."""
    return p.ndim == 4 and not p.is_contiguous()


def in_groups(by_share: dict[float, list[Tensor]]) -> list[dict[str, Any]]:
    """Converts parameters by share of the learning rate to PyTorch's parameter groups."""
    return [
        {"params": values, "share": share}
        for share, values in sorted(by_share.items(), reverse=True)
    ]


class Optimiser:
    """Muon and AdamW with a common step, learning rate and state.

    Raises ValueError for a parameter whose matrix is not a view of it.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], rate: float, weight_decay: float
    ) -> None:
        self.layers: list[tuple[nn.Parameter, list[Tensor]]] = []
        matrices: dict[float, list[Tensor]] = {}  # by share of the learning rate
        rest: dict[float, list[Tensor]] = {}
        for p in parameters:
            if not p.requires_grad:
                continue
            parts = as_matrices(p.detach(), is_channels_last(p))
            storage = p.untyped_storage().data_ptr()
            if any(part.untyped_storage().data_ptr() != storage for part in parts):
                raise ValueError(
                    f"weights {tuple(p.shape)} of strides {p.stride()} are no matrix in place"
                )
            share = getattr(p, "rate_share", 1.0)  # set by networks.blocks.learn_slowly
            if parts:
                self.layers.append((p, parts))
                matrices.setdefault(share, []).extend(parts)
            else:
                rest.setdefault(share, []).append(p)
        # Muon's updates are scaled to the size of AdamW's, so both use AdamW's rate.
        self.muon = torch.optim.Muon(
            in_groups(matrices), lr=rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"
        )
        self.adamw = torch.optim.AdamW(
            in_groups(rest), lr=rate, betas=(0.9, 0.95), weight_decay=0.0
        )

    def _halves(self) -> Iterator[torch.optim.Optimizer]:
        yield from (self.muon, self.adamw)

    def set_rate(self, rate: float) -> None:
        """Sets the learning rate; each parameter uses its share of it."""
        for half in self._halves():
            for group in half.param_groups:
                group["lr"] = rate * group.get("share", 1.0)  # older checkpoints have no shares

    def zero_grad(self) -> None:
        """Drops all gradients."""
        for p, _ in self.layers:
            p.grad = None
        for half in self._halves():
            half.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Updates all parameters by their gradients."""
        for p, parts in self.layers:
            gradients: list[Tensor | None] = [None] * len(parts)
            if p.grad is not None:
                gradients = [*as_matrices(p.grad, is_channels_last(p))]
            for part, gradient in zip(parts, gradients, strict=True):
                part.grad = gradient
        for half in self._halves():
            half.step()

    def state_dict(self) -> dict[str, Any]:
        """Returns the state of both optimisers."""
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Loads what `state_dict` returned."""
        self.muon.load_state_dict(state["muon"])
        self.adamw.load_state_dict(state["adamw"])
