"""Export of the pyramid step: one graph for all octaves, and its parity with PyTorch."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnxruntime as ort
import torch
from torch import Tensor

from ..networks.adn.step import PyramidStep, StepResult
from ..pyramid import SIDE, restore_octaves
from .graphs import OPSET, edges, free_axes

STEP_FILE = "step.onnx"
INPUTS = "image", "guess"
MAX_OCTAVES = 7
OCTAVES = 1, 3, 5  # compared by `check_step`
# Largest difference of images, and of maps relative to 1 + their magnitude.
TOLERANCE = 1e-3


def export_step(step: PyramidStep, folder: Path, size: int = 64) -> Path:
    """Writes step.onnx with free height and width into `folder`; float32, on the CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    path, names = folder / STEP_FILE, (*INPUTS, *StepResult._fields)
    example = edges(size, size + SIDE, seed=0)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            step.eval(),
            (example, example),
            str(path),
            input_names=list(INPUTS),
            output_names=list(StepResult._fields),
            dynamic_axes={name: free_axes(name) for name in names},
            opset_version=OPSET,
            do_constant_folding=False,  # keeps every parameter, so training can start from it
            dynamo=False,
        )
    return path


def open_step(path: Path, threads: int = 1) -> Session:
    """Opens step.onnx on the CPU provider, to be called as a `PyramidStep`."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return Session(ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]))


class Session:
    """Exported step with the interface of `PyramidStep`."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self.session = session

    def __call__(self, image: Tensor, guess: Tensor) -> StepResult:
        """Runs the graph: see `PyramidStep`."""
        values = self.session.run(
            list(StepResult._fields), {"image": image.numpy(), "guess": guess.numpy()}
        )
        return StepResult(*map(torch.from_numpy, values))


@torch.no_grad()
def check_step(step: PyramidStep, path: Path, octaves: int, seed: int = 3) -> float:
    """Returns the largest difference of any output of any octave, from PyTorch and the graph.

    The weights of `step` must be rounded to 16 bit. Maps count relative to 1 + their magnitude.
    """
    side = SIDE * 2 ** (octaves - 1)
    height, width = (-(-n // side) * side for n in (96, 160))
    image = edges(height, width, seed)
    own = restore_octaves(step, image, octaves)
    theirs = restore_octaves(open_step(path), image, octaves)
    return max(
        float(((a - b).abs() / (1 + a.abs())).max())
        for x, y in zip(own, theirs, strict=True)
        for a, b in zip(x, y, strict=True)
    )
