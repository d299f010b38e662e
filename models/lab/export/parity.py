"""Parity check of exported graphs and PyTorch, with 16-bit weights and equal indices."""

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
    """Result at one image size.

    difference: largest difference of any stage's image. same_indices: share of sampled cells in
    common. change: largest change by the network; 0 = nothing was compared.
    """

    height: int
    width: int
    difference: float
    same_indices: float
    change: float

    @property
    def passed(self) -> bool:
        """Whether images differ by at most 1e-3 and 99.5 % of the sampled cells agree."""
        return self.difference <= 1e-3 and self.same_indices >= 0.995


def run_graphs(
    folder: Path, image: Tensor, roi: Tensor, budget: Tensor, threads: int = 1
) -> list[dict[str, np.ndarray]]:
    """Runs stage1.onnx, stage2.onnx, ... on the CPU provider; returns each stage's outputs."""
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
    """Compares at one size; the weights of `network` must be rounded to 16 bit."""
    image, roi, budget = example_inputs(network, height, width, seed)
    graphs = run_graphs(folder, image, roi, budget)
    same = 1.0
    if network.steerable:
        fed = [torch.from_numpy(g[named("indices", i + 2)]) for i, g in enumerate(graphs[1:])]
        images = network(image, roi=roi, indices=[None, *fed]).images
        own = network(image, roi=roi).maps
        same = min(common(own[i + 1].indices, f) for i, f in enumerate(fed))
    else:
        images = network(image).images
    difference = max(
        float(np.abs(images[i].numpy() - g[named("restored", i + 1)]).max())
        for i, g in enumerate(graphs)
    )
    return Parity(height, width, difference, same, float((images[-1] - image).abs().max()))


def common(a: Tensor, b: Tensor) -> float:
    """Returns the share of indices in `a` that are also in `b`, [n, L] each: the smallest row."""
    rows = [len(set(x.tolist()) & set(y.tolist())) / len(x) for x, y in zip(a, b, strict=True)]
    return min(rows)
