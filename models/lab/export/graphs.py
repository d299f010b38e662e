"""Stages as ONNX graphs: one file per stage, states pass between them as named tensors."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from ..networks.saphn_nu import SaphnNu, Stage, StageState

OPSET = 17
STATE = ("restored", "features", "bottleneck")  # what every later stage reads, besides the sampling scores


def score_name(network: SaphnNu) -> str:
    """The state tensor that the next stage samples by."""
    return "logits" if network.config.sampler == "policy" else "difficulty"


def state_names(network: SaphnNu) -> list[str]:
    return [*STATE, score_name(network)]


class FirstStage(nn.Module):
    """image -> restored, features, bottleneck, logits, difficulty, attention, offsets."""

    outputs = ("restored", "features", "bottleneck", "logits", "difficulty", "attention", "offsets")

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        state, maps = self.stage(image)
        return (*vars(state).values(), maps.attention, maps.offsets)


class LaterStage(nn.Module):
    """image, previous state, roi, budget -> the same outputs, and which cells were sampled."""

    outputs = (*FirstStage.outputs, "samples", "indices")

    def __init__(self, stage: Stage, score: str) -> None:
        super().__init__()
        self.stage, self.score = stage, score

    def forward(
        self, image: Tensor, restored: Tensor, features: Tensor, bottleneck: Tensor, score: Tensor, roi: Tensor, budget: Tensor
    ) -> tuple[Tensor, ...]:
        previous = StageState(restored, features, bottleneck, score, score)
        state, maps = self.stage(image, previous, roi, budget)
        return (*vars(state).values(), maps.attention, maps.offsets, maps.samples, maps.indices)


def example_inputs(network: SaphnNu, height: int, width: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """(image, roi, budget) of a size that the network takes."""
    generator = torch.Generator().manual_seed(seed)
    s = network.config.grid_stride
    image = torch.rand(1, 3, height, width, generator=generator)
    return image, torch.zeros(1, 1, height // s, width // s), torch.ones(1)


def export_stages(network: SaphnNu, folder: Path, size: int = 128) -> list[Path]:
    """Write stage1.onnx ... into `folder`; height and width stay free. The network must be in float32 on the CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    image, roi, budget = example_inputs(network, size, size + 32)
    score = score_name(network)
    paths: list[Path] = []
    previous: StageState | None = None
    for i, stage in enumerate(network.stages):
        path = folder / f"stage{i + 1}.onnx"
        if previous is None:
            graph: nn.Module = FirstStage(stage)
            args: tuple[Tensor, ...] = (image,)
            names = ["image"]
        else:
            graph = LaterStage(stage, score)
            args = (image, previous.restored, previous.features, previous.bottleneck, getattr(previous, score), roi, budget)
            names = ["image", *(named(n, i) for n in (*STATE, score)), "roi", "budget"]
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            previous, _ = stage(image, previous)
            outputs = [named(n, i + 1) for n in graph.outputs]
            torch.onnx.export(
                graph,
                args,
                str(path),
                input_names=names,
                output_names=outputs,
                dynamic_axes={n: free_axes(n) for n in (*names, *outputs) if free_axes(n)},
                opset_version=OPSET,
                do_constant_folding=False,  # keeps every parameter under its own name: training starts again from here
                dynamo=False,  # the newer exporter cannot carry a data-dependent k of TopK
            )
        paths.append(path)
    return paths


def named(tensor: str, stage: int) -> str:
    """Name of a tensor that stage `stage` (from 1) puts out: "features2". The next stage reads it by the same name."""
    return f"{tensor}{stage}"


def free_axes(name: str) -> dict[int, str]:
    """Names of the axes that vary with the tile."""
    if name == "budget":
        return {}
    if name.startswith("indices"):
        return {1: "samples"}
    return {2: f"{name}_h", 3: f"{name}_w"}
