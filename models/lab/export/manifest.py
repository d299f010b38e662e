"""plugin.json: what the application needs to know about the exported graphs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..evaluate.cost import gmacs, parameters
from ..networks.saphn_nu import SaphnNu
from .graphs import named, state_names

LABELS = ("Uniform pass", "Adaptive refinement", "Final refinement")
CITATION = (
    "M. Suin, K. Purohit, A. N. Rajagopalan: Spatially-Attentive Patch-Hierarchical Network with Adaptive Sampling for "
    "Motion Deblurring. arXiv 2402.06117, 2024"
)
ROI_GAIN = 6.0  # logits at hint strength 1: e^6 = 400 times the expected error, so that a full hint outranks nearly all


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stage_entry(network: SaphnNu, path: Path, number: int, total: int) -> dict[str, Any]:
    """One entry of `stages`; `number` counts from 1."""
    maps = {"attention": named("attention", number), "offsets": named("offsets", number)}
    if number > 1:
        maps |= {"samples": named("samples", number), "indices": named("indices", number)}
    state = [named(n, number) for n in state_names(network)]
    return {
        "file": path.name,
        "sha256": sha256(path),
        "label": LABELS[number - 1],
        "inputs": [named(n, number - 1) for n in state_names(network)] if number > 1 else [],
        "outputs": {
            "restored": named("restored", number),
            "difficulty": named("difficulty", number),
            "state": state if number < total else [],
        },
        "maps": maps,
    }


def manifest(
    network: SaphnNu, graphs: list[Path], version: str, overlap: int, training: dict[str, Any], skip: dict[str, float]
) -> dict[str, Any]:
    """The whole manifest. `overlap` comes from measured seams, `skip` from lab.evaluate.skipping (empty: defaults)."""
    config = network.config
    return {
        "manifestVersion": 1,
        "id": "saphn-nu",
        "name": "SAPHN-NU compact",
        "version": version,
        "license": "MIT",
        "citation": CITATION,
        "description": "Three stages over 4, 2 and 1 patches; later stages work where errors are expected.",
        "task": "motion-deblur",
        "parameters": parameters(network),
        "gmacsPerMegapixel": round(gmacs(network) / (256 * 256 / 1e6), 1),
        "image": {"range": [0, 1], "channels": "rgb", "transfer": "srgb"},
        "tile": {"multipleOf": config.multiple_of, "min": 64, "preferred": 512, "max": 1024, "overlap": overlap},
        "inputs": {"image": "image", "roi": "roi", "budget": "budget"},
        "roiGain": ROI_GAIN,
        "roiStride": config.grid_stride,
        **({"skip": skip} if skip else {}),
        "stages": [stage_entry(network, p, i + 1, len(graphs)) for i, p in enumerate(graphs)],
        "training": training,
    }


def write(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "plugin.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
