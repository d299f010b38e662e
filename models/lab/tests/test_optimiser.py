"""Optimiser: which parameters Muon and AdamW update, and by how much."""

import pytest
import torch
from torch import nn

from lab.networks.blocks import bias_of, learn_slowly
from lab.networks.registry import FAMILIES, build
from lab.train.optimiser import Optimiser, as_matrices
from lab.train.trainer import build_on

RATE = 1e-2


def test_layer_weights_are_matrices_and_other_parameters_are_not():
    def shapes(*size):
        return [tuple(m.shape) for m in as_matrices(torch.rand(*size), channels_last=False)]

    assert shapes(4, 3, 5, 5) == [(4, 75)]
    assert shapes(4, 3, 1) == [(4, 3)]
    assert shapes(5, 4, 15) == [(4, 15)] * 5
    assert shapes(4) == shapes(4, 1, 1) == shapes(1, 8, 3, 3) == []


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_matrices_of_weights_and_gradients_have_the_same_column_order(layout):
    layer = nn.Conv2d(3, 4, 3, bias=False)
    layer.weight.data = layer.weight.data.contiguous(memory_format=layout)
    scale = nn.Parameter(torch.ones(1))
    ((_, (matrix,)),) = Optimiser([*layer.parameters(), scale], RATE, 0.0).layers
    last = layout == torch.channels_last
    for gradient in (layer.weight.detach(), layer.weight.detach().contiguous()):
        assert torch.equal(matrix, as_matrices(gradient, last)[0])


def test_a_step_moves_all_directions_of_a_layer_equally():
    torch.manual_seed(0)
    layer = nn.Conv2d(6, 8, 3)
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    before = layer.weight.detach().clone()
    optimiser = Optimiser(layer.parameters(), RATE, weight_decay=0.0)
    # One direction dominates.
    gradient = torch.randn(8, 1, 1, 1) * torch.randn(1, 6, 3, 3)
    gradient = gradient + 0.01 * torch.randn(8, 6, 3, 3)
    layer.weight.grad, bias_of(layer).grad = gradient, torch.ones(8)
    optimiser.step()
    moved = torch.linalg.svdvals(
        (layer.weight.detach() - before).permute(0, 2, 3, 1).reshape(8, -1)
    )
    given = torch.linalg.svdvals(gradient.permute(0, 2, 3, 1).reshape(8, -1))
    assert given[0] / given[-1] > 50
    assert moved[0] / moved[-1] < 3
    assert moved.mean() == pytest.approx(RATE * 0.2 * 54**0.5, rel=0.3)  # as large as an AdamW step


@pytest.mark.parametrize("family", FAMILIES)
def test_every_parameter_belongs_to_exactly_one_optimiser(family):
    network = build_on(FAMILIES[family].configs["tiny"], torch.device("cpu"))
    optimiser = Optimiser(network.parameters(), RATE, weight_decay=0.0)
    adamw = {id(p) for group in optimiser.adamw.param_groups for p in group["params"]}
    layers = {id(p) for p, _ in optimiser.layers}
    assert adamw.isdisjoint(layers) and adamw | layers == {id(p) for p in network.parameters()}
    before = [p.detach().clone() for p in network.parameters()]
    for p in network.parameters():
        p.grad = torch.randn_like(p)
    optimiser.step()
    for p, old in zip(network.parameters(), before, strict=True):
        assert not torch.equal(p, old)


def test_frozen_parameters_are_not_updated():
    layer = nn.Conv2d(2, 2, 3).requires_grad_(False)
    other = nn.Conv2d(2, 2, 3)
    before = layer.weight.clone()
    optimiser = Optimiser([*layer.parameters(), *other.parameters()], RATE, weight_decay=0.1)
    optimiser.zero_grad()
    other(layer(torch.rand(1, 2, 8, 8))).sum().backward()
    optimiser.step()
    assert torch.equal(layer.weight, before)


def test_slow_layers_use_their_share_of_the_rate():
    torch.manual_seed(0)
    layers = nn.Conv2d(6, 8, 3), learn_slowly(nn.Conv2d(6, 8, 3), 0.25)
    layers[1].load_state_dict(layers[0].state_dict())
    optimiser = Optimiser(
        [p for layer in layers for p in layer.parameters()], RATE, weight_decay=0.0
    )
    optimiser.set_rate(RATE / 2)
    before = [p.detach().clone() for p in layers[0].parameters()]
    for parameters in zip(*(layer.parameters() for layer in layers), strict=True):
        gradient = torch.randn_like(parameters[0])
        for p in parameters:
            p.grad = gradient.clone()
    optimiser.step()
    for old, fast, slow in zip(before, *(layer.parameters() for layer in layers), strict=True):
        assert torch.allclose(slow - old, 0.25 * (fast - old), atol=1e-6)
        assert not torch.equal(fast, old)
    slow = build(FAMILIES["radn"].configs["tiny"]).stages[0].decoder[0].layers[0].offset.weight
    assert slow.rate_share < 1


def test_a_state_without_shares_uses_the_full_rate():
    layer = nn.Conv2d(6, 8, 3)
    optimiser = Optimiser(layer.parameters(), RATE, weight_decay=0.0)
    state = optimiser.state_dict()
    for half in state.values():
        for group in half["param_groups"]:
            del group["share"]
    optimiser.load_state_dict(state)
    optimiser.set_rate(RATE / 2)
    rates = [
        group["lr"] for half in optimiser.state_dict().values() for group in half["param_groups"]
    ]
    assert rates == [RATE / 2] * 2
