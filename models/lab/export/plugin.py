"""Export of a network as a plug-in: graphs with 16-bit weights, parity check, manifest.

A network whose scales share their weights, together with an extent head, ships as the one graph of
its pyramid step in place of the graphs of its stages.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ..networks.adn import Adn, ExtentHead, PyramidStep
from ..networks.network import Network
from .graphs import export_stages
from .half import round_weights, store_half
from .manifest import manifest, write
from .parity import check
from .shared import SHARED_FILE, share_weights
from .step import OCTAVES, TOLERANCE, check_step, export_step

SIZES = ((128, 160), (256, 256))  # (height, width) of the parity checks


class ExportError(Exception):
    """The plug-in was not written; its earlier files are unchanged."""


class ParityError(ExportError):
    """The graphs do not compute the same as PyTorch."""


def export_plugin(
    network: Network,
    out: Path,
    version: str,
    overlap: int,
    training: dict[str, Any],
    skip: dict[str, float],
    head: ExtentHead | None = None,
) -> None:
    """Writes the graphs and plugin.json into `out`.

    network: with shipped, rounded weights (`weights.load_rounded`). head: makes the pyramid step of
    an ADN with shared weights the only graph. For the other arguments see `manifest.manifest`.
    Raises ParityError if parity fails, ExportError if the plug-in would lose its pyramid step; then
    nothing is written.
    """
    if head is None and has_pyramid(out):
        raise ExportError(
            f"{out} has a pyramid step, whose extent head belongs to the old weights: train a head "
            "for the new ones (lab.extent.features, lab.extent.train) and name it with --extent"
        )
    step = step_of(network, head)
    with tempfile.TemporaryDirectory() as scratch:
        graphs = export_stages(network, Path(scratch))
        for graph in graphs:
            store_half(graph)
        check_stages(network, Path(scratch))
        if step is not None:
            graphs = [export_step(step, Path(scratch))]
            store_half(graphs[0])
            check_octaves(step, graphs[0])
        shared = share_weights(graphs)
        out.mkdir(parents=True, exist_ok=True)
        for old in (*out.glob("*.onnx"), out / SHARED_FILE):
            old.unlink(missing_ok=True)
        files = [Path(shutil.copy(graph, out / graph.name)) for graph in graphs]
        if shared is not None:
            shutil.copy(shared, out / shared.name)
    facts = {**training, "network": network.config.to_dict()}
    write(out, manifest(network, files, version, overlap, facts, skip, pyramid=step is not None))


def has_pyramid(folder: Path) -> bool:
    """Returns whether a folder holds a plug-in with a pyramid step; a damaged one has none."""
    try:
        return "pyramid" in json.loads((folder / "plugin.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False


def step_of(network: Network, head: ExtentHead | None) -> PyramidStep | None:
    """Returns the pyramid step with weights rounded to 16 bit, or `None` without a head.

    Raises ValueError if the network has no step.
    """
    if head is None:
        return None
    if not isinstance(network, Adn):
        raise ValueError(f"{network.config.family} has no pyramid step")
    step = PyramidStep.of(network, head)
    round_weights(step)
    return step


def check_stages(network: Network, folder: Path) -> None:
    """Compares the stages' graphs in `folder` with PyTorch at several sizes; raises ParityError."""
    results = [check(network, folder, *size) for size in SIZES]
    for r in results:
        print(
            f"parity {r.height}x{r.width}: difference {r.difference:.2e}, largest change "
            f"{r.change:.2f}, equal indices {r.same_indices:.4f}"
        )
    if not all(r.passed for r in results):
        raise ParityError("parity failed: nothing written")


def check_octaves(step: PyramidStep, path: Path) -> None:
    """Compares the step's graph with PyTorch at several octave counts; raises ParityError."""
    for octaves in OCTAVES:
        difference = check_step(step, path, octaves)
        print(f"parity of the step at {octaves} octaves: difference {difference:.2e}")
        if difference > TOLERANCE:
            raise ParityError(f"parity of the step failed at {octaves} octaves: nothing written")
