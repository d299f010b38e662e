"""The campaign's decisions: which network, how many steps, whether to replace; runs that go on, move, or are out of date."""

import math
from pathlib import Path

import pytest
import torch

from lab.campaign import pace, runs, swap, travel
from lab.campaign.bars import DEFAULT, DEFAULT_NETWORK, EVERY, SHARP
from lab.campaign.begin import CONTINUED, NEW, learning
from lab.campaign.decide import compare, expectation, shortfall, slope, table
from lab.campaign.judge import Quality, not_better, not_faithful
from lab.campaign.pace import SEGMENTS, plan, rehearsed, segments
from lab.campaign.runs import Run
from lab.campaign.ship import next_version
from lab.campaign.standing import Standing, standing
from lab.networks.banet.config import TINY
from lab.networks.registry import FAMILIES
from lab.train.trainer import Trainer, TrainingOptions


def grown(rate: float, minutes: int = 100):
    """A curve that gains `rate` dB per ln(minutes)."""
    return [{"minutes": float(t), "steps": 10 * t, "frozen": rate * math.log(t)} for t in range(1, minutes + 1)]


def test_the_slope_is_that_of_the_last_part():
    assert slope(grown(0.3)) == pytest.approx(0.3)
    early_jump = [{"minutes": 0.0, "steps": 0, "frozen": 0.0}, {"minutes": 1.0, "steps": 1, "frozen": -5.0}]
    assert slope([*early_jump, *grown(0.3)[2:]]) == pytest.approx(0.3)
    assert slope([]) is None and slope(grown(0.3)[:2]) is None
    assert slope([{"minutes": 1.0, "steps": 5, "real": 1.0}] * 5) is None


def test_the_expected_gain_follows_the_curve_or_the_gain_so_far():
    fitted = Standing("adn", "1.0.0", 100, 1.38, 1.0, grown(0.3))
    assert expectation(fitted, 100)[0] == pytest.approx(0.3 * math.log(2))
    assert expectation(Standing("adn", "1.0.0", 100, 1.0, 1.0, grown(-0.1)), 100)[0] == 0
    bare = Standing("adn", "1.0.0", 90, 0.9, 1.0)  # no curve: 0.9 dB = slope * ln(1 + 90 / 10)
    assert expectation(bare, 100)[0] == pytest.approx(0.9 / math.log(10) * math.log(2))
    assert expectation(Standing("adn"), 1)[0] == math.inf


def test_shortfall_counts_the_worst_bar():
    assert shortfall(Standing("radn", reported=EVERY["cpu"].reported), "cpu") == 0
    assert shortfall(Standing("radn", reported=0.3), "cpu") == pytest.approx(0.5)
    assert shortfall(Standing("radn", reported=0.3), "gpu") == pytest.approx(0.8)
    half = Standing(DEFAULT_NETWORK, frozen=DEFAULT["gpu"].frozen / 2, reported=9.0)
    assert shortfall(half, "gpu") == pytest.approx(0.5)
    assert shortfall(Standing("radn", reported=-1.0), "cpu") == 1


def test_the_network_that_gains_most_for_its_bar_is_chosen():
    above = Standing("adn", "1.0.0", 100, 1.0, 2.0, grown(0.3))
    below = Standing("radn", "1.0.0", 100, 1.0, 0.2, grown(0.2))
    assert [c.standing.network for c in compare([above, below], 60, "cpu")] == ["radn", "adn"]
    assert compare([below, above, Standing("banet")], 60, "cpu")[0].standing.network == "banet"
    tried = Standing("saphn", minutes=30)  # of two without a plug-in, that which was tried less
    assert compare([tried, Standing("banet")], 60, "cpu")[0].standing.network == "banet"
    text = table(compare([above, below], 60, "cpu"), "radn", "")
    assert "| radn | 100 | +1.00 | +0.20 | +0.094 | 67% | * | curve: 0.20 dB per ln(minutes) |" in text


def test_the_committed_plugin_is_read_though_it_has_no_curve():
    found = standing(Path(__file__).parents[2], "saphn-nu")
    assert found.version and found.minutes > 200 and found.frozen > 1 and found.reported > 1


def test_what_was_tried_without_success_counts_too(tmp_path):
    """Its minutes and its flat curve: else the same network would be chosen again and again."""
    run = Trainer(TINY, TrainingOptions(steps=100, batch=1, size=16), torch.device("cpu"), tmp_path / "saphn-nu-1")
    for step in range(1, 5):
        run.step, run.seconds = step, 600.0 * step
        run.log({"frozen.gain1": 1.19})
    run.save()
    models = Path(__file__).parents[2]
    before, after = standing(models, "saphn-nu"), standing(models, "saphn-nu", run.run)
    assert after.minutes == pytest.approx(before.minutes + 40) and after.frozen == before.frozen
    assert expectation(before, 60)[0] > 0 and expectation(after, 60)[0] == pytest.approx(0, abs=1e-9)


def test_steps_fit_the_time():
    assert plan(100, seconds=70, parts=4, pace=0.1, validation=5) == (600, 225)
    assert plan(100, seconds=1, parts=4, pace=0.1, validation=5) == (101, 101)  # one step at least
    least, most = SEGMENTS
    assert segments(3600, 30) == 12 and segments(60, 30) == least and segments(3600, 0.1) == most


def test_a_rehearsal_leaves_the_trainer_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "TIMED", 2)
    trainer = Trainer(TINY, TrainingOptions(steps=100, batch=1, size=16), torch.device("cpu"), tmp_path)

    def pairs(_):
        return ((torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16)) for _ in range(100))

    trainer.train_step(*next(pairs(0)))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    assert rehearsed(trainer, pairs) > 0
    assert trainer.step == 1 and all(torch.equal(v, before[k]) for k, v in trainer.network.state_dict().items())


def test_a_plugin_is_replaced_only_by_a_better_one():
    old = Quality(frozen=1.0, selection=2.0)
    assert not_better(Quality(1.03, 1.996), old) == []
    assert len(not_better(Quality(1.01, 2.5), old)) == 1
    assert len(not_better(Quality(1.5, 1.99), old)) == 1
    assert len(not_better(Quality(0.9, 1.0), old)) == 2
    assert not_better(Quality(0.03, 0.0), Quality()) == []
    assert not_faithful(SHARP) == [] and not_faithful(SHARP - 0.1)
    assert next_version("1.9.3") == "1.10.0" and next_version(None) == "1.0.0"


def test_an_interrupted_run_goes_on_and_a_refused_one_is_opened_again(tmp_path):
    versions = dict.fromkeys(FAMILIES) | {"adn": "1.0.0"}
    run = runs.run_for(tmp_path, "adn", "1.0.0", 30)
    assert run.folder.name == "adn-1" and run.left == 30 and learning(run) == CONTINUED
    run.left = 12
    run.save()
    assert runs.open_run(tmp_path, versions) == run
    assert runs.open_run(tmp_path, versions, "banet") is None
    assert runs.open_run(tmp_path, versions | {"adn": "1.1.0"}) is None  # there are other weights by now
    run.left, run.verdict = 0, ["not better"]
    run.save()
    assert runs.open_run(tmp_path, versions) is None
    again = runs.run_for(tmp_path, "adn", "1.0.0", 20)
    assert again.folder == run.folder and again.open and (again.minutes, again.left, again.round) == (20, 20, 2)
    assert runs.run_for(tmp_path, "adn", "1.1.0", 20).folder.name == "adn-2"
    run.verdict = []  # it was shipped
    run.save()
    assert runs.run_for(tmp_path, "adn", "1.0.0", 20).folder.name == "adn-2"
    new = runs.run_for(tmp_path, "banet", None, 20)
    assert learning(new) == NEW
    new.reopen(10)
    assert learning(new) == CONTINUED


def test_two_campaigns_do_not_train_the_same_network(tmp_path):
    run = runs.run_for(tmp_path, "adn", None, 30)
    run.save()
    with runs.held(run):
        assert runs.busy_networks(tmp_path) == {"adn"}
        with pytest.raises(BlockingIOError), runs.held(run):
            pass
    assert runs.busy_networks(tmp_path) == set()


def test_continuing_keeps_hard_blur():
    shares = [CONTINUED["curriculum"].share_of_full(p) for p in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.25, 0.375, 0.5]) and NEW["curriculum"].share_of_full(1.0) == pytest.approx(0.5)


def test_a_run_travels_and_an_older_one_does_not_replace_it(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    run = Run(here / "adn-1", "adn", None, 10, 4, step=50)
    run.save()
    (run.folder / "checkpoint.pt").write_bytes(b"weights of step 50")
    travel.pack(run, tmp_path / "parts")
    travel.unpack(tmp_path / "parts", there)
    assert runs.runs_in(there)[0].step == 50
    assert (there / "adn-1" / "checkpoint.pt").read_bytes() == b"weights of step 50"
    run.step = 60
    run.save()
    travel.unpack(tmp_path / "parts", here)
    assert runs.load(run.folder).step == 60


def test_a_folder_is_replaced_whole_and_mended_after_a_kill(tmp_path):
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
