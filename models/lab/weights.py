"""Weights from a run's checkpoint (its EMA) or from a plug-in's ONNX files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from .export.half import HALF_SUFFIX, round_weights
from .extent.checkpoint import load_head
from .networks.adn import Adn, AdnConfig, ExtentHead, PyramidStep
from .networks.network import Network, NetworkConfig
from .networks.registry import build, config_from_dict
from .train import checkpoint


def load_weights(source: Path) -> tuple[NetworkConfig, dict[str, Tensor]]:
    """Reads configuration and float32 state dict of a checkpoint, a run or a plug-in.

    Raises FileNotFoundError if `source` is none of them, KeyError if a parameter is missing.
    """
    if source.is_file():
        return _from_checkpoint(source)
    if (source / "checkpoint.pt").exists():
        return _from_checkpoint(source / "checkpoint.pt")
    if (source / "plugin.json").exists():
        return _from_plugin(source)
    raise FileNotFoundError(f"{source} is neither a checkpoint, nor a run, nor a plug-in")


def load_network(source: Path) -> Network:
    """Returns a network with its weights, in evaluation mode."""
    config, weights = load_weights(source)
    network = build(config)
    network.load_state_dict(weights)
    return network.eval()


def load_rounded(source: Path) -> Network:
    """Returns a network with its weights rounded to 16 bit, as they ship."""
    network = load_network(source)
    round_weights(network)
    return network


def load_adn(source: Path, cell: int | None = None) -> Adn:
    """Returns an ADN with its weights rounded to 16 bit. Raises ValueError for other networks.

    `cell`: side in px of the cells of its channel attention, on which no weights depend; `None` =
    as stored.
    """
    network = load_rounded(source)
    if not isinstance(network, Adn):
        raise ValueError(f"{source} is not an ADN")
    if cell is None:
        return network
    other = Adn(replace(network.config, cell=cell))
    other.load_state_dict(network.state_dict())
    return other.eval()


def load_step(source: Path, head: Path | None = None) -> PyramidStep:
    """Returns the pyramid step of a network, with weights rounded to 16 bit.

    The head comes from a file of lab.extent.train, or from the plug-in itself. Raises ValueError if
    the network is not an ADN with shared weights, or the head belongs to another body.
    """
    network = load_adn(source)
    step = PyramidStep.of(network, load_head(head, network)[0] if head else stored_head(source))
    round_weights(step)
    return step


def stored_head(folder: Path) -> ExtentHead:
    """Reads the extent head from a plug-in's pyramid step. Raises ValueError if it has none."""
    manifest = json.loads((folder / "plugin.json").read_text())
    config = config_from_dict(manifest["training"]["network"])
    if "pyramid" not in manifest or not isinstance(config, AdnConfig):
        raise ValueError(f"{folder} has no pyramid step")
    head = ExtentHead(config)
    found = dict(stored_parameters(onnx.load(folder / manifest["pyramid"]["file"]).graph))
    head.load_state_dict(
        {name: found[f"head.{name}"].reshape(p.shape) for name, p in head.state_dict().items()}
    )
    return head.eval()


def _from_checkpoint(path: Path) -> tuple[NetworkConfig, dict[str, Tensor]]:
    state = checkpoint.load(path)
    return config_from_dict(state["config"]), state["ema"]


def _from_plugin(folder: Path) -> tuple[NetworkConfig, dict[str, Tensor]]:
    manifest = json.loads((folder / "plugin.json").read_text())
    config = config_from_dict(manifest["training"]["network"])
    network = build(config)
    found: dict[str, Tensor] = {}
    for i, stage in enumerate(manifest.get("stages", [])):
        for name, value in stored_parameters(onnx.load(folder / stage["file"]).graph):
            found[f"stages.{i}.{name.removeprefix('stage.')}"] = value
    if "pyramid" in manifest:
        graph = onnx.load(folder / manifest["pyramid"]["file"]).graph
        for name, value in stored_parameters(graph):
            found |= {f"stages.{i}.{name}": value for i in range(len(network.stages))}
    return config, {name: found[name].reshape(p.shape) for name, p in network.state_dict().items()}


def stored_parameters(graph: onnx.GraphProto) -> Iterator[tuple[str, Tensor]]:
    """Yields all parameters by name. Equal ones are stored once; Identity nodes name the others."""
    stored = {tensor.name.removesuffix(HALF_SUFFIX): tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:
            stored[node.output[0]] = stored[node.input[0]]
    for name, tensor in stored.items():
        yield name, torch.from_numpy(numpy_helper.to_array(tensor).copy()).float()
