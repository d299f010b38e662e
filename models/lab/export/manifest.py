"""plugin.json: the description of the exported graphs for the application."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from ..evaluate.cost import gmacs, parameters
from ..networks.adn.extent import CELL
from ..networks.network import Network, named
from ..networks.registry import family_of, plugin_id
from .shared import SHARED_FILE
from .step import MAX_OCTAVES

# Logits at hint strength 1: e^6 = 400 times the expected error, more than nearly all other cells.
ROI_GAIN = 6.0
PREFERRED_TILE = 512


def sha256(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stage_entry(network: Network, path: Path, number: int, total: int) -> dict[str, Any]:
    """Returns an entry of `stages`; `number` counts from 1."""
    graph = network.graph(number - 1)
    state = [named(name, number) for name in graph.carried]
    return {
        "file": path.name,
        "sha256": sha256(path),
        "label": family_of(network.config).labels[number - 1],
        "inputs": [named(name, number - 1) for name in graph.carried] if number > 1 else [],
        "outputs": {
            "restored": named("restored", number),
            "difficulty": named("difficulty", number),
            "state": state if number < total else [],
        },
        "maps": {name: named(name, number) for name in graph.maps},
    }


def pyramid_entry(path: Path) -> dict[str, Any]:
    """Returns the manifest's `pyramid`: the graph that restores an octave of any photo."""
    outputs = {name: name for name in ("restored", "difficulty", "extent", "kind")}
    return {
        "file": path.name,
        "sha256": sha256(path),
        "inputs": {"image": "image", "guess": "guess"},
        "outputs": outputs,
        "maps": {"attention": "attention"},
        "maxOctaves": MAX_OCTAVES,
        "extentCell": CELL,
    }


def graph_entries(network: Network, graphs: list[Path], pyramid: bool) -> dict[str, Any]:
    """Returns the manifest's `pyramid` or `stages`."""
    if pyramid:
        return {"pyramid": pyramid_entry(graphs[0])}
    return {"stages": [stage_entry(network, p, i + 1, len(graphs)) for i, p in enumerate(graphs)]}


def manifest(
    network: Network,
    graphs: list[Path],
    version: str,
    overlap: int,
    training: dict[str, Any],
    skip: dict[str, float],
    pyramid: bool = False,
) -> dict[str, Any]:
    """Returns the manifest.

    overlap: of tiles in px, from measured seams. skip: from lab.evaluate.skipping; empty = the
    application's defaults. pyramid: the only graph is a pyramid step. Lists the file of shared
    weights (`shared.share_weights`) if it lies beside the graphs.
    """
    config, family = network.config, family_of(network.config)
    shared = graphs[0].with_name(SHARED_FILE)
    steering = {"roi": "roi", "budget": "budget"} if network.steerable else {}
    tile = {
        "multipleOf": config.multiple_of,
        "min": 64,
        "preferred": PREFERRED_TILE,
        "max": config.max_tile,
    }
    return {
        "manifestVersion": 1,
        "id": plugin_id(config),
        "name": f"{family.title} {config.name}",
        "version": version,
        "license": "MIT",
        "citation": family.citation,
        "description": " ".join(
            filter(None, [family.description, family.remarks.get(config.name)])
        ),
        "task": "motion-deblur",
        "parameters": parameters(network),
        "gmacsPerMegapixel": round(gmacs(network) / (256 * 256 / 1e6), 1),
        "image": {"range": [0, 1], "channels": "rgb", "transfer": "srgb"},
        "tile": {**tile, "overlap": overlap},
        "inputs": {"image": "image", **steering},
        **({"roiGain": ROI_GAIN, "roiStride": config.grid_stride} if network.steerable else {}),
        **({"skip": skip} if skip else {}),
        **graph_entries(network, graphs, pyramid),
        **({"data": [{"file": shared.name, "sha256": sha256(shared)}]} if shared.exists() else {}),
        "training": training,
    }


def text(content: dict[str, Any]) -> str:
    """Returns a manifest as JSON, with lists of numbers on one line."""

    def on_one_line(numbers: re.Match[str]) -> str:
        return "[" + re.sub(r"\s+", " ", numbers[1]) + "]"

    indented = json.dumps(content, indent=2)
    return re.sub(r'\[\s+(-?\d[^\[\]{}"]*?)\s+\]', on_one_line, indented) + "\n"


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Writes plugin.json and returns its path.

    Keeps the keys of other writers: `default`, the blur score's weights (test/bench/triage.js)
    and, if the network has the same size, the time measured by test/bench/networks.js.
    """
    path = folder / "plugin.json"
    old = json.loads(path.read_text()) if path.exists() else {}
    kept = ["default", "blurScore"]
    if all(old.get(key) == content[key] for key in ("parameters", "gmacsPerMegapixel")):
        kept.append("msPerMegapixel")
    whole = {**content, **{key: old[key] for key in kept if key in old}}
    path.write_text(text({key: whole[key] for key in key_order(old, whole)}))
    return path


def key_order(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Returns the keys of `new` in the order of `old`, and further ones before `training`.

    A renewed manifest then differs only where its content does.
    """
    known = [key for key in old if key in new]
    order = [*known, *(key for key in new if key not in old)]
    return sorted(order, key=lambda key: key == "training")  # stable: moves one key to the end
