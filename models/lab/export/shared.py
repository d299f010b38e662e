"""Storage of weights that several graphs share: once, as ONNX external data."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import onnx
from onnx import TensorProto
from onnx.external_data_helper import set_external_data

SHARED_FILE = "weights.bin"
ALIGNMENT = 64  # bytes, a cache line: ONNX Runtime maps the file and computes from it
SMALL = 1024  # bytes; smaller tensors stay in the graphs


def share_weights(graphs: list[Path]) -> Path | None:
    """Moves tensors that several graphs hold into `SHARED_FILE` beside the graphs.

    Rewrites the graphs in place and returns the file. Returns `None` and changes nothing if the
    graphs share no tensor.
    """
    models = {path: onnx.load(path) for path in graphs}
    holders = Counter(
        key for model in models.values() for key in {digest(t) for t in large_tensors(model)}
    )
    common = {key for key, count in holders.items() if count > 1}
    if not common:
        return None
    data, offsets = bytearray(), {}
    for path, model in models.items():
        for tensor in large_tensors(model):
            key = digest(tensor)
            if key not in common:
                continue
            if key not in offsets:
                data.extend(bytes(-len(data) % ALIGNMENT))
                offsets[key] = len(data)
                data.extend(tensor.raw_data)
            set_external_data(tensor, SHARED_FILE, offsets[key], len(tensor.raw_data))
            tensor.ClearField("raw_data")
        path.write_bytes(model.SerializeToString())
    file = graphs[0].with_name(SHARED_FILE)
    file.write_bytes(data)
    for path in graphs:
        onnx.checker.check_model(str(path))
    return file


def large_tensors(model: onnx.ModelProto) -> list[TensorProto]:
    """Returns the initialisers with at least `SMALL` bytes of raw data."""
    return [tensor for tensor in model.graph.initializer if len(tensor.raw_data) >= SMALL]


def digest(tensor: TensorProto) -> bytes:
    """Returns the hash of a tensor's bytes; tensors of equal bytes are stored once."""
    return hashlib.sha256(tensor.raw_data).digest()
