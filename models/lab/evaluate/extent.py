r"""Measures the extent head on the frozen set of known blur.

    python -m lab.evaluate.extent --from adn --set lab/.data/extent.npz \
        --plot lab/.data/extent.png

`--from` names a plug-in with a pyramid step. Prints JSON; `lab.extent.install` puts it into the
manifest.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..extent.combine import LONGEST, combine
from ..extent.targets import DEFOCUSED, MOVED, SHARP, targets
from ..networks.adn import StepResult
from ..pyramid import restore_octaves
from ..synthesis.frozen_extent import ExtentSample, load_frozen_extent
from ..synthesis.truth import length_and_direction
from ..weights import load_step

OCTAVES = 5
JUDGED = 4.0, 60.0  # px: true extents whose error counts
DIRECTED = 6.0  # px: shorter motion's direction does not count
BARS = {"lengthError": 0.25, "directionError": 15.0, "movedAuc": 0.9}
BINS = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 60)


@dataclass
class Cells:
    """Cells of all images, in one row each: [N]; only cells whose kind is known."""

    label: Tensor  # SHARP, MOVED or DEFOCUSED
    true: Tensor  # extent of the motion, px
    predicted: Tensor  # extent, px
    turned: Tensor  # difference of the directions, degrees
    kind: Tensor  # [N, 3]: probabilities
    octave: Tensor  # that the estimate comes from

    def __getitem__(self, chosen: Tensor) -> Cells:
        return Cells(*(values[chosen] for values in vars(self).values()))

    def __len__(self) -> int:
        return len(self.true)

    @property
    def error(self) -> Tensor:
        """Relative error of the length."""
        return (self.predicted - self.true).abs() / self.true

    @property
    def motion(self) -> Tensor:
        """Probability of motion if the cell is blurred at all."""
        return self.kind[:, MOVED] / (self.kind[:, MOVED] + self.kind[:, DEFOCUSED])


@torch.no_grad()
def collect(
    step: Callable[[Tensor, Tensor], StepResult],
    samples: Iterable[ExtentSample],
    octaves: int = OCTAVES,
    longest: float = LONGEST,
) -> Cells:
    """Runs the step on every image and returns its combined estimates and the truth."""
    rows: list[list[Tensor]] = []
    for sample in samples:
        found = combine(restore_octaves(step, sample.blurred, octaves), longest)
        goal = targets(sample.truth, sample.sharp)
        true, angle = length_and_direction(sample.truth.covariance)
        predicted, other = length_and_direction(found.covariance)
        turned = torch.atan2((2 * (angle - other)).sin(), (2 * (angle - other)).cos()).abs() / 2
        columns = [true, predicted, turned * 180 / math.pi]
        known = goal.label[0] >= 0
        rows.append(
            [
                goal.label[0][known],
                *(c[0, 0][known] for c in columns),
                found.kind[0].permute(1, 2, 0)[known],
                found.octave[0, 0][known],
            ]
        )
    return Cells(*(torch.cat(column) for column in zip(*rows, strict=True)))


def summary(cells: Cells) -> dict[str, Any]:
    """Returns medians over moved cells, and areas under ROC curves."""
    moved, defocused, sharp = (cells[cells.label == kind] for kind in (MOVED, DEFOCUSED, SHARP))
    judged = moved[(moved.true >= JUDGED[0]) & (moved.true <= JUDGED[1])]
    directed = moved[moved.true > DIRECTED]
    bins = pairwise(BINS)
    return {
        "cells": {"judged": len(judged), "directed": len(directed)}
        | {"moved": len(moved), "defocused": len(defocused), "sharp": len(sharp)},
        "lengthError": float(judged.error.median()),
        "directionError": float(directed.turned.median()),
        "movedAuc": auc(moved.motion, defocused.motion),
        "blurredAuc": auc(1 - moved.kind[:, SHARP], 1 - sharp.kind[:, SHARP]),
        "byLength": [row for low, high in bins if (row := by_length(moved, low, high))],
    }


def by_length(moved: Cells, low: float, high: float) -> dict[str, float] | None:
    """Returns the medians of moved cells of `low` to `high` px, or `None` if they are few."""
    part = moved[(moved.true >= low) & (moved.true < high)]
    if len(part) < 100:
        return None
    return {
        "from": low,
        "to": high,
        "cells": len(part),
        "predicted": float(part.predicted.median()),
        "lengthError": float(part.error.median()),
        "directionError": float(part.turned.median()),
        "octave": float(part.octave.float().mean()),
    }


def auc(positive: Tensor, negative: Tensor) -> float:
    """Returns the area under the ROC curve of scores: the share of pairs in the right order."""
    values, counts = torch.cat((positive, negative)).double(), len(positive)
    _, inverse, same = values.unique(return_inverse=True, return_counts=True)
    # Equal scores share their mean rank.
    ranks = (same.cumsum(0) - (same - 1) / 2)[inverse]
    above = ranks[:counts].sum() - counts * (counts + 1) / 2
    return float(above / (counts * len(negative)))


def plot(cells: Cells, facts: dict[str, Any], path: Path) -> None:
    """Draws predicted against true length, and the error of the direction."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    moved = cells[cells.label == MOVED]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2))
    some = torch.randperm(len(moved), generator=torch.Generator().manual_seed(0))[:4000]
    left.plot([1, 64], [1, 64], color="0.7", linewidth=1)
    left.scatter(moved.true[some], moved.predicted[some], s=2, alpha=0.2, linewidths=0)
    middles = [math.sqrt(row["from"] * row["to"]) for row in facts["byLength"]]
    left.plot(middles, [row["predicted"] for row in facts["byLength"]], "k.-", label="median")
    left.set(xscale="log", yscale="log", xlim=(1, 64), ylim=(0.5, 100))
    left.set(xlabel="true extent, px", ylabel="predicted extent, px")
    left.legend(frameon=False)
    right.plot(middles, [row["directionError"] for row in facts["byLength"]], "k.-")
    right.set(xscale="log", xlabel="true extent, px", ylabel="median error of direction, degrees")
    right.set(ylim=(0, 45))
    marks = [2**i for i in range(7)]
    for axis in (left.xaxis, left.yaxis, right.xaxis):
        axis.set_ticks(marks, labels=[str(mark) for mark in marks])
        axis.set_ticks([], minor=True)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True)
    p.add_argument("--head", type=Path, help="file of lab.extent.train, instead of the plug-in's")
    p.add_argument("--set", type=Path, required=True, help="from lab.synthesis.frozen_extent")
    p.add_argument("--octaves", type=int, default=OCTAVES)
    p.add_argument("--longest", type=float, default=LONGEST)
    p.add_argument("--plot", type=Path)
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    step = load_step(args.source, args.head)
    cells = collect(step, load_frozen_extent(args.set), args.octaves, args.longest)
    facts = summary(cells)
    print(json.dumps(facts | {"bars": BARS}, indent=2))
    if args.plot:
        plot(cells, facts, args.plot)


if __name__ == "__main__":
    main()
