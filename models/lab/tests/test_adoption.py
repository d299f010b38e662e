"""Networks that begin with layers of SAPHN-NU: where they have no other parts, they begin as the same function."""

from dataclasses import replace

import torch
from torch import nn

from lab.networks import adn, saphn, saphn_nu
from lab.networks.registry import build
from lab.train.setup import begun, resumed
from lab.train.trainer import Trainer, TrainingOptions


def donor(**switches):
    """A SAPHN-NU whose parts that the others lack do nothing."""
    stages = tuple(replace(stage, bottleneck=0, second=i == 2) for i, stage in enumerate(saphn_nu.TINY.stages))
    config = replace(saphn_nu.TINY, stages=stages).switched(**switches)
    torch.manual_seed(0)
    network = build(config).eval()
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
    with torch.no_grad():
        for stage in network.stages:
            for module in stage.content:
                module.begin_silent()
            for attention in (stage.cross, stage.cross_level):
                if attention is not None:
                    attention.mask_space.weight.zero_()
                    attention.mask_space.bias.zero_()
    return network


def test_saphn_begins_as_its_successor():
    source = donor()
    network = build(replace(saphn.TINY, second=(False, False, True))).eval()
    network.adopt(source)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        for own, theirs in zip(network(image).images, source(image).images, strict=True):
            assert (own - image).abs().max() > 0.01
            assert torch.allclose(own, theirs, atol=1e-4)


def test_every_scale_of_adn_begins_as_stage_1():
    source = donor(cross_attention=False)
    network = build(adn.TINY).eval()
    network.adopt(source)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        own, theirs = network(image).images[-1], source(image, stages=1).images[0]
    assert (own - image).abs().max() > 0.01
    assert torch.allclose(own, theirs, atol=1e-5)


def test_what_was_adopted_is_what_is_averaged(tmp_path):
    trainer = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    trainer.adopt(donor())
    for slow, fast in zip(trainer.ema.parameters(), trainer.network.parameters(), strict=True):
        assert torch.equal(slow, fast)


def test_a_checkpoint_tells_what_it_began_with(tmp_path):
    trainer = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    assert trainer.state()["origin"] == "new"
    trainer.adopt(donor(), "saphn-nu")
    trainer.save()
    assert resumed(tmp_path, torch.device("cpu")).origin == "adopted from saphn-nu"
    again = begun(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path / "next", start=tmp_path)
    assert again.origin == f"from {tmp_path.name}"
    old = trainer.state()
    del old["origin"]
    again.restore(old)
    assert again.origin is None


def test_weights_that_scales_shared_become_copies_when_each_has_its_own(tmp_path):
    shared = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    shared.adopt(donor())
    shared.save()
    own = begun(
        adn.TINY.switched(share=False),
        TrainingOptions(steps=1),
        torch.device("cpu"),
        tmp_path / "next",
        start=tmp_path,
        resize=True,
    )
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        for a, b in zip(shared.network.eval()(image).images, own.network.eval()(image).images, strict=True):
            assert torch.equal(a, b)
    assert sum(p.numel() for p in own.network.parameters()) == 3 * sum(p.numel() for p in shared.network.parameters())


def test_blocks_that_are_new_begin_as_the_identity_and_learn(tmp_path):
    small = Trainer(adn.TINY, TrainingOptions(steps=1), torch.device("cpu"), tmp_path)
    small.adopt(donor())
    small.save()
    larger = replace(adn.TINY, blocks=(1, 2, 3))
    grown = begun(larger, TrainingOptions(steps=2), torch.device("cpu"), tmp_path / "next", start=tmp_path, resize=True)
    image = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        for a, b in zip(small.network.eval()(image).images, grown.network.eval()(image).images, strict=True):
            assert torch.equal(a, b)
    new = grown.network.stages[0].body.decode[2][2].second.weight
    assert not new.any()
    for _ in range(2):
        grown.train_step(image, image * 0.5)
    assert new.any()
