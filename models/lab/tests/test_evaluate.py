"""Measurement: mean scores, curriculum, receptive field, halo, history, and the card."""

import json

import pytest
import torch

from lab.evaluate import card
from lab.evaluate.halo import halo
from lab.evaluate.hints import Box, density
from lab.evaluate.history import thinned, training_facts
from lab.evaluate.offsets import at_bound
from lab.evaluate.receptive import effective_radius
from lab.evaluate.scores import Score, mean_score
from lab.networks.registry import FAMILIES, build
from lab.networks.saphn_nu import TINY, SaphnNu
from lab.train.data import Curriculum
from lab.train.trainer import Trainer, TrainingOptions


def test_mean_score_matches_hand_calculation():
    scores = [Score("a", 20.0, 0.5, (21.0, 22.0), 0.7), Score("b", 30.0, 0.9, (30.0, 29.0), 0.8)]
    found = mean_score(scores)
    assert found["psnrIn"] == 25 and found["psnrOut"] == 25.5 and found["gain"] == 0.5
    assert found["stageGains"] == [0.5, 0.0]
    assert found["worstGain"] == -1.0
    assert found["ssimOut"] == pytest.approx(0.75)


def test_curriculum_blends_linearly_between_its_ends():
    curriculum = Curriculum(full_from=0.6, blend_from=0.2)
    assert [curriculum.share_of_full(p) for p in (0.0, 0.2, 0.4, 0.6, 1.0)] == pytest.approx(
        [0, 0, 0.5, 1, 1]
    )


def test_receptive_field_of_the_identity_is_one_pixel():
    """A new network is the identity, so each pixel depends on itself alone."""
    network = SaphnNu(TINY).eval()
    image = torch.rand(1, 3, 64, 64)
    wanted = image.clone().requires_grad_()
    network(wanted).images[-1][..., 32, 32].sum().backward()
    assert wanted.grad is not None and wanted.grad[..., 32, 32].eq(1).all()
    assert effective_radius(network, image, size=64) <= 2


def test_halo_of_the_identity_equals_that_of_the_input():
    found = halo(SaphnNu(TINY).eval())
    assert found["output"] == pytest.approx(found["input"], abs=0.5)
    assert 0 <= found["undershoot"] < found["output"]


def test_density_counts_cells_of_every_patch():
    indices = torch.tensor([[0, 1], [0, 3]]).numpy()  # two adjacent patches of 2x2
    assert density(indices, 2, 4, (1, 2), Box(0, 0, 1, 4)) == 0.75
    assert density(indices, 2, 4, (1, 2), Box(1, 0, 1, 2)) == 0.0


def test_card_and_manifest_contain_the_same_numbers(tmp_path):
    run = {
        "origin": "from stage 1 of b1",
        "stages": [2, 3],
        "steps": 12,
        "batch": 8,
        "size": 128,
        "minutes": 3.0,
    }
    report = {
        "command": "python -m lab.evaluate",
        "network": "saphn-nu",
        "training": {
            "runs": [run],
            "steps": 12,
            "patches": 96,
            "minutes": 3.0,
            "device": "a machine",
            "note": "",
        },
        "cost": {
            "this": {"name": "tiny", "parameters": 1e6, "gmacsPerMegapixel": 5.0, "gmacs256": 0.3},
            "paper": {"parameters": 23e6, "gmacsPerMegapixel": 2000.0, "gmacs256": 138.0},
        },
        "sets": {"frozen": mean_score([Score("a", 20.0, 0.5, (21.0, 22.0), 0.7)])},
        "identity": {"photos": 3, "mean": 39.0, "worst": 35.0},
        "halo": {"input": 36.0, "output": 30.0, "inputUndershoot": 1.0, "undershoot": 2.0},
        "radius": 41,
        "overlap": 96,
        "sampler": "error",
        "calibration": [
            {"ratio": 1.0, "errorRank": 0.6, "policyRank": 0.7},
            {"ratio": 1.0, "errorRank": 0.5, "policyRank": 0.1},
        ],
    }
    card.write(report, tmp_path)
    text = (tmp_path / "MODEL_CARD.md").read_text()
    assert "| 2, 3 | 12 | 8 of 128x128 | 3 | from stage 1 of b1 |" in text
    assert "overlap by 96 px" in text and "tiny (this one)" in text and "| +2.00 |" in text
    assert "the policy ranks" in text and "| 2 | 1.00 | 0.50 | - |" in text
    assert json.loads((tmp_path / "training.json").read_text())["overlap"] == 96


def test_training_facts_include_the_runs_of_the_source_plugin(tmp_path):
    """A plug-in's manifest lists its runs, whose checkpoints may be gone."""
    earlier = {"stages": [1], "steps": 100, "batch": 4, "size": 64, "minutes": 2.0}
    (tmp_path / "plugin.json").write_text(json.dumps({"training": {"runs": [earlier]}}))
    options = TrainingOptions(steps=8, batch=2, size=32, frozen=1)
    trainer = Trainer(TINY, options, torch.device("cpu"), tmp_path / "run")
    trainer.step, trainer.seconds = 5, 60.0
    trainer.save()
    facts = training_facts(tmp_path / "run", [tmp_path], "a machine", "")
    assert facts["runs"] == [
        earlier,
        {"origin": "new", "stages": [2, 3], "steps": 5, "batch": 2, "size": 32, "minutes": 1.0},
    ]
    assert (facts["steps"], facts["patches"], facts["minutes"]) == (105, 410, 3.0)


def test_card_says_from_scratch_only_for_a_new_network():
    run = {"stages": [1], "steps": 1}
    assert card.beginning([run | {"origin": "new"}, run | {"origin": "from a"}]) == " from scratch"
    assert "adopted from saphn-nu" in card.beginning([run | {"origin": "adopted from saphn-nu"}])
    assert card.beginning([run, run | {"origin": "new"}]) == ""  # not recorded by older code


def test_curve_continues_where_the_earlier_runs_ended(tmp_path):
    """The run's log has a step twice and one after the checkpoint, as after a kill."""
    earlier = {"minutes": 2.0, "steps": 100, "frozen": 0.5, "real": 0.6}
    runs = [{"stages": [1], "steps": 100, "batch": 4, "size": 64, "minutes": 2.0}]
    (tmp_path / "plugin.json").write_text(
        json.dumps({"training": {"runs": runs, "curve": [earlier]}})
    )
    trainer = Trainer(
        TINY, TrainingOptions(steps=8, batch=2, size=32), torch.device("cpu"), tmp_path / "run"
    )
    trainer.step, trainer.seconds = 5, 60.0
    trainer.save()
    logged = [(3, 20, 0.1), (5, 40, 0.2), (6, 50, 9.0), (5, 60, 0.7)]
    lines = [
        {
            "step": s,
            "seconds": t,
            "loss": 1.0,
            "frozen.in": 20,
            "frozen.gain1": 9,
            "frozen.gain3": g,
        }
        for s, t, g in logged
    ]
    (tmp_path / "run" / "log.jsonl").write_text(
        "\n".join(map(json.dumps, [*lines, {"step": 4, "seconds": 30, "loss": 1.0}]))
    )
    curve = training_facts(tmp_path / "run", [tmp_path], "a machine", "")["curve"]
    assert curve == [
        earlier,
        {"minutes": 2.33, "steps": 103, "frozen": 0.1},
        {"minutes": 3.0, "steps": 105, "frozen": 0.7},
    ]


def test_thinning_a_curve_keeps_its_ends():
    points = [{"minutes": float(i), "steps": i} for i in range(500)]
    kept = thinned(points)
    assert len(kept) == 60 and kept[0] == points[0] and kept[-1] == points[-1]
    assert thinned(points[:60]) == points[:60]


@pytest.mark.parametrize("family", ["radn", "saphn-nu"])
def test_offsets_at_their_bound_are_counted_by_layer(family):
    network = build(FAMILIES[family].configs["tiny"]).eval()
    image = torch.rand(1, 3, 64, 64)
    assert set(at_bound(network, image).values()) == {0.0}  # offsets start at zero
    layers = {name: part for name, part in network.named_modules() if name.endswith(".offset")}
    assert layers
    first, *others = layers
    with torch.no_grad():
        layers[first].bias[::2] = 9.0
    shares = at_bound(network, image)
    assert shares.pop(first) == pytest.approx(0.5, abs=0.01)
    assert set(shares) == set(others) and set(shares.values()) <= {0.0}
