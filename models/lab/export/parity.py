"""Does the exported network compute what PyTorch computes? With 16-bit weights on both sides and the same indices fed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor

from ..networks.network import Network, named
from .graphs import example_inputs


@dataclass(frozen=True)
class Parity:
    """Of one image size: largest difference of any stage's image, the share of sampled cells in common, and how much the
    network changes the image at most (0: nothing was compared).
    """

    height: int
    width: int
    difference: float
    same_indices: float
    change: float

    @property
    def passed(self) -> bool:
        """NETWORKS.md: 1e-3 with equal indices, index sets equal to at least 99.5 %."""
        return self.difference <= 1e-3 and self.same_indices >= 0.995


def run_graphs(folder: Path, image: Tensor, roi: Tensor, budget: Tensor, threads: int = 1) -> list[dict[str, np.ndarray]]:
    """Each stage's outputs by name, from stage1.onnx, stage2.onnx ... in `folder`, on the CPU provider."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    known = {"image": image.numpy(), "roi": roi.numpy(), "budget": budget.numpy()}
    results = []
    for path in sorted(folder.glob("stage*.onnx")):
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        outputs = [o.name for o in session.get_outputs()]
        values = session.run(outputs, {i.name: known[i.name] for i in session.get_inputs()})
        results.append(dict(zip(outputs, values, strict=True)))
        known.update(results[-1])
    return results


@torch.no_grad()
def check(network: Network, folder: Path, height: int, width: int, seed: int = 3) -> Parity:
    """Compare at one size. `network` must already carry 16-bit-rounded weights."""
    image, roi, budget = example_inputs(network, height, width, seed)
    graphs = run_graphs(folder, image, roi, budget)
    same = 1.0
    if network.steerable:
        fed = [None] + [torch.from_numpy(g[named("indices", i + 2)]) for i, g in enumerate(graphs[1:])]
        images = network(image, roi, 1.0, indices=fed).images
        own = network(image, roi, 1.0).maps
        same = min(common(own[i].indices, fed[i]) for i in range(1, len(graphs)))
    else:
        images = network(image).images
    difference = max(
        float(np.abs(images[i].numpy() - g[named("restored", i + 1)]).max()) for i, g in enumerate(graphs)
    )
    return Parity(height, width, difference, same, float((images[-1] - image).abs().max()))


def common(a: Tensor, b: Tensor) -> float:
    """Share of index set `a` that is also in `b`: [n, L] each, row by row, the smallest row."""
    rows = [len(set(x.tolist()) & set(y.tolist())) / len(x) for x, y in zip(a, b, strict=True)]
    return min(rows)
