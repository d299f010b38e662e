"""Export of a network as a plug-in: graphs with 16-bit weights, parity check, manifest."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from ..networks.network import Network
from .graphs import export_stages
from .half import store_half
from .manifest import manifest, write
from .parity import check
from .shared import SHARED_FILE, share_weights

SIZES = ((128, 160), (256, 256))  # (height, width) of the parity checks


class ParityError(Exception):
    """The graphs do not compute the same as PyTorch."""


def export_plugin(
    network: Network,
    out: Path,
    version: str,
    overlap: int,
    training: dict[str, Any],
    skip: dict[str, float],
) -> None:
    """Writes the graphs and plugin.json into `out`.

    network: with shipped, rounded weights (`weights.load_rounded`). For the other arguments see
    `manifest.manifest`. Raises ParityError and writes nothing if parity fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        graphs = export_stages(network, Path(scratch))
        for graph in graphs:
            store_half(graph)
        shared = share_weights(graphs)
        results = [check(network, Path(scratch), *size) for size in SIZES]
        for r in results:
            print(
                f"parity {r.height}x{r.width}: difference {r.difference:.2e}, largest change "
                f"{r.change:.2f}, equal indices {r.same_indices:.4f}"
            )
        if not all(r.passed for r in results):
            raise ParityError("parity failed: nothing written")
        out.mkdir(parents=True, exist_ok=True)
        for old in (*out.glob("*.onnx"), out / SHARED_FILE):
            old.unlink(missing_ok=True)
        files = [Path(shutil.copy(graph, out / graph.name)) for graph in graphs]
        if shared is not None:
            shutil.copy(shared, out / shared.name)
    facts = {**training, "network": network.config.to_dict()}
    write(out, manifest(network, files, version, overlap, facts, skip))
