"""Exported plug-ins: shared weights are stored once, and an export replaces an earlier one."""

import hashlib
import json

import onnx
import pytest
import torch
from onnx.external_data_helper import uses_external_data

from lab.export.parity import check
from lab.export.plugin import export_plugin
from lab.export.shared import SHARED_FILE
from lab.networks import adn
from lab.networks.registry import build
from lab.weights import load_weights


def network_of(config):
    """Returns a network whose weights are 16-bit values."""
    torch.manual_seed(1)
    network = build(config).eval()
    for value in network.parameters():
        torch.nn.init.uniform_(value, -0.1, 0.1)
        value.data = value.data.half().float()
    return network


@pytest.fixture(scope="module")
def sharing(tmp_path_factory):
    """Exports an ADN whose three scales share one body; (folder, network)."""
    folder, network = tmp_path_factory.mktemp("plugin"), network_of(adn.TINY)
    export_plugin(network, folder, "1.0.0", 32, {}, {})
    return folder, network


def test_shared_weights_are_stored_once(sharing):
    folder, network = sharing
    size = (folder / SHARED_FILE).stat().st_size
    large = sum(2 * p.numel() for p in network.parameters() if p.numel() >= 512)
    assert large <= size <= large + 64 * len(list(network.parameters()))
    for path in folder.glob("*.onnx"):
        tensors = onnx.load(path, load_external_data=False).graph.initializer
        assert any(map(uses_external_data, tensors))
        assert sum(len(t.raw_data) for t in tensors) < large


def test_manifest_lists_the_shared_file_with_its_hash(sharing):
    folder, _ = sharing
    listed = json.loads((folder / "plugin.json").read_text())["data"]
    assert listed == [
        {
            "file": SHARED_FILE,
            "sha256": hashlib.sha256((folder / SHARED_FILE).read_bytes()).hexdigest(),
        }
    ]


def test_graphs_with_shared_weights_agree_with_pytorch(sharing):
    folder, network = sharing
    assert check(network, folder, 64, 96).passed


def test_weights_are_read_back_from_the_shared_file(sharing):
    folder, network = sharing
    _, weights = load_weights(folder)
    assert all(torch.equal(weights[name], value) for name, value in network.state_dict().items())


def test_an_export_removes_the_files_of_an_earlier_one(sharing, tmp_path):
    export_plugin(sharing[1], tmp_path, "1.0.0", 32, {}, {})
    export_plugin(network_of(adn.TINY.switched(share=False)), tmp_path, "1.1.0", 32, {}, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "plugin.json",
        "stage1.onnx",
        "stage2.onnx",
        "stage3.onnx",
    ]
    assert "data" not in json.loads((tmp_path / "plugin.json").read_text())


def test_a_renewed_manifest_keeps_the_order_of_its_keys_and_the_keys_of_others(sharing, tmp_path):
    path = tmp_path / "plugin.json"
    path.write_text(json.dumps({"id": "x", "default": True, "name": "x", "training": {}}))
    export_plugin(sharing[1], tmp_path, "1.0.0", 32, {}, {})
    keys = list(json.loads(path.read_text()))
    assert keys[:3] == ["id", "default", "name"] and keys[-1] == "training"
    assert "stages" in keys
