"""Measures the effect of an ROI hint on real pairs, with the exported graphs.

    python -m lab.evaluate.hints --plugin saphn-nu --pairs PHOTOS/pairs

Hints a box over a tenth of the photo at full strength, with the default budget. Reports the
sampling density inside the box (stages 2 and 3) and the PSNR there, with and without the hint.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..export.parity import run_graphs
from ..images import pad_to_multiple, quantise, real_pairs
from ..metrics import psnr
from ..networks.network import named
from ..networks.saphn_nu import SaphnNuConfig

SHARE = 0.1  # area of the box as a share of the photo


@dataclass(frozen=True)
class Box:
    """Box in grid cells."""

    top: int
    left: int
    height: int
    width: int

    def pixels(self, stride: int) -> tuple[slice, slice]:
        """Returns rows and columns of the box in image pixels."""
        return (
            slice(self.top * stride, (self.top + self.height) * stride),
            slice(self.left * stride, (self.left + self.width) * stride),
        )


def density(
    indices: np.ndarray, rows: int, columns: int, patches: tuple[int, int], box: Box
) -> float:
    """Returns the share of the box's cells that were sampled.

    indices [patches, L]: flat cells within each patch, row by row.
    """
    chosen = np.zeros((rows, columns), bool)
    height, width = rows // patches[0], columns // patches[1]
    for p, own in enumerate(indices):
        top, left = (p // patches[1]) * height, (p % patches[1]) * width
        chosen[top + own // width, left + own % width] = True
    return float(chosen[box.top : box.top + box.height, box.left : box.left + box.width].mean())


def middle_box(rows: int, columns: int) -> Box:
    """Returns a box in the middle of a grid, with `SHARE` of its area."""
    side = SHARE**0.5
    height, width = round(rows * side), round(columns * side)
    return Box((rows - height) // 2, (columns - width) // 2, height, width)


def compare(
    folder: Path, config: SaphnNuConfig, gain: float, blurred: Tensor, sharp: Tensor, threads: int
) -> dict[str, float]:
    """Measures one pair: densities of the last two stages and PSNR in the box, both ways."""
    h, w = sharp.shape[-2:]
    image = pad_to_multiple(blurred, config.multiple_of)
    stride = config.grid_stride
    rows, columns = image.shape[-2] // stride, image.shape[-1] // stride
    box = middle_box(rows, columns)
    inside = box.pixels(stride)
    result = {}
    for label, strength in (("without", 0.0), ("with", gain)):
        roi = torch.zeros(1, 1, rows, columns)
        roi[..., box.top : box.top + box.height, box.left : box.left + box.width] = strength
        graphs = run_graphs(folder, image, roi, torch.ones(1), threads)
        for k in (1, 2):
            found = density(
                graphs[k][named("indices", k + 1)], rows, columns, config.patches[k], box
            )
            result[f"density{k + 1}.{label}"] = found
        output = quantise(torch.from_numpy(graphs[-1][named("restored", len(graphs))]))[..., :h, :w]
        result[f"psnr.{label}"] = float(
            psnr(output[..., inside[0], inside[1]], sharp[..., inside[0], inside[1]])
        )
    return result


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--plugin", type=Path, required=True)
    p.add_argument("--pairs", type=Path, required=True)
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    manifest = json.loads((args.plugin / "plugin.json").read_text())
    config = SaphnNuConfig.from_dict(manifest["training"]["network"])
    found = [
        compare(args.plugin, config, manifest["roiGain"], blurred, sharp, args.threads)
        for _, blurred, sharp in real_pairs(args.pairs / "blur", args.pairs / "sharp")
    ]
    means = {k: round(sum(f[k] for f in found) / len(found), 4) for k in found[0]}
    print(json.dumps({"pairs": len(found), **means}, indent=2))


if __name__ == "__main__":
    main()
