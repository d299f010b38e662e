"""Equations of SAPHN, RADN, ADN and BANet, checked by hand."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lab.networks import adn, saphn
from lab.networks.adn.attention import CELLS, ChannelAttention, CombinedAttention
from lab.networks.adn.network import enlarge, shrink
from lab.networks.attention import GlobalAttention, SelfAttention
from lab.networks.banet.attention import StripPair, window_of, window_weights
from lab.networks.blocks import bias_of
from lab.networks.filtering import PixelDependentFilter, UniformFilter, cell_centres
from lab.networks.network import Objective
from lab.networks.radn.deformable import DeformableConvolution, spread
from lab.networks.registry import build
from lab.train.losses import restoration_loss

CPU = torch.device("cpu")


def test_saphn_attention_averages_over_the_clusters():
    """SAPHN's eq. 6 is SAPHN-NU's eq. 13 divided by C2."""
    torch.manual_seed(0)
    added = GlobalAttention(3, 3, 3, clusters=5, space=False)
    averaged = GlobalAttention(3, 3, 3, clusters=5, space=False, average=True)
    averaged.load_state_dict(added.state_dict())
    x = torch.rand(1, 3, 4, 4)
    assert torch.allclose(averaged.on_grid(x, x) * 5, added.on_grid(x, x), atol=1e-6)
    assert added.mask_space is None


@pytest.mark.parametrize("width", [1, 3, 7, 509, 512])
def test_cell_centres_invert_flat_indices(width):
    indices = torch.arange(width * 512)[None]
    expected = torch.stack((indices % width, indices // width), dim=2)
    assert torch.equal(cell_centres(indices, width), expected.float())


@pytest.mark.parametrize("adaptive", [True, False])
def test_uniform_filter_equals_the_pixel_dependent_one_without_offsets(adaptive):
    torch.manual_seed(0)
    uniform = UniformFilter(4, 2, adaptive_kernel=adaptive)
    gathering = PixelDependentFilter(4, 2, adaptive_kernel=adaptive, offsets=False)
    nn.init.normal_(uniform.weights.weight)
    for name in ("reduce", "weights"):
        for key, value in getattr(uniform, name).state_dict().items():
            getattr(gathering, name).state_dict()[key].copy_(
                value.reshape(getattr(gathering, name).state_dict()[key].shape)
            )
    gathering.mix.data.copy_(uniform.mix)
    x = torch.rand(2, 4, 6, 7)
    everywhere = torch.arange(42).expand(2, -1)
    expected, _ = gathering(x, x.flatten(2), everywhere)
    assert torch.allclose(uniform(x).flatten(2), expected, atol=1e-5)


def test_radn_self_attention_equations_5_and_6_by_hand():
    a = SelfAttention(1)
    for part, value in ((a.key, 1.0), (a.query, 1.0), (a.value, 2.0)):
        nn.init.constant_(part.weight, value)
        if part.bias is not None:
            nn.init.zeros_(part.bias)
    x = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    e = torch.e
    # Place 0 (query 0) weighs both places evenly, place 1 by softmax(0, 1).
    expected = [0 + (0 + 2) / 2, 1 + 2 * e / (1 + e)]
    assert a(x).flatten().tolist() == pytest.approx(expected, rel=1e-5)


def test_pooled_self_attention_equals_plain_attention_on_constant_cells():
    torch.manual_seed(0)
    plain, pooled = SelfAttention(8), SelfAttention(8, pool=2)
    nn.init.normal_(plain.value.weight)
    pooled.load_state_dict(plain.state_dict())
    coarse = torch.rand(1, 8, 3, 4)
    # Constant 2x2 cells equal their means.
    even = coarse.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose(plain(even), pooled(even), atol=1e-5)


def test_deformable_convolution_without_offsets_is_a_convolution():
    torch.manual_seed(0)
    moving, rigid = (
        DeformableConvolution(3, 5, 4.0, rigid=False),
        DeformableConvolution(3, 5, 4.0, rigid=True),
    )
    rigid.load_state_dict(moving.state_dict(), strict=False)
    x = torch.rand(2, 3, 6, 8)
    y, delta = moving(x)
    assert torch.allclose(y, rigid(x)[0], atol=1e-5) and rigid(x)[1] is None
    assert delta.shape == (2, 9, 2, 6, 8) and not delta.any()


def test_deformable_convolution_equation_4_moves_its_taps():
    c = DeformableConvolution(1, 1, max_offset=2.0, rigid=False)
    c.mix.data.zero_()
    c.mix.data[1, 0, 1] = 1.0  # only the middle tap
    assert c.offset is not None
    bias = bias_of(c.offset)
    bias.data[8] = 100.0  # tap 4: dx = +2 cells
    bias.data[9] = -0.5493061  # dy = 2 tanh(-0.549) = -1 cell
    x = torch.arange(49.0).reshape(1, 1, 7, 7)
    y, delta = c(x)
    assert y[0, 0, 3, 3].item() == pytest.approx(24 + 2 - 7, abs=1e-3)
    assert delta.abs().max() <= 2.0


def test_spread_is_half_the_distance_of_the_outer_taps():
    delta = torch.zeros(1, 9, 2, 1, 1)
    delta[0, 2::3, 0], delta[0, 0::3, 0] = 3.0, -1.0  # third and first column, dx
    delta[0, :, 1] = 5.0  # all move down together
    assert spread(delta).flatten().tolist() == [2.0, 0.0]


def test_adn_equation_6_weighs_by_place_and_channel():
    both = CombinedAttention(2, 1, space=True, channel=True, combination="serial")
    for p in both.parameters():
        nn.init.zeros_(p)
    x = torch.rand(1, 2, 3, 3)
    y, a = both(x)
    # sigmoid(0) twice
    assert torch.allclose(y, x / 4) and torch.allclose(a, torch.full_like(a, 0.5))
    assert both.space is not None
    both.space.squeeze.weight.data.fill_(1)
    both.space.excite.weight.data.fill_(1)
    _, a = both(x)
    assert torch.allclose(a, torch.sigmoid(2 * x.sum(1, keepdim=True)))  # eq. 4, two hidden units
    assert both(-x)[1].eq(0.5).all()  # its ReLU


def test_adn_channel_attention_is_local_when_not_training():
    attention = ChannelAttention(3, 1, cell=4)
    small, large = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 64, 64)
    everywhere = attention.train()(small)
    assert everywhere.shape == (1, 3, 1, 1)
    # Every window contains all four cells of a small picture.
    local = attention.eval()(small)
    assert torch.allclose(local, everywhere.expand_as(small), atol=1e-6)
    # Half a window and the interpolation reach so many features.
    reach = 4 * (CELLS // 2 + 1)
    changed = large.clone()
    changed[..., 40:] = 5
    before, after = attention(large), attention(changed)
    far = 40 - reach
    assert torch.equal(before[..., :far], after[..., :far])
    assert (before[..., far:40] - after[..., far:40]).abs().max() > 1e-3
    # Cells at the border may be smaller.
    assert attention(large[..., :61]).shape == (1, 3, 64, 61)


def test_adn_equations_2_and_3_by_hand():
    """The coarsest scale reads its image twice, finer ones also the coarser result."""
    torch.manual_seed(0)
    network = build(adn.TINY).eval()
    body = network.stages[0].body
    nn.init.normal_(body.head[0].weight, std=0.1)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        result = network(image)
        quarter, half = shrink(image, 2), shrink(image, 1)
        coarse = quarter + body(quarter, quarter)[0]
        middle = half + body(half, enlarge(coarse, 1))[0]
        fine = image + body(image, enlarge(middle, 1))[0]
    for state, expected in zip(result.states, (coarse, middle, fine), strict=True):
        assert torch.allclose(state.scaled, expected, atol=1e-6)
    assert (coarse - quarter).abs().max() > 1e-3
    assert torch.allclose(result.images[0], image + enlarge(coarse - quarter, 2), atol=1e-6)
    assert torch.allclose(result.images[2], fine, atol=1e-6)


def test_adn_loss_equations_7_to_9_by_hand():
    sharp = torch.zeros(1, 3, 4, 4)
    coarse = torch.full((1, 3, 2, 2), 0.3)
    fine = sharp.clone()
    fine[..., 1:] = 0.5  # a step: one gradient in three along x
    squared = Objective(pixel="mse", gradient=2.0, decay=1.0)
    expected = 0.09 + 0.25 * 0.75 + 2.0 * 0.25 / 3
    assert restoration_loss([coarse, fine], sharp, 0.0, squared).item() == pytest.approx(expected)
    absolute = Objective(decay=1.0)
    loss = restoration_loss([coarse, fine], sharp, 0.0, absolute)
    assert loss.item() == pytest.approx(0.3 + 0.375)


def test_adn_switches_choose_the_supervised_scales():
    image = torch.rand(1, 3, 64, 64)
    every, finest = (
        build(adn.TINY.switched(multi_scale=on)).eval()(image).supervised for on in (True, False)
    )
    assert [i.shape[-1] for i in every] == [16, 32, 64]
    assert [i.shape[-1] for i in finest] == [64]
    assert (
        adn.TINY.switched(gradient_loss=False).objective.gradient == 0 < adn.TINY.objective.gradient
    )


@pytest.mark.parametrize("size, n", [(9, 1), (9, 3), (10, 3), (16, 7), (128, 7)])
def test_banet_windows_follow_equations_2_and_4(size, n):
    stride = size // n
    window = size - (n - 1) * stride
    x = torch.rand(size)
    expected = torch.stack([x[i * stride : i * stride + window].mean() for i in range(n)])
    assert torch.allclose(window_weights(size, n, CPU) @ x, expected, atol=1e-6)
    strips = [n * j // size for j in range(size)]
    assert window_of(size, n, CPU).argmax(0).tolist() == strips
    assert window_of(size, n, CPU).sum(0).eq(1).all()


def test_banet_strip_pair_adds_vertical_and_horizontal_means():
    pair = StripPair(1, 3)
    for convolution in (pair.upright, pair.level):
        nn.init.dirac_(convolution.weight)
        nn.init.zeros_(bias_of(convolution))
    x = torch.zeros(1, 1, 6, 9)
    x[..., 0:3] = 3.0  # the first vertical strip
    x[..., 0:2, :] += 2.0  # the first horizontal strip
    y = pair(x)[0, 0]
    # Means of vertical strips in row 0: 5, 2, 2. Means of horizontal strips in column 0: 5, 3, 3,
    # in column 8: 2, 0, 0.
    assert y[0, 0].item() == pytest.approx(10) and y[5, 0].item() == pytest.approx(6)
    assert y[0, 8].item() == pytest.approx(4) and y[5, 8].item() == pytest.approx(0)


def test_saphn_patches_are_independent_without_a_halo():
    torch.manual_seed(0)
    network = build(replace(saphn.TINY, halo="none")).eval()
    for p in network.parameters():
        nn.init.normal_(p, std=0.15)
    image = torch.rand(1, 3, 64, 64)
    other = image.clone()
    other[..., 32:] = torch.rand(1, 3, 64, 32)
    with torch.no_grad():
        first, second = network(image).images, network(other).images
    assert torch.equal(first[0][..., :32], second[0][..., :32])  # level 1: four patches
    assert torch.equal(first[1][..., :32], second[1][..., :32])  # level 2: left and right halves
    assert not torch.equal(first[2][..., :32], second[2][..., :32])  # level 3: the whole
