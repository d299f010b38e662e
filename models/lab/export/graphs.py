"""Export of stages as ONNX graphs: one file per stage, linked by named state tensors."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..networks.network import Network

OPSET = 17


def example_inputs(
    network: Network, height: int, width: int, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """Returns (image, roi, budget) for a network; the sides must suit its configuration."""
    s = network.config.grid_stride
    hint = torch.zeros(1, 1, height // s, width // s)
    return edges(height, width, seed), hint, torch.ones(1)


def edges(height: int, width: int, seed: int) -> Tensor:
    """Returns an image [1, 3, height, width] of smeared edges.

    A trained network would leave mere noise unchanged, so there would be nothing to compare.
    """
    generator = torch.Generator().manual_seed(seed)
    areas = torch.rand(1, 3, height // 8 + 1, width // 8 + 1, generator=generator)
    sharp = F.interpolate(areas, scale_factor=8.0)[..., :height, :width]
    smeared = F.avg_pool2d(sharp, (1, 9), stride=1, padding=(0, 4), count_include_pad=False)
    return (smeared + 0.02 * torch.randn(smeared.shape, generator=generator)).clamp(0, 1)


def export_stages(network: Network, folder: Path, size: int = 128) -> list[Path]:
    """Writes stage1.onnx, stage2.onnx, ... into `folder`, with free height and width.

    The network must be float32 on the CPU. `size`: side of the traced example in px.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    known = dict(
        zip(("image", "roi", "budget"), example_inputs(network, size, size + 32), strict=True)
    )
    paths: list[Path] = []
    for i in range(len(network.stages)):
        path = folder / f"stage{i + 1}.onnx"
        graph = network.graph(i).eval()
        args = tuple(known[name] for name in graph.inputs)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known |= zip(graph.outputs, graph(*args), strict=True)
            torch.onnx.export(
                graph,
                args,
                str(path),
                input_names=graph.inputs,
                output_names=graph.outputs,
                dynamic_axes={
                    n: free_axes(n) for n in (*graph.inputs, *graph.outputs) if free_axes(n)
                },
                opset_version=OPSET,
                do_constant_folding=False,  # keeps every parameter, so training can start from it
                dynamo=False,  # the newer exporter cannot export a data-dependent k of TopK
            )
        paths.append(path)
    return paths


def free_axes(name: str) -> dict[int, str]:
    """Returns the axes of a tensor that vary with the tile, with their names."""
    if name == "budget":
        return {}
    if name.startswith("indices"):
        return {1: "samples"}
    return {2: f"{name}_h", 3: f"{name}_w"}
