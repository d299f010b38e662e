"""Ablations: equal conditions, and statistics checked by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from lab.ablation.__main__ import table
from lab.ablation.experiment import Schedule, density_follows_error, gain, train
from lab.ablation.interval import mean_interval
from lab.ablation.variants import BASE, BUDGETS, VARIANTS
from lab.networks import saphn_nu
from lab.synthesis.pool import Pool
from lab.train.data import Sources


@pytest.fixture(scope="module")
def source():
    torch.manual_seed(0)
    network = saphn_nu.SaphnNu(saphn_nu.TINY).eval()
    for p in network.stages[0].parameters():
        nn.init.normal_(p, std=0.1)
    return network


@pytest.fixture(scope="module")
def sources():
    pairs = np.random.default_rng(0).integers(0, 256, (4, 2, 3, 64, 64), dtype=np.uint8)
    pool = Pool([pairs], torch.device("cpu"))
    return Sources(pool, pool)


@pytest.mark.parametrize("variant", VARIANTS)
def test_training_a_variant_keeps_stage_1_and_changes_stage_2(variant, source, sources, tmp_path):
    network = train(
        source, variant, 1, Schedule(steps=3, batch=2, size=32), sources, tmp_path / "run"
    )
    for name, value in source.stages[0].state_dict().items():
        assert torch.equal(network.stages[0].state_dict()[name], value)
    assert not torch.equal(*(n.state_dict()["stages.1.head.0.weight"] for n in (network, source)))
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(network(image, stages=1).images[0], source(image, stages=1).images[0])
    again = train(
        source, variant, 1, Schedule(steps=3, batch=2, size=32), sources, tmp_path / "run"
    )
    for a, b in zip(network.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)  # the finished run is not repeated


def test_density_correlation_and_gain_are_in_range(source):
    sharp = torch.rand(1, 3, 128, 128)
    pairs = [((sharp + 0.3 * torch.rand_like(sharp)).clamp(0, 1), sharp)]
    assert -1 <= density_follows_error(source, pairs) <= 1
    assert gain(source, [(sharp, sharp)]) < 0


def test_mean_interval_matches_hand_calculation():
    assert mean_interval([2.0]) == {"mean": 2.0, "half": None, "n": 1}
    found = mean_interval([1.0, 2.0, 3.0])
    assert found["mean"] == 2 and found["half"] == pytest.approx(4.303 / 3**0.5)


def test_table_compares_runs_of_the_same_seed():
    def whole(value):
        return {"gain": value, "rho": 0.5, **{f"budget {b:g}": value + b - 1 for b in BUDGETS}}

    found = table({BASE: [whole(1.0), whole(2.0)], "uniform": [{"gain": 0.9}, {"gain": 1.9}]})
    better = found["variants"][1]["wholeIsBetterBy"]
    assert better["mean"] == pytest.approx(0.1) and better["half"] == pytest.approx(0, abs=1e-9)
    assert [row["change"]["mean"] for row in found["budgets"]] == pytest.approx(
        [b - 1 for b in BUDGETS]
    )
