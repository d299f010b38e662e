"""Networks that start from layers of SAPHN-NU compute the same where they have no other parts."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lab.networks import adn, banet, saphn, saphn_nu
from lab.networks.registry import FAMILIES
from lab.train.setup import new_trainer, resume
from lab.train.trainer import Trainer, TrainingOptions
from lab.weights import load_weights


def donor(**switches):
    """Returns a SAPHN-NU in which all parts that other networks lack do nothing."""
    stages = tuple(
        replace(stage, bottleneck=0, second=i == 2) for i, stage in enumerate(saphn_nu.TINY.stages)
    )
    config = replace(saphn_nu.TINY, stages=stages).switched(**switches)
    torch.manual_seed(0)
    network = saphn_nu.SaphnNu(config).eval()
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
    with torch.no_grad():
        for stage in network.stages:
            for module in stage.content:
                module.begin_silent()
            for attention in (stage.cross, stage.cross_level):
                if attention is not None and attention.mask_space is not None:
                    for value in attention.mask_space.parameters():
                        value.zero_()
    return network


def test_saphn_starts_with_the_images_of_saphn_nu():
    source = donor()
    network = saphn.Saphn(replace(saphn.TINY, second=(False, False, True))).eval()
    network.adopt(source)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        for own, theirs in zip(network(image).images, source(image).images, strict=True):
            assert (own - image).abs().max() > 0.01
            assert torch.allclose(own, theirs, atol=1e-4)


def test_adn_starts_with_the_image_of_stage_1():
    source = donor(cross_attention=False)
    network = adn.Adn(adn.TINY).eval()
    network.adopt(source)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        own, theirs = network(image).images[-1], source(image, stages=1).images[0]
    assert (own - image).abs().max() > 0.01
    assert torch.allclose(own, theirs, atol=1e-5)


def test_adopting_updates_the_ema_too(tmp_path):
    trainer = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    trainer.adopt(donor())
    for slow, fast in zip(trainer.ema.parameters(), trainer.network.parameters(), strict=True):
        assert torch.equal(slow, fast)


def test_checkpoint_records_the_source_of_its_weights(tmp_path):
    trainer = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    assert trainer.state()["origin"] == "new"
    trainer.adopt(donor(), "saphn-nu")
    trainer.save()
    found = resume(tmp_path, torch.device("cpu"))
    assert found is not None and found.origin == "adopted from saphn-nu"
    again = new_trainer(
        adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path / "next", start=tmp_path
    )
    assert again.origin == f"from {tmp_path.name}"
    old = trainer.state()
    del old["origin"]
    again.restore(old)
    assert again.origin is None


def test_resizing_copies_shared_weights_to_each_scale(tmp_path):
    shared = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    shared.adopt(donor())
    shared.save()
    own = new_trainer(
        adn.TINY.switched(share=False),
        TrainingOptions(steps=1),
        torch.device("cpu"),
        tmp_path / "next",
        start=tmp_path,
        resize=True,
    )
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        for a, b in zip(
            shared.network.eval()(image).images, own.network.eval()(image).images, strict=True
        ):
            assert torch.equal(a, b)
    assert sum(p.numel() for p in own.network.parameters()) == 3 * sum(
        p.numel() for p in shared.network.parameters()
    )


def test_new_blocks_start_as_the_identity_and_learn(tmp_path):
    small = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    small.adopt(donor())
    small.save()
    larger = replace(adn.TINY, blocks=(1, 2, 3))
    grown = new_trainer(
        larger,
        TrainingOptions(steps=2),
        torch.device("cpu"),
        tmp_path / "next",
        start=tmp_path,
        resize=True,
    )
    image = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        for a, b in zip(
            small.network.eval()(image).images, grown.network.eval()(image).images, strict=True
        ):
            assert torch.equal(a, b)
    new = grown.network.stages[0].body.decode[2][2].second.weight
    assert not new.any()
    for _ in range(2):
        grown.train_step(image, image * 0.5)
    assert new.any()


@pytest.mark.parametrize("family", ["saphn", "saphn-nu"])
def test_resizing_works_for_networks_with_mirrored_strides(family, tmp_path):
    """Strided convolutions have an attribute `second` too, which is no convolution."""
    config = FAMILIES[family].configs["tiny"]
    options = TrainingOptions(steps=1)
    Trainer(config, options, torch.device("cpu"), tmp_path).save()
    grown = new_trainer(
        config, options, torch.device("cpu"), tmp_path / "next", start=tmp_path, resize=True
    )
    saved = load_weights(tmp_path)[1]
    assert all(torch.equal(saved[k], v) for k, v in grown.network.state_dict().items())


def test_adopting_needs_a_network_with_common_layers(tmp_path):
    options = TrainingOptions(steps=1)
    trainer = Trainer(banet.TINY, options, torch.device("cpu"), tmp_path)
    with pytest.raises(TypeError, match="banet shares no layers"):
        trainer.adopt(donor())
    with pytest.raises(TypeError, match="not of Banet"):
        adn.Adn(adn.TINY).adopt(trainer.network)
