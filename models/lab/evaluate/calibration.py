"""Calibration of the difficulty map: predicted against true remaining error, and ranks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..metrics import spearman
from ..networks.network import Network
from ..train.losses import true_error
from .scores import restore

CELLS = 4  # side of the compared blocks in grid cells; single cells are too noisy


@dataclass(frozen=True)
class Calibration:
    """Calibration of one stage: deciles of predicted error, mean true error in each, ranks."""

    predicted: list[float]
    true: list[float]
    error_rank: float  # Spearman's rho of the error head and the true error
    policy_rank: float | None  # the same for the policy's logits; `None` without a policy

    @property
    def ratio(self) -> float:
        """Total predicted over total true error; 1 = calibrated."""
        return sum(self.predicted) / max(sum(self.true), 1e-12)


def calibrate(network: Network, pairs: Iterable[tuple[str, Tensor, Tensor]]) -> list[Calibration]:
    """Measures every stage over all pairs (name, blurred [1, 3, H, W], sharp)."""
    stride = network.config.grid_stride
    columns: list[list[tuple[Tensor, ...]]] = [[] for _ in network.stages]
    for _, blurred, sharp in pairs:
        h, w = (n - n % network.config.multiple_of for n in sharp.shape[-2:])
        blurred, sharp = blurred[..., :h, :w], sharp[..., :h, :w]
        result, _ = restore(network, blurred)
        for k, state in enumerate(result.states):
            maps = [state.difficulty, true_error(state.restored, sharp, stride)]
            if network.steerable:
                maps.append(state.logits)
            columns[k].append(
                tuple(torch.nn.functional.avg_pool2d(m, CELLS).flatten() for m in maps)
            )
    return [
        summarise(*[torch.cat(values) for values in zip(*column, strict=True)])
        for column in columns
    ]


def summarise(
    predicted: Tensor, true: Tensor, logits: Tensor | None = None, *, bins: int = 10
) -> Calibration:
    """Sorts cells by prediction, cuts them into `bins` equal parts, and averages both errors.

    All tensors are flat and of equal length.
    """
    order = predicted.argsort()
    parts = [
        (p.mean(), t.mean())
        for p, t in zip(predicted[order].chunk(bins), true[order].chunk(bins), strict=True)
    ]
    return Calibration(
        [float(p) for p, _ in parts],
        [float(t) for _, t in parts],
        spearman(predicted, true),
        None if logits is None else spearman(logits, true),
    )


def plot(calibrations: list[Calibration], path: Path) -> None:
    """Draws predicted against true error per stage; the diagonal is perfect."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(4.5, 4.2))
    top = max(max(c.predicted + c.true) for c in calibrations) * 1.05
    axes.plot([0, top], [0, top], color="0.7", linewidth=1)
    for k, c in enumerate(calibrations):
        axes.plot(
            c.predicted,
            c.true,
            marker="o",
            markersize=3,
            label=f"stage {k + 1} (rank {c.error_rank:.2f})",
        )
    axes.set(
        xlabel="predicted remaining error",
        ylabel="true remaining error",
        xlim=(0, top),
        ylim=(0, top),
    )
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
