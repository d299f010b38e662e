"""Campaign: choice of network, number of steps, replacement, and the life of runs."""

import math
from pathlib import Path

import pytest
import torch

from lab.campaign import pace, runs, swap, transfer
from lab.campaign.begin import CONTINUED, NEW, learning
from lab.campaign.decide import compare, expectation, shortfall, slope, table
from lab.campaign.pace import SEGMENTS, measured_pace, plan, segments
from lab.campaign.runs import Run
from lab.campaign.score import Quality, not_better, not_faithful
from lab.campaign.ship import next_version
from lab.campaign.standing import Standing, standing
from lab.campaign.targets import DEFAULT, DEFAULT_NETWORK, EVERY, SHARP
from lab.networks.banet.config import TINY
from lab.networks.registry import FAMILIES
from lab.train.trainer import Trainer, TrainingOptions


def grown(rate: float, minutes: int = 100):
    """Returns a curve that gains `rate` dB per ln(minutes)."""
    return [
        {"minutes": float(t), "steps": 10 * t, "frozen": rate * math.log(t)}
        for t in range(1, minutes + 1)
    ]


def test_slope_fits_the_last_part_of_the_curve():
    assert slope(grown(0.3)) == pytest.approx(0.3)
    early_jump = [
        {"minutes": 0.0, "steps": 0, "frozen": 0.0},
        {"minutes": 1.0, "steps": 1, "frozen": -5.0},
    ]
    assert slope([*early_jump, *grown(0.3)[2:]]) == pytest.approx(0.3)
    assert slope([]) is None and slope(grown(0.3)[:2]) is None
    assert slope([{"minutes": 1.0, "steps": 5, "real": 1.0}] * 5) is None


def test_expected_gain_follows_the_curve_or_the_gain_so_far():
    fitted = Standing("adn", "1.0.0", 100, 1.38, 1.0, grown(0.3))
    assert expectation(fitted, 100)[0] == pytest.approx(0.3 * math.log(2))
    assert expectation(Standing("adn", "1.0.0", 100, 1.0, 1.0, grown(-0.1)), 100)[0] == 0
    bare = Standing("adn", "1.0.0", 90, 0.9, 1.0)  # no curve: 0.9 dB = slope * ln(1 + 90 / 10)
    assert expectation(bare, 100)[0] == pytest.approx(0.9 / math.log(10) * math.log(2))
    assert expectation(Standing("adn"), 1)[0] == math.inf


def test_shortfall_is_the_largest_missing_share():
    assert shortfall(Standing("radn", reported=EVERY["cpu"].reported), "cpu") == 0
    assert shortfall(Standing("radn", reported=0.3), "cpu") == pytest.approx(0.5)
    assert shortfall(Standing("radn", reported=0.3), "gpu") == pytest.approx(0.8)
    required = DEFAULT["gpu"].frozen
    assert required is not None
    half = Standing(DEFAULT_NETWORK, frozen=required / 2, reported=9.0)
    assert shortfall(half, "gpu") == pytest.approx(0.5)
    assert shortfall(Standing("radn", reported=-1.0), "cpu") == 1


def test_compare_prefers_expected_gain_weighted_by_shortfall():
    above = Standing("adn", "1.0.0", 100, 1.0, 2.0, grown(0.3))
    below = Standing("radn", "1.0.0", 100, 1.0, 0.2, grown(0.2))
    assert [c.standing.network for c in compare([above, below], 60, "cpu")] == ["radn", "adn"]
    assert compare([below, above, Standing("banet")], 60, "cpu")[0].standing.network == "banet"
    tried = Standing("saphn", minutes=30)  # two without a plug-in: the less trained one first
    assert compare([tried, Standing("banet")], 60, "cpu")[0].standing.network == "banet"
    text = table(compare([above, below], 60, "cpu"), "radn", "")
    assert (
        "| radn | 100 | +1.00 | +0.20 | +0.094 | 67% | * | curve: 0.20 dB per ln(minutes) |" in text
    )


def test_standing_reads_a_plugin_without_a_curve():
    found = standing(Path(__file__).parents[2], "saphn-nu")
    assert found.version and found.minutes > 200 and found.frozen > 1 and found.reported > 1


def test_refused_runs_count_in_minutes_and_curve(tmp_path):
    """Otherwise the same network would be chosen again and again."""
    run = Trainer(
        TINY,
        TrainingOptions(steps=100, batch=1, size=16),
        torch.device("cpu"),
        tmp_path / "saphn-nu-1",
    )
    for step in range(1, 5):
        run.step, run.seconds = step, 600.0 * step
        run.log({"frozen.gain1": 1.19})
    run.save()
    models = Path(__file__).parents[2]
    before, after = standing(models, "saphn-nu"), standing(models, "saphn-nu", run.run)
    assert after.minutes == pytest.approx(before.minutes + 40) and after.frozen == before.frozen
    assert expectation(before, 60)[0] > 0 and expectation(after, 60)[0] == pytest.approx(
        0, abs=1e-9
    )


def test_plan_fits_steps_and_validations_into_the_time():
    assert plan(100, seconds=70, parts=4, pace=0.1, validation=5) == (600, 225)
    assert plan(100, seconds=1, parts=4, pace=0.1, validation=5) == (101, 101)  # at least one step
    least, most = SEGMENTS
    assert segments(3600, 30) == 12 and segments(60, 30) == least and segments(3600, 0.1) == most


def test_measuring_the_pace_restores_the_trainer(tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "TIMED", 2)
    trainer = Trainer(
        TINY, TrainingOptions(steps=100, batch=1, size=16), torch.device("cpu"), tmp_path
    )

    def pairs(_):
        return ((torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16)) for _ in range(100))

    trainer.train_step(*next(pairs(0)))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    assert measured_pace(trainer, pairs) > 0
    assert trainer.step == 1 and all(
        torch.equal(v, before[k]) for k, v in trainer.network.state_dict().items()
    )


def test_only_a_better_and_faithful_network_replaces_a_plugin():
    old = Quality(frozen=1.0, selection=2.0)
    assert not_better(Quality(1.03, 1.996), old) == []
    assert len(not_better(Quality(1.01, 2.5), old)) == 1
    assert len(not_better(Quality(1.5, 1.99), old)) == 1
    assert len(not_better(Quality(0.9, 1.0), old)) == 2
    assert not_better(Quality(0.03, 0.0), Quality()) == []
    assert not_faithful(SHARP) == [] and not_faithful(SHARP - 0.1)
    assert next_version("1.9.3") == "1.10.0" and next_version(None) == "1.0.0"


def test_interrupted_runs_resume_and_refused_ones_reopen(tmp_path):
    versions = dict.fromkeys(FAMILIES) | {"adn": "1.0.0"}
    run = runs.run_for(tmp_path, "adn", "1.0.0", 30)
    assert run.folder.name == "adn-1" and run.left == 30 and learning(run) == CONTINUED
    run.left = 12
    run.save()
    assert runs.open_run(tmp_path, versions) == run
    assert runs.open_run(tmp_path, versions, "banet") is None
    # The plug-in has other weights now.
    assert runs.open_run(tmp_path, versions | {"adn": "1.1.0"}) is None
    run.left, run.verdict = 0, ["not better"]
    run.save()
    assert runs.open_run(tmp_path, versions) is None
    again = runs.run_for(tmp_path, "adn", "1.0.0", 20)
    assert (
        again.folder == run.folder
        and again.open
        and (again.minutes, again.left, again.round) == (20, 20, 2)
    )
    assert runs.run_for(tmp_path, "adn", "1.1.0", 20).folder.name == "adn-2"
    run.verdict = []  # shipped
    run.save()
    assert runs.run_for(tmp_path, "adn", "1.0.0", 20).folder.name == "adn-2"
    new = runs.run_for(tmp_path, "banet", None, 20)
    assert learning(new) == NEW
    new.reopen(10)
    assert learning(new) == CONTINUED


def test_a_held_run_blocks_other_campaigns(tmp_path):
    run = runs.run_for(tmp_path, "adn", None, 30)
    run.save()
    with runs.held(run):
        assert runs.busy_networks(tmp_path) == {"adn"}
        with pytest.raises(BlockingIOError), runs.held(run):
            pass
    assert runs.busy_networks(tmp_path) == set()


def test_curricula_keep_half_of_the_batches_on_strong_blur():
    shares = [CONTINUED["curriculum"].share_of_full(p) for p in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.25, 0.375, 0.5])
    assert NEW["curriculum"].share_of_full(1.0) == pytest.approx(0.5)


def test_transfer_copies_a_run_but_not_over_a_newer_one(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    run = Run(here / "adn-1", "adn", None, 10, 4, step=50)
    run.save()
    (run.folder / "checkpoint.pt").write_bytes(b"weights of step 50")
    transfer.pack(run, tmp_path / "parts")
    transfer.unpack(tmp_path / "parts", there)
    assert runs.runs_in(there)[0].step == 50
    assert (there / "adn-1" / "checkpoint.pt").read_bytes() == b"weights of step 50"
    run.step = 60
    run.save()
    transfer.unpack(tmp_path / "parts", here)
    assert runs.load(run.folder).step == 60


def test_a_folder_is_replaced_as_a_whole_and_recovered_after_a_kill(tmp_path):
    plugin, other = tmp_path / "models" / "adn", tmp_path / "other"
    for folder, name in ((plugin, "old"), (other, "new")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    swap.replace_folder(plugin, other)
    assert [p.name for p in plugin.parent.rglob("*")] == ["adn", "new"]
    plugin.rename(plugin.with_name(f"adn{swap.OLD}"))  # killed between the two renames
    plugin.with_name(f"adn{swap.NEW}").mkdir()
    swap.recover(plugin)
    assert [p.name for p in plugin.parent.rglob("*")] == ["adn", "new"]
