"""Weights from a run's checkpoint (its EMA) or from a plug-in's ONNX files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from .export.half import HALF_SUFFIX, round_weights
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


def _from_checkpoint(path: Path) -> tuple[NetworkConfig, dict[str, Tensor]]:
    state = checkpoint.load(path)
    return config_from_dict(state["config"]), state["ema"]


def _from_plugin(folder: Path) -> tuple[NetworkConfig, dict[str, Tensor]]:
    manifest = json.loads((folder / "plugin.json").read_text())
    config = config_from_dict(manifest["training"]["network"])
    found: dict[str, Tensor] = {}
    for i, stage in enumerate(manifest["stages"]):
        for name, value in stored_parameters(onnx.load(folder / stage["file"]).graph):
            found[f"stages.{i}.{name.removeprefix('stage.')}"] = value
    return config, {
        name: found[name].reshape(p.shape) for name, p in build(config).state_dict().items()
    }


def stored_parameters(graph: onnx.GraphProto) -> Iterator[tuple[str, Tensor]]:
    """Yields all parameters by name. Equal ones are stored once; Identity nodes name the others."""
    stored = {tensor.name.removesuffix(HALF_SUFFIX): tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:
            stored[node.output[0]] = stored[node.input[0]]
    for name, tensor in stored.items():
        yield name, torch.from_numpy(numpy_helper.to_array(tensor).copy()).float()
