"""A whole tiny campaign from photos to a plug-in, on a clock that counts calls, not seconds."""

import hashlib
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lab.campaign import pace, runs
from lab.campaign.__main__ import main
from lab.evaluate import measure
from lab.evaluate.cost import describe
from lab.networks.adn.config import TINY
from lab.synthesis import frozen
from lab.train import checkpoint
from lab.weights import load_network, load_weights

SIDE = 256  # of photos in px, as the receptive field needs


def photo(seed: int, side: int = SIDE) -> np.ndarray:
    """Returns a smooth, colourful photo, uint8 [side, side, 3]."""
    corners = np.random.default_rng(seed).integers(40, 216, (4, 4, 3), dtype=np.uint8)
    return np.array(Image.fromarray(corners).resize((side, side), Image.Resampling.BICUBIC))


def smeared(sharp: np.ndarray) -> np.ndarray:
    """Adds a pattern that a network learns to remove in a few steps."""
    height, width = sharp.shape[:2]
    y, x = np.arange(height)[:, None], np.arange(width)
    return (sharp + 40.0 * (-1.0) ** (x + y)[..., None]).clip(0, 255).astype(np.uint8)


def pairs(count: int, side: int) -> np.ndarray:
    """Returns pairs (blurred, sharp), uint8 [count, 2, 3, side, side]."""
    photos = [photo(seed, side) for seed in range(count)]
    return np.stack([np.stack([smeared(p), p]) for p in photos]).transpose(0, 1, 4, 2, 3)


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("material")
    for folder in ("pool/hard", "pool/full", "pairs/blur", "pairs/sharp", "sharp"):
        (root / folder).mkdir(parents=True)
    for blur in ("hard", "full"):
        np.save(root / "pool" / blur / "1.npy", pairs(6, 48))
    both = pairs(8, 64)
    np.savez(root / "validation.npz", blurred=both[:, 0], sharp=both[:, 1])
    for i in range(5):
        sharp = photo(100 + i)
        Image.fromarray(sharp).save(root / "pairs" / "sharp" / f"{i}.png")
        Image.fromarray(smeared(sharp)).save(root / "pairs" / "blur" / f"{i}.png")
    Image.fromarray(photo(200)).save(root / "sharp" / "a.png")
    return root


@pytest.fixture
def campaign(material, tmp_path, monkeypatch):
    """Returns a function that runs the command with further arguments and returns its run."""
    record = tmp_path / "frozen.json"
    data = np.load(material / "validation.npz")
    digest = hashlib.sha256(data["blurred"].tobytes() + data["sharp"].tobytes()).hexdigest()
    record.write_text(json.dumps({"sha256": digest}))
    monkeypatch.setattr(frozen, "RECORD", record)
    # Counts calls, so that the machine's load has no effect.
    monkeypatch.setattr(time, "monotonic", itertools.count(step=0.1).__next__)
    monkeypatch.setattr(pace, "TIMED", 1)
    monkeypatch.setattr(pace, "SEGMENTS", (2, 2))
    # Counting the paper's size takes seconds.
    monkeypatch.setattr(measure, "describe", lambda _: describe(TINY))
    fixed = (
        f"--network adn --config tiny --device cpu --batch 2 --size 32 --pool {material / 'pool'}"
    )
    sets = (
        f"--validation {material / 'validation.npz'} --pairs {material / 'pairs'} "
        f"--sharp {material / 'sharp'}"
    )
    folders = f"--models {tmp_path / 'models'} --runs {tmp_path / 'runs'}"

    def call(words: str) -> runs.Run:
        main(f"{fixed} {sets} {folders} {words}".split())
        return runs.runs_in(tmp_path / "runs")[-1]

    return call


def test_a_campaign_resumes_ships_and_the_next_one_starts_from_its_plugin(
    campaign, tmp_path, capsys
):
    first = campaign("--minutes 0.6 --call-minutes 0.2 --device-name tests")
    assert first.open and 0 < first.left < 0.6 and first.step > 0
    assert not (tmp_path / "models").exists()

    done = campaign("--minutes 99")
    assert done.folder == first.folder and done.step > first.step and done.left == 0
    assert done.verdict == [], "the network removes the pattern, so it ships"
    state = checkpoint.load(done.folder / "checkpoint.pt")
    assert state["options"]["steps"] == state["step"], "the schedule ends with the minutes"
    plugin = tmp_path / "models" / "adn"
    manifest = json.loads((plugin / "plugin.json").read_text())
    training = manifest["training"]
    assert (
        manifest["version"] == "1.0.0"
        and manifest["skip"]
        and training["runs"][0]["origin"] == "new"
    )
    assert training["curve"][0]["steps"] == 0 and training["curve"][-1]["steps"] == done.step
    assert training["curve"][-1]["frozen"] > training["curve"][0]["frozen"] + 0.02
    assert "from scratch" in " ".join((plugin / "MODEL_CARD.md").read_text().split())
    assert {p.name for p in plugin.parent.iterdir()} == {"adn"}
    load_network(plugin)

    capsys.readouterr()
    campaign("--minutes 1 --dry-run")
    assert "| adn |" in capsys.readouterr().out and len(runs.runs_in(tmp_path / "runs")) == 1
    second = campaign("--minutes 0.5 --until begun")
    assert second.folder.name == "adn-2" and second.began == "1.0.0"
    begun = checkpoint.load(second.folder / "checkpoint.pt")
    assert (
        begun["origin"] == "from adn"
        and begun["options"]["peak_rate"] == 3e-4
        and begun["options"]["seed"] == 2
    )
    assert all(torch.equal(begun["network"][k], v) for k, v in load_weights(plugin)[1].items())


def test_a_refused_run_replaces_nothing_and_continues_next_time(campaign, tmp_path):
    """The run ends during the warm-up, before it has learned anything."""
    refused = campaign("--minutes 0.02")
    assert len(refused.verdict) == 1 and "frozen validation" in refused.verdict[0]
    assert not (tmp_path / "models").exists()
    again = campaign("--minutes 0.05 --until trained")
    assert again.folder == refused.folder and again.round == 2 and again.open and again.left == 0
    assert again.step > refused.step
