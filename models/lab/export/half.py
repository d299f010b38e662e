"""16-bit weights: stored as float16, cast to float32 when a session is created."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

HALF_SUFFIX = "_f16"
SMALL = 64  # smaller tensors stay float32: shapes, scales, biases of few channels


def round_weights(network: nn.Module) -> None:
    """Rounds all parameters and statistics to float16 values in place, as the files hold them."""
    for values in (*network.parameters(), *network.buffers()):
        values.data = values.data.half().float()


def store_half(path: Path) -> None:
    """Rewrites an ONNX file: large float32 initialisers become float16, followed by a Cast."""
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < SMALL:
            continue
        name, values = tensor.name, numpy_helper.to_array(tensor)
        half = numpy_helper.from_array(values.astype(np.float16), name + HALF_SUFFIX)
        tensor.CopyFrom(half)
        casts.append(
            helper.make_node(
                "Cast", [name + HALF_SUFFIX], [name], name=f"cast_{name}", to=TensorProto.FLOAT
            )
        )
    for node in reversed(casts):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, path)
