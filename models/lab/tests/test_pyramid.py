"""The pyramid step: the same pixels as the stages, one graph for all octaves, stored once."""

import hashlib
import json

import onnx
import pytest
import torch
from torch import nn

from lab.export.graphs import edges
from lab.export.plugin import ExportError, export_plugin
from lab.export.step import STEP_FILE, check_step
from lab.networks import adn, banet
from lab.networks.adn import Adn, ExtentHead, PyramidStep
from lab.networks.adn.extent import covariance
from lab.networks.adn.network import enlarge, shrink
from lab.networks.registry import build
from lab.pyramid import restore_octaves
from lab.weights import load_step, load_weights


def network_of(config, seed=0):
    """Returns a network whose weights are random 16-bit values, none of them zero."""
    torch.manual_seed(seed)
    network = build(config).eval()
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
        p.data = p.data.half().float()
    return network


def head_of(config, seed=1):
    torch.manual_seed(seed)
    return ExtentHead(config, hidden=64)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Exports an ADN with its pyramid step; (folder, network, head)."""
    folder, network = tmp_path_factory.mktemp("plugin"), network_of(adn.TINY)
    head = head_of(adn.TINY)
    export_plugin(network, folder, "1.0.0", 32, {}, {}, head)
    return folder, network, head


@torch.no_grad()
def test_three_octaves_by_hand_reproduce_the_three_stages():
    network = network_of(adn.TINY)
    step = PyramidStep.of(network)
    image = edges(64, 96, seed=2)
    chain = network(image)
    quarter, half = shrink(image, 2), shrink(image, 1)
    coarse = step(quarter, quarter)
    middle = step(half, enlarge(coarse.restored, 1))
    fine = step(image, enlarge(middle.restored, 1))
    for own, state in zip((coarse, middle, fine), chain.states, strict=True):
        assert torch.allclose(own.restored, state.scaled, atol=1e-4)
    assert (fine.restored - image).abs().max() > 0.05
    assert torch.allclose(fine.difficulty, chain.states[-1].difficulty, atol=1e-4)
    assert torch.allclose(fine.attention, chain.maps[-1].attention, atol=1e-4)


@torch.no_grad()
def test_octaves_are_restored_from_coarse_to_fine():
    step = PyramidStep.of(network_of(adn.TINY))
    image = edges(64, 32, seed=3)
    results = restore_octaves(step, image, 3)
    assert [tuple(r.restored.shape[2:]) for r in results] == [(64, 32), (32, 16), (16, 8)]
    half = shrink(image, 1)
    assert torch.equal(results[1].restored, step(half, enlarge(results[2].restored, 1)).restored)


def test_octaves_need_sides_that_halve_often_enough():
    with pytest.raises(ValueError, match="multiples of 32"):
        restore_octaves(PyramidStep.of(network_of(adn.TINY)), torch.rand(1, 3, 48, 64), 3)


@torch.no_grad()
def test_maps_have_the_sizes_and_ranges_of_the_contract():
    result = PyramidStep.of(network_of(adn.TINY))(
        torch.rand(2, 3, 40, 64), torch.rand(2, 3, 40, 64)
    )
    assert result.restored.shape == (2, 3, 40, 64)
    assert result.difficulty.shape == (2, 1, 20, 32)
    assert result.extent.shape == result.kind.shape == (2, 3, 5, 8)
    assert result.attention.shape == (2, 1, 5, 8)
    assert torch.allclose(result.kind.sum(dim=1), torch.ones(2, 5, 8)) and (result.kind >= 0).all()


def test_every_covariance_is_positive_semidefinite():
    values = 20 * torch.randn(1, 3, 30, 30, generator=torch.Generator().manual_seed(0))
    cxx, cxy, cyy = covariance(values).double().unbind(1)
    assert torch.isfinite(cxx).all() and (cxx >= 0).all() and (cyy >= 0).all()
    assert (cxx * cyy - cxy**2 >= -1e-6 * (cxx + cyy) ** 2).all()


def test_scales_with_their_own_weights_have_no_step():
    with pytest.raises(ValueError, match="shared weights"):
        PyramidStep.of(Adn(adn.TINY.switched(share=False)))


def test_a_head_absorbs_the_normalisation_of_its_features():
    head = head_of(adn.TINY)
    features = 3 + 5 * torch.randn(1, 24, 4, 4)
    mean, deviation = torch.full((24,), 3.0), torch.full((24,), 5.0)
    expected = head((features - 3) / 5)
    head.absorb(mean, deviation)
    for a, b in zip(head(features), expected, strict=True):
        assert torch.allclose(a, b, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("octaves", [1, 3, 5])
def test_the_graph_agrees_with_pytorch_at_every_octave_count(exported, octaves):
    folder, _, _ = exported
    assert check_step(load_step(folder), folder / STEP_FILE, octaves) < 1e-4


def test_a_plugin_gives_back_the_step_that_it_was_exported_from(exported):
    folder, network, head = exported
    step = load_step(folder)
    for name, value in head.state_dict().items():
        assert torch.equal(step.head.state_dict()[name], value.half().float())
    body = network.stages[0].body.state_dict()
    assert all(torch.equal(step.body.state_dict()[name], value) for name, value in body.items())


def test_the_manifest_describes_the_pyramid(exported):
    folder, _, _ = exported
    manifest = json.loads((folder / "plugin.json").read_text())
    assert manifest["pyramid"] == {
        "file": "step.onnx",
        "sha256": hashlib.sha256((folder / "step.onnx").read_bytes()).hexdigest(),
        "inputs": {"image": "image", "guess": "guess"},
        "outputs": {
            "restored": "restored",
            "difficulty": "difficulty",
            "extent": "extent",
            "kind": "kind",
        },
        "maps": {"attention": "attention"},
        "maxOctaves": 7,
        "extentCell": 8,
    }
    assert "stages" not in manifest
    assert {path.name for path in folder.iterdir()} == {"plugin.json", "step.onnx"}


def test_the_step_reads_an_image_and_a_guess(exported):
    folder, _, _ = exported
    graph = onnx.load(folder / STEP_FILE).graph
    assert {i.name for i in graph.input} == {"image", "guess"}


def test_weights_are_read_from_the_step(exported):
    folder, network, _ = exported
    _, weights = load_weights(folder)
    assert all(torch.equal(weights[name], value) for name, value in network.state_dict().items())


def test_without_a_head_the_stages_share_one_file_of_weights(exported, tmp_path):
    _, network, _ = exported
    export_plugin(network, tmp_path, "1.0.0", 32, {}, {})
    assert "pyramid" not in json.loads((tmp_path / "plugin.json").read_text())
    files = {"stage1.onnx", "stage2.onnx", "stage3.onnx", "weights.bin"}
    assert {path.name for path in tmp_path.iterdir()} == {"plugin.json", *files}


def test_an_export_without_a_head_keeps_a_plugin_that_has_a_step(exported):
    folder, network, _ = exported
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ExportError, match="--extent"):
        export_plugin(network, folder, "1.1.0", 32, {}, {})
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("config", "reason"),
    [(adn.TINY.switched(share=False), "shared weights"), (banet.TINY, "no pyramid step")],
)
def test_networks_without_a_step_refuse_a_head(tmp_path, config, reason):
    with pytest.raises(ValueError, match=reason):
        export_plugin(network_of(config), tmp_path, "1.0.0", 32, {}, {}, head_of(adn.TINY))
