"""SAPHN-NU: equations checked by hand, switches, gradients, sampling."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lab.networks.attention import GlobalAttention
from lab.networks.blocks import (
    Down,
    Halving,
    Up,
    assemble,
    bias_of,
    mirror,
    partition,
    residual_blocks,
)
from lab.networks.filtering import PixelDependentFilter
from lab.networks.saphn_nu import TINY, SaphnNu, Switches
from lab.networks.saphn_nu.content_aware import ContentAwareModule
from lab.networks.saphn_nu.sampling import (
    draw,
    hardest,
    put_back,
    sample_count,
    take,
    uniform_indices,
)


def randomised(config, seed=0):
    """Returns a network without zero-initialised layers, so that every part has an effect."""
    torch.manual_seed(seed)
    network = SaphnNu(config)
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
    return network


def test_assemble_inverts_partition():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    parts = partition(x, (2, 2))
    assert parts[1].flatten().tolist() == [2, 3, 6, 7]
    assert torch.equal(assemble(parts, (2, 2)), x)


def test_take_and_put_back_follow_equations_2_and_3():
    x = torch.arange(8.0).reshape(1, 2, 2, 2)  # channel 0: 0..3, channel 1: 4..7
    indices = torch.tensor([[3, 0]])
    assert take(x, indices).tolist() == [[[3, 0], [7, 4]]]
    changed = put_back(x, torch.full((1, 2, 2), -1.0), indices)
    assert changed[0, 0].flatten().tolist() == [-1, 1, 2, -1]


def test_attention_equations_10_to_13_by_hand():
    """One channel, two cells, two clusters: Q and P are softmaxes of known logits."""
    a = GlobalAttention(source=1, query=1, outer=1, clusters=2, masks=False)
    for p in a.parameters():
        nn.init.zeros_(p)
    a.gather.weight.data = torch.tensor([1.0, 0.0]).reshape(2, 1, 1, 1)
    a.distribute.weight.data = torch.tensor([1.0, 0.0]).reshape(2, 1, 1)
    a.project.weight.data.fill_(1)
    x_u = torch.tensor([0.0, 2.0]).reshape(1, 1, 1, 2)
    e = torch.e
    first = 2 * e**2 / (1 + e**2)  # cluster 1 weighs the cells by softmax(0, 2)
    second = 1.0  # cluster 2 averages
    share = e / (e + 1)  # a query of 1 prefers cluster 1
    y = a(x_u, torch.ones(1, 1, 1))
    assert y.item() == pytest.approx(share * first + (1 - share) * second, rel=1e-5)


def test_attention_masks_of_equation_16_scale_what_is_gathered():
    a = GlobalAttention(1, 1, 1, 1, masks=True)
    for p in a.parameters():
        nn.init.zeros_(p)
    a.project.weight.data.fill_(1)
    y = a(torch.full((1, 1, 2, 2), 3.0), torch.zeros(1, 1, 5))
    assert torch.allclose(y, torch.full((1, 1, 5), 3.0 * 0.5 * 0.5))  # sigmoid(0) = 1/2 twice


def identity_filter(**options):
    f = PixelDependentFilter(1, 1, kernel=3, max_offset=2.0, **options)
    f.reduce.weight.data.fill_(1)
    bias_of(f.reduce).data.zero_()
    f.mix.data.fill_(1)
    return f


def test_filter_equation_17_sums_the_neighbourhood():
    x = torch.arange(25.0).reshape(1, 1, 5, 5)
    centre = torch.tensor([[12]])
    y, mean = identity_filter()(x, take(x, centre), centre)
    assert y.item() == pytest.approx(9 * 12)
    assert mean.abs().max() == 0


def test_filter_weights_differ_by_pixel_and_offsets_move_the_taps():
    x = torch.arange(49.0).reshape(1, 1, 7, 7)
    f = identity_filter()
    f.weights.weight.data.zero_()
    f.weights.bias.data.zero_()
    f.weights.bias.data[4] = 2.0  # V: only the centre tap, twice
    f.offset.bias.data.zero_()
    f.offset.bias.data[8] = 100.0  # tap 4: dx = +max_offset = 2 cells
    centre = torch.tensor([[24]])
    y, mean = f(x, take(x, centre), centre)
    assert y.item() == pytest.approx(2 * 26)
    assert mean[0, 0, 0].item() == pytest.approx(2 / 9)


def test_offsets_never_exceed_their_bound():
    f = PixelDependentFilter(4, 2, max_offset=3.0)
    nn.init.normal_(f.offset.weight, std=100)
    assert f.offsets(torch.randn(1, 4, 50)).abs().max() <= 3.0


def test_fusion_equations_19_and_20():
    config = replace(TINY, kernel=3)
    torch.manual_seed(0)
    module = ContentAwareModule(8, config)
    nn.init.zeros_(module.fuse.weight)
    x = torch.rand(1, 8, 4, 4)
    everything = torch.arange(16)[None]
    tokens = x.flatten(2)
    local, _ = module.filter(x, tokens, everything)
    everywhere = module.attention(x, tokens)
    bias_of(module.fuse).data.fill_(1.0)
    share = torch.sigmoid(torch.tensor(1.0))
    y, _ = module(x, x, tokens, everything)
    assert torch.allclose(y, share * everywhere + (1 - share) * local, atol=1e-6)


@pytest.mark.parametrize(
    "budget, expected", [(1.0, 144 // 9), (0.5, 8), (1.2, 19), (0.0, 1), (100.0, 144)]
)
def test_sample_count_scales_with_the_budget(budget, expected):
    assert int(sample_count(144, 3, budget)) == expected


def test_hardest_returns_the_l_highest_scores():
    scores = torch.tensor([[0.1, 0.9, 0.5, 0.7]])
    assert sorted(hardest(scores, 2)[0].tolist()) == [1, 3]


def test_uniform_indices_are_l_distinct_cells_spread_over_the_map():
    found = uniform_indices(12, 12, 16, 1, torch.device("cpu"))[0]
    assert len(set(found.tolist())) == 16
    assert all(((found // 12 >= r * 6) & (found // 12 < r * 6 + 6)).sum() == 8 for r in range(2))


def test_draw_follows_the_policy_and_records_its_log_probability():
    logits = torch.full((1, 400), -2.0)
    logits[:, :100] = 3.0
    chosen, record = draw(logits, 100, torch.Generator().manual_seed(0))
    assert chosen.shape == (1, 100) and len(set(chosen[0].tolist())) == 100
    assert (chosen < 100).float().mean() > 0.6
    expected = torch.where(record.actions > 0, torch.sigmoid(logits), torch.sigmoid(-logits)).log()
    assert torch.allclose(record.log_probability, expected, atol=1e-5)


@pytest.mark.parametrize("halo", ["shared", "none"])
def test_shapes_stages_and_exact_sample_counts(halo):
    network = randomised(replace(TINY, halo=halo))
    result = network(torch.rand(1, 3, 48, 64))
    assert [tuple(i.shape) for i in result.images] == [(1, 3, 48, 64)] * 3
    cells = 24 * 32
    for k, patches in ((1, 2), (2, 1)):
        per_patch = int(sample_count(cells // patches, TINY.sample_stride, 1.0))
        maps = result.maps[k]
        assert maps.indices.shape == (patches, per_patch)
        assert maps.samples.sum() == per_patch * patches


def test_roi_hint_moves_samples_into_the_box():
    network = randomised(TINY)
    image = torch.rand(1, 3, 64, 64)
    roi = torch.zeros(1, 1, 32, 32)
    roi[..., 8:16, 8:16] = 20.0
    without, hinted = network(image).maps[2].samples, network(image, roi=roi).maps[2].samples
    assert hinted.sum() == without.sum()
    assert hinted[..., 8:16, 8:16].mean() == 1.0 > without[..., 8:16, 8:16].mean()


SWITCHES = [
    "progressive",
    "self_attention",
    "cross_attention",
    "cross_level_attention",
    "masks",
    "adaptive_kernel",
    "offsets",
    "adaptive_sampling",
    "attentive_fusion",
]


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_changes_the_output(name):
    full = randomised(TINY)
    without = SaphnNu(replace(TINY, switches=Switches().without(name)))
    missing = without.load_state_dict(full.state_dict(), strict=False).missing_keys
    assert not missing  # only the part itself is missing
    image = torch.rand(1, 3, 32, 32)
    assert (full(image).images[-1] - without(image).images[-1]).abs().max() > 1e-4


def test_gradients_reach_every_parameter():
    from lab.train.losses import difficulty_loss, policy_loss, restoration_loss

    network = randomised(TINY)
    sharp = torch.rand(2, 3, 32, 32)
    result = network(torch.rand(2, 3, 32, 32), explore=True)
    loss = restoration_loss(result.images, sharp, 0.1) + difficulty_loss(result, sharp, 2)
    (loss + policy_loss(result, sharp, TINY)).backward()
    # The last stage's policy would steer a fourth stage.
    idle = {
        n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0
    }
    assert all(n.startswith("stages.2.sampling.policy") for n in idle), idle


def test_policy_gradient_prefers_cells_that_gained():
    """Eq. 5-7: sampling a cell that improved more often must lower the loss."""
    from lab.networks.saphn_nu import Restoration, StageMaps, StageState
    from lab.networks.saphn_nu.sampling import Draw
    from lab.train.losses import policy_loss

    sharp = torch.zeros(1, 3, 8, 8)
    worse = torch.full((1, 3, 8, 8), 0.5)
    better = worse.clone()
    better[..., :4, :] = 0.1
    logits = torch.zeros(1, 16, requires_grad=True)
    actions = torch.ones(1, 16)
    record = Draw(actions, actions, actions * torch.nn.functional.logsigmoid(logits), 16)
    none = torch.zeros(1)
    before = StageState(worse, none, none, none, none)
    after = StageState(better, none, none, none, none)
    maps = [StageMaps(none, none, none, none), StageMaps(none, none, none, none, record)]
    config = replace(TINY, patches=((1, 1), (1, 1), (1, 1)))
    policy_loss(Restoration([before, after], maps), sharp, config).backward()
    assert logits.grad is not None
    assert (logits.grad[0, :8] < 0).all() and (logits.grad[0, 8:].abs() < 1e-6).all()

    # Cells that were cut earn no gain; all chosen cells carry the penalty for L' > L.
    logits.grad.zero_()
    processed = actions.clone()
    processed[0, :4] = 0
    maps[1].draw = Draw(actions, processed, actions * torch.nn.functional.logsigmoid(logits), 12)
    policy_loss(Restoration([before, after], maps), sharp, config).backward()
    assert (
        (logits.grad[0, :4] > 0).all()
        and (logits.grad[0, 4:8] < 0).all()
        and (logits.grad[0, 8:] > 0).all()
    )


@pytest.mark.parametrize("name", ["compact", "paper"])
def test_configurations_keep_their_size_limits(name):
    from lab.evaluate.cost import describe
    from lab.networks.saphn_nu import CONFIGS

    found = describe(CONFIGS[name])
    if name == "compact":
        assert found["parameters"] <= 5e6 and found["gmacsPerMegapixel"] <= 65
    else:
        assert abs(found["parameters"] / 23e6 - 1) < 0.1 and abs(found["gmacs256"] / 140 - 1) < 0.1


def small_network(second):
    return nn.Sequential(
        Halving(3, 6, 5, second),
        Down(6, 8, second),
        residual_blocks(8, 1),
        Up(8, 6),
        nn.Sequential(nn.Conv2d(6, 12, 3, padding=1), nn.PixelShuffle(2)),
    )


@pytest.mark.parametrize("upright", [False, True])
def test_mirror_commutes_with_mirroring_the_image(upright):
    torch.manual_seed(0)
    network, turned = small_network(False), small_network(second=upright)
    turned.load_state_dict(network.state_dict())
    image = torch.rand(1, 3, 16, 24)
    turn = (lambda x: x.flip(3)) if upright else (lambda x: x.transpose(2, 3))
    expected = turn(network(turn(image)))
    assert not torch.allclose(turned(image), expected, atol=1e-3)
    mirror(turned, upright)
    assert torch.allclose(turned(image), expected, atol=1e-6)


def test_inheriting_stages_start_as_the_mean_of_all_stages():
    """Stages 2 and 3 have all blocks of stage 1, transposed and mirrored left to right."""
    blocks = TINY.stages[0]
    stages = (blocks, blocks, replace(blocks, second=True))
    network = randomised(replace(TINY, stages=stages)).eval()
    for module in network.stages[0].content:
        module.begin_silent()
    network.inherit()
    image = torch.rand(1, 3, 32, 48)
    with torch.no_grad():
        first, second, third = network(image).images
        transposed = network(image.transpose(2, 3), stages=1).images[0].transpose(2, 3)
        flipped = network(image.flip(3), stages=1).images[0].flip(3)
    assert not torch.allclose(first, transposed, atol=1e-3) and not torch.allclose(
        first, flipped, atol=1e-3
    )
    assert torch.allclose(second, (first + transposed) / 2, atol=1e-5)
    assert torch.allclose(third, (first + transposed + flipped) / 3, atol=1e-5)
