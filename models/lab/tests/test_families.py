"""Properties of every network: shapes, initial identity, switches, learning, export."""

import re
from dataclasses import replace

import onnx
import pytest
import torch
from torch import nn

from lab.campaign.targets import DEFAULT_NETWORK
from lab.evaluate.cost import describe, parameters
from lab.export import half, manifest
from lab.export.graphs import example_inputs, export_stages
from lab.export.parity import check, run_graphs
from lab.networks import adn, banet, radn, saphn
from lab.networks.registry import FAMILIES, PLUGINS, build, config_from_dict, plugin_id
from lab.train import checkpoint
from lab.train.losses import difficulty_loss, restoration_loss
from lab.train.trainer import Trainer, TrainingOptions
from lab.weights import load_weights

NEW = ["saphn", "radn", "adn", "banet"]
STAGES = {"saphn-nu": 3, "saphn": 3, "radn": 1, "adn": 3, "banet": 1}


def tiny(family):
    return FAMILIES[family].configs["tiny"]


def randomised(config, seed=0):
    """Returns a network without zero-initialised layers, so that every part has an effect."""
    torch.manual_seed(seed)
    network = build(config).eval()
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
    return network


@pytest.mark.parametrize("family", FAMILIES)
def test_stages_images_and_maps_have_their_sizes(family):
    config = tiny(family)
    network = randomised(config)
    with torch.no_grad():
        result = network(torch.rand(2, 3, 64, 96))
    assert len(result.states) == len(result.maps) == STAGES[family] == len(FAMILIES[family].labels)
    for i, (state, maps) in enumerate(zip(result.states, result.maps, strict=True)):
        assert state.restored.shape == (2, 3, 64, 96)
        assert state.difficulty.shape == (2, 1, 64 // config.grid_stride, 96 // config.grid_stride)
        assert (state.difficulty >= 0).all()
        for name in network.graph(i).maps:
            if name != "indices":
                assert getattr(maps, name).shape[:2] == (2, 2 if name == "offsets" else 1)
        assert (maps.attention >= 0).all() and maps.attention.std() > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_network_is_the_identity(family):
    torch.manual_seed(0)
    image = torch.rand(1, 3, 64, 64)
    for restored in build(tiny(family)).eval()(image).images:
        assert torch.allclose(restored, image, atol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_stages_limits_the_forward_pass(family):
    network = randomised(tiny(family))
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        first, whole = network(image, stages=1), network(image)
    assert len(first.states) == 1
    assert torch.equal(first.images[0], whole.images[0])


SWITCHES = {
    "saphn": [
        "self_attention",
        "local_filter",
        "mask",
        "adaptive_kernel",
        "cross_attention",
        "cross_level_attention",
    ],
    "radn": ["deformable", "self_attention"],
    "adn": ["channel_attention", "encoder_attention", "decoder_attention"],
    "banet": ["refinement", "strip_pooling"],
}


@pytest.mark.parametrize(
    "family, name", [(f, name) for f, names in SWITCHES.items() for name in names]
)
def test_turning_a_part_off_changes_the_output(family, name):
    full = randomised(tiny(family))
    without = build(tiny(family).switched(**{name: False})).eval()
    missing = without.load_state_dict(full.state_dict(), strict=False).missing_keys
    assert not missing  # only the part itself is missing
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert (full(image).images[-1] - without(image).images[-1]).abs().max() > 1e-4


REPLACED = [
    ("radn", {"dense": False}, "decoder"),
    ("adn", {"combination": "addition"}, None),
    ("adn", {"combination": "concatenation"}, "join"),
    ("banet", {"cascaded": False}, "join"),
    ("banet", {"attention": "self"}, "attention"),
]


@pytest.mark.parametrize("family, switches, part", REPLACED)
def test_replacing_a_part_changes_the_output_and_no_other_weights(family, switches, part):
    """All weights except those of the part (None = it has none) stay the same."""
    full = randomised(tiny(family))
    other = randomised(tiny(family).switched(**switches), seed=1)
    shared = {
        k: v for k, v in full.state_dict().items() if part is None or part not in k.split(".")
    }
    missing = other.load_state_dict(shared, strict=False).missing_keys
    assert all(part in name.split(".") for name in missing), missing
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert (full(image).images[-1] - other(image).images[-1]).abs().max() > 1e-4


def test_adn_scales_share_weights_only_if_switched_on():
    shared, own = randomised(adn.TINY), build(adn.TINY.switched(share=False)).eval()
    own.load_state_dict(shared.state_dict())
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        before = own(image).images
        assert all(torch.equal(a, b) for a, b in zip(shared(image).images, before, strict=True))
        own.stages[0].body.head[0].weight.mul_(2)
        after = own(image).images
    assert not torch.equal(before[0], after[0])
    assert parameters(own) == 3 * parameters(shared)
    assert own.stages[1].body.head[0].weight.equal(shared.stages[1].body.head[0].weight)


def test_saphn_without_auxiliary_heads_has_the_same_levels_in_one_stage():
    staged, whole = randomised(saphn.TINY), build(saphn.TINY.switched(auxiliary=False)).eval()
    weights = {
        re.sub(r"^stages\.(\d)\.levels\.0", r"stages.0.levels.\1", k): v
        for k, v in staged.state_dict().items()
    }
    spare = whole.load_state_dict(weights, strict=False)
    assert not spare.missing_keys
    # Heads of the first two levels.
    assert {k.split(".")[4] for k in spare.unexpected_keys} == {"head", "error", "doubt"}
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        alone, staged_result = whole(image), staged(image)
    assert len(alone.states) == 1
    # Equal features. The residual is added to the photo instead of the level before, which `doubt`
    # moves towards the photo.
    assert torch.allclose(alone.states[0].features, staged_result.states[2].features, atol=1e-6)
    base = staged_result.images[1].lerp(image, staged.stages[2].levels[0].doubt)
    assert torch.allclose(alone.images[0] - image, staged_result.images[2] - base, atol=1e-5)


@pytest.mark.parametrize("family", NEW)
def test_gradients_reach_every_parameter(family):
    def idle(seed):
        network = randomised(tiny(family), seed).train()
        sharp = torch.rand(2, 3, 64, 64)
        result = network(torch.rand(2, 3, 64, 64))
        loss = restoration_loss(result.supervised, sharp, 0.1, network.config.objective)
        (loss + difficulty_loss(result, sharp, network.config.grid_stride)).backward()
        return {
            n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0
        }

    # With few channels, all may be negative before a ReLU by chance, but not for every seed.
    assert not idle(0) & idle(1) & idle(2)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_few_steps_lower_the_loss(family, tmp_path):
    """Removes a horizontal box blur of five pixels from a blocky pattern."""
    torch.manual_seed(0)
    sharp = torch.nn.functional.interpolate(torch.rand(2, 3, 16, 16), size=(64, 64), mode="nearest")
    kernel = torch.full((3, 1, 1, 5), 0.2)
    blurred = torch.nn.functional.conv2d(
        nn.functional.pad(sharp, (2, 2, 0, 0), mode="replicate"), kernel, groups=3
    )
    options = TrainingOptions(
        steps=200, batch=2, size=64, peak_rate=1e-2, explore_from=1.0, hint_share=0.0
    )
    trainer = Trainer(tiny(family), options, torch.device("cpu"), tmp_path)
    losses = [trainer.train_step(blurred, sharp) for _ in range(40)]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5]), (losses[0], losses[-1])


@pytest.mark.parametrize(
    "config", [adn.TINY, replace(radn.TINY, normalise=True)], ids=["shared weights", "statistics"]
)
def test_resume_is_exact_and_the_ema_lags(config, tmp_path):
    """Covers weights with a name per stage and running statistics, which the EMA treats apart."""
    options = TrainingOptions(steps=6, batch=2, size=64)

    def batch(step):
        g = torch.Generator().manual_seed(step)
        sharp = torch.rand(2, 3, 64, 64, generator=g)
        return sharp * 0.9, sharp

    whole, first = (
        Trainer(config, options, torch.device("cpu"), tmp_path / name)
        for name in ("whole", "parts")
    )
    start = whole.network.state_dict()[
        "stages.0." + ("body.stem.weight" if config is adn.TINY else "stem.weight")
    ].clone()
    for step in range(4):
        whole.train_step(*batch(step))
    for step in range(2):
        first.train_step(*batch(step))
    first.save()
    second = Trainer(config, options, torch.device("cpu"), tmp_path / "parts")
    second.restore(checkpoint.load(tmp_path / "parts" / "checkpoint.pt"))
    for step in range(2, 4):
        second.train_step(*batch(step))
    for a, b in ((whole.network, second.network), (whole.ema, second.ema)):
        assert all(
            torch.equal(x, y)
            for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
        )
    key = next(k for k in whole.ema.state_dict() if k.endswith("stem.weight"))
    moved, lagging = ((n.state_dict()[key] - start).abs().sum() for n in (whole.network, whole.ema))
    assert 0 < lagging < moved


@pytest.fixture(scope="module", params=[*FAMILIES, "radn normalised"])
def exported(request, tmp_path_factory):
    """Exports a randomised tiny network, rounded to 16 bit; (folder, network)."""
    folder = tmp_path_factory.mktemp("plugin")
    config = tiny(request.param.split()[0])
    if "normalised" in request.param:
        config = replace(config, normalise=True, transposed=True, tail=4)
    network = randomised(config)
    for value in network.buffers():
        nn.init.uniform_(value, 0.5, 1.5)
    half.round_weights(network)
    graphs = export_stages(network, folder, size=64)
    for graph in graphs:
        half.store_half(graph)
    training = {"network": config.to_dict()}
    manifest.write(folder, manifest.manifest(network, graphs, "0.0.1", 32, training, {}))
    return folder, network


FORBIDDEN = {
    "SpaceToDepth",
    "Mod",
    "Round",
    "Loop",
    "DeformConv",
    "Einsum",
    "If",
    "Scan",
    "NonZero",
}


@pytest.mark.parametrize("size", [(64, 96), (128, 160)])
def test_export_parity(exported, size):
    folder, network = exported
    result = check(network, folder, *size)
    assert result.passed, result


def test_graphs_use_only_operators_that_every_provider_has(exported):
    folder, _ = exported
    found = {node.op_type for path in folder.glob("*.onnx") for node in onnx.load(path).graph.node}
    assert "Conv" in found and not found & FORBIDDEN


def test_every_stage_of_the_graphs_changes_the_image(exported):
    folder, network = exported
    inputs = example_inputs(network, 64, 64)
    images = [
        torch.from_numpy(g[f"restored{i + 1}"]) for i, g in enumerate(run_graphs(folder, *inputs))
    ]
    assert all(
        (a - b).abs().max() > 1e-3 for a, b in zip([inputs[0], *images], images, strict=False)
    )


def test_weights_are_read_back_from_the_plugin(exported):
    folder, network = exported
    config, weights = load_weights(folder)
    assert config == network.config
    assert weights.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        assert torch.allclose(weights[name], value, atol=1e-3), name


@pytest.mark.parametrize("family", FAMILIES)
def test_configurations_survive_json(family):
    import json

    for config in FAMILIES[family].configs.values():
        assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_configurations_without_a_family_are_saphn_nu():
    config = tiny("saphn-nu")
    old = {k: v for k, v in config.to_dict().items() if k != "family"}
    assert config_from_dict(old) == config


@pytest.mark.parametrize("plugin", PLUGINS)
def test_shipped_configurations_are_small(plugin):
    found = describe(PLUGINS[plugin][1])
    assert found["parameters"] <= 5e6 and found["gmacsPerMegapixel"] <= (
        120 if plugin == DEFAULT_NETWORK else 66
    )


def test_shipped_configurations_have_distinct_plugin_ids():
    assert {plugin: plugin_id(config) for plugin, (_, config) in PLUGINS.items()} == {
        p: p for p in PLUGINS
    }
    assert (
        plugin_id(adn.DEEP) == DEFAULT_NETWORK
        and plugin_id(adn.COMPACT) == "adn-fast"
        and plugin_id(adn.TINY) == "adn"
    )


@pytest.mark.parametrize("plugin", PLUGINS)
def test_shipped_convolutions_avoid_channel_counts_that_webgpu_computes_wrongly(plugin):
    """ONNX Runtime 1.30 errs above 1x1 with 6, 9, 18, ... channels: multiples of 3, not of 4."""
    with torch.device("meta"):
        network = build(PLUGINS[plugin][1])
    wide = [m for m in network.modules() if isinstance(m, nn.Conv2d) and max(m.kernel_size) > 1]
    assert wide and not [
        m for m in wide if m.in_channels > 3 and m.in_channels % 3 == 0 and m.in_channels % 4
    ]


@pytest.mark.parametrize("family", ["adn", "radn", "saphn-nu"])
def test_paper_configurations_have_the_published_size(family):
    with torch.device("meta"):
        network = build(FAMILIES[family].configs["paper"])
    published = FAMILIES[family].published.parameters
    assert published is not None
    assert abs(parameters(network) / published - 1) < (0.001 if family == "adn" else 0.1)


def test_banet_paper_configuration_has_ten_modules():
    assert len(build(replace(banet.PAPER, channels=8, mask_channels=8)).stages[0].blocks) == 10
