"""Training (resume, schedule, checkpoints, EMA) and export of SAPHN-NU (parity, 16 bit)."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from lab.evaluate.skipping import TileFacts, choose
from lab.export import half, manifest, plugin
from lab.export.graphs import export_stages
from lab.export.parity import Parity, check, common, run_graphs
from lab.metrics import psnr, spearman, ssim
from lab.networks.saphn_nu import TINY, SaphnNu
from lab.networks.saphn_nu.config import StageBlocks
from lab.train import checkpoint
from lab.train.__main__ import main
from lab.train.data import Batches, Curriculum, Sources
from lab.train.losses import FLOOR, psnr_loss, restoration_loss, true_error
from lab.train.schedule import learning_rate
from lab.train.trainer import Trainer, TrainingOptions
from lab.weights import load_network, load_weights

OPTIONS = TrainingOptions(steps=8, batch=2, size=32, explore_from=0.0, explore_share=0.5)


def batches(first):
    """Yields batches that depend on the step alone, as those of the real source."""
    for step in range(first, OPTIONS.steps):
        g = torch.Generator().manual_seed(step)
        sharp = torch.rand(2, 3, 32, 32, generator=g)
        yield (sharp + 0.1 * torch.rand(2, 3, 32, 32, generator=g)).clamp(0, 1), sharp


def trainer(run: Path) -> Trainer:
    return Trainer(TINY, OPTIONS, torch.device("cpu"), run)


def test_resume_is_exact(tmp_path):
    whole = trainer(tmp_path / "whole")
    whole.fit(batches, minutes=60, validate=lambda _: {})
    first = trainer(tmp_path / "parts")
    source = batches(0)
    for _ in range(3):
        first.train_step(*next(source))
    first.save()
    second = trainer(tmp_path / "parts")
    second.restore(checkpoint.load(tmp_path / "parts" / "checkpoint.pt"))
    second.fit(batches, minutes=60, validate=lambda _: {})
    assert second.step == whole.step == OPTIONS.steps
    for a, b in ((whole.network, second.network), (whole.ema, second.ema)):
        assert all(
            torch.equal(x, y)
            for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
        )


def test_training_changes_weights_and_ema_lags(tmp_path):
    t = trainer(tmp_path)
    start = {k: v.clone() for k, v in t.network.state_dict().items()}
    t.fit(batches, minutes=60, validate=lambda _: {})
    moved = [k for k, v in t.network.state_dict().items() if not torch.equal(v, start[k])]
    assert len(moved) > 0.8 * len(start)
    key = "stages.0.stem.weight"
    distance = lambda w: float((w.state_dict()[key] - start[key]).abs().sum())  # noqa: E731
    assert 0 < distance(t.ema) < distance(t.network)


def test_minutes_stop_the_run(tmp_path):
    t = trainer(tmp_path)
    t.fit(batches, minutes=0, validate=lambda _: {})
    assert t.step == 0 and (tmp_path / "checkpoint.pt").exists()


def test_training_stage_1_alone_keeps_the_others(tmp_path):
    t = Trainer(TINY, replace(OPTIONS, stages=1), torch.device("cpu"), tmp_path)
    start = {k: v.clone() for k, v in t.network.state_dict().items()}
    t.fit(batches, minutes=60, validate=lambda _: {})
    moved = {
        k.split(".")[1] for k, v in t.network.state_dict().items() if not torch.equal(v, start[k])
    }
    assert moved == {"0"}


def test_frozen_stages_stay_and_the_others_learn(tmp_path):
    t = Trainer(TINY, replace(OPTIONS, frozen=1), torch.device("cpu"), tmp_path)
    start = {k: v.clone() for k, v in t.network.state_dict().items()}
    t.fit(batches, minutes=60, validate=lambda _: {})
    moved = {
        k.split(".")[1] for k, v in t.network.state_dict().items() if not torch.equal(v, start[k])
    }
    assert moved == {"1", "2"}


def test_inherit_loads_stage_1_only_and_allows_other_sizes(tmp_path):
    """Stages 2 and 3 lack a block of stage 1 here, so they start as the identity."""
    blocks = StageBlocks(encoder=(0, 1), bottleneck=1, decoder=(0, 1))
    t = Trainer(
        replace(TINY, stages=(blocks, *TINY.stages[1:])), OPTIONS, torch.device("cpu"), tmp_path
    )
    weights = {
        k: torch.randn_like(v) * 0.1
        for k, v in t.network.state_dict().items()
        if k.startswith("stages.0.")
    }
    t.start_from(weights, inherit=True)
    after = t.ema.state_dict()
    assert torch.equal(after["stages.0.head.0.weight"], weights["stages.0.head.0.weight"])
    assert torch.equal(
        after["stages.1.down1.0.weight"], weights["stages.0.down1.0.weight"].transpose(2, 3)
    )
    first, second, third = t.ema.eval()(torch.rand(1, 3, 32, 32)).images
    assert (
        torch.allclose(first, second)
        and torch.allclose(first, third)
        and float((first - 0.5).abs().mean()) > 0
    )


def test_learning_rate_warms_up_and_ends_at_the_floor():
    rates = [learning_rate(s, 1000, 1e-3, warmup=100) for s in range(1001)]
    assert rates[0] < rates[50] < rates[99] == pytest.approx(1e-3)
    assert rates[1000] == pytest.approx(1e-6)
    assert all(a >= b for a, b in pairwise(rates[100:]))


def test_checkpoint_parts_join_to_the_same_bytes(tmp_path):
    whole = tmp_path / "checkpoint.pt"
    whole.write_bytes(bytes(range(256)) * 100)
    parts = checkpoint.split(whole, tmp_path / "parts", part_bytes=10_000)
    assert len(parts) == 3 and all(p.stat().st_size <= 10_000 for p in parts)
    checkpoint.join(list(reversed(parts)), tmp_path / "again.pt")
    assert (tmp_path / "again.pt").read_bytes() == whole.read_bytes()


def test_restoration_loss_weights_later_stages_more_and_vanishes_on_the_target():
    sharp = torch.zeros(1, 3, 8, 8)
    off = torch.full_like(sharp, 0.3)
    assert restoration_loss([sharp, sharp], sharp, 0.1) == 0
    assert restoration_loss([off, sharp], sharp, 0.0).item() == pytest.approx(0.09)
    assert restoration_loss([sharp, off], sharp, 0.0).item() == pytest.approx(0.3)


def test_psnr_loss_is_minus_the_mean_psnr_of_patches():
    sharp = torch.full((2, 3, 8, 8), 0.5)
    image = sharp + torch.tensor([0.2, 0.02])[:, None, None, None]
    floored = [20 * (-0.5 * np.log10(e**2 + FLOOR)) for e in (0.2, 0.02)]  # dB
    assert psnr_loss([image], sharp).item() == pytest.approx(-sum(floored) / 2 / 20, rel=1e-5)
    one, two = psnr_loss([image], sharp), psnr_loss([image, image], sharp)
    # An earlier stage counts 0.3 times a later one.
    assert two.item() == pytest.approx(1.3 * one.item(), rel=1e-5)
    coarse = torch.full((2, 3, 4, 4), 0.5)
    assert psnr_loss([coarse], sharp).item() == pytest.approx(0.5 * np.log10(FLOOR), rel=1e-5)


def test_training_with_psnr_loss_reduces_it(tmp_path):
    t = Trainer(
        TINY, replace(OPTIONS, steps=60, loss="psnr", peak_rate=5e-3), torch.device("cpu"), tmp_path
    )
    blurred, sharp = next(batches(0))
    before = psnr_loss(t.network(blurred).images, sharp).item()
    for _ in range(30):
        t.train_step(blurred, sharp)
    assert psnr_loss(t.network(blurred).images, sharp).item() < before - 0.05


def test_true_error_averages_channels_and_cells():
    sharp = torch.zeros(1, 3, 2, 2)
    image = sharp.clone()
    image[0, 0, 0, 0] = 0.6
    assert true_error(image, sharp, 2).item() == pytest.approx(0.6 / 12)


def test_psnr_and_ssim_by_hand():
    a = torch.zeros(1, 3, 16, 16)
    assert psnr(a, a + 0.1).item() == pytest.approx(20.0)
    assert ssim(a + 0.5, a + 0.5).item() == pytest.approx(1.0)
    c1 = 0.01**2  # on flat images only the luminance term differs from 1
    assert ssim(a, a + 0.5).item() == pytest.approx(c1 / (0.25 + c1), rel=1e-4)


def test_spearman_depends_on_order_only():
    a = torch.tensor([1.0, 2.0, 3.0, 4.0])
    assert spearman(a, a.exp()) == pytest.approx(1.0)
    assert spearman(a, -a) == pytest.approx(-1.0)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Exports a randomised tiny network, rounded to 16 bit; (folder, network)."""
    folder = tmp_path_factory.mktemp("plugin")
    torch.manual_seed(1)
    network = SaphnNu(TINY)
    for p in network.parameters():
        if not p.any():  # zero layers would hide the layers before them
            nn.init.normal_(p, std=0.1)
    half.round_weights(network)
    graphs = export_stages(network, folder, size=64)
    for graph in graphs:
        half.store_half(graph)
    training = {"network": TINY.to_dict()}
    manifest.write(
        folder, manifest.manifest(network, graphs, "0.0.1", 32, training, {"change": 0.01})
    )
    return folder, network


@pytest.mark.parametrize("size", [(64, 96), (128, 112)])
def test_export_parity(exported, size):
    folder, network = exported
    result = check(network, folder, *size)
    assert result.passed, result
    assert (
        max(float(np.abs(p).max()) for p in (run_graphs(folder, *inputs(*size))[0]["restored1"],))
        > 0
    )


def test_a_failed_parity_check_keeps_the_old_plugin(exported, tmp_path, monkeypatch):
    _, network = exported
    monkeypatch.setattr(
        plugin, "check", lambda *_: Parity(64, 64, difference=0.1, same_indices=1.0, change=1.0)
    )
    (tmp_path / "plugin.json").write_text("old")
    with pytest.raises(plugin.ParityError):
        plugin.export_plugin(network, tmp_path, "0.0.2", 32, {}, {})
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def inputs(height, width):
    from lab.export.graphs import example_inputs

    return example_inputs(SaphnNu(TINY), height, width)


def test_common_counts_shared_indices():
    assert common(torch.tensor([[1, 2, 3, 4]]), torch.tensor([[4, 3, 2, 9]])) == 0.75


def test_budget_and_hint_are_inputs_of_the_graphs(exported):
    folder, _ = exported
    image, roi, _ = inputs(64, 64)
    few = run_graphs(folder, image, roi, torch.tensor([0.5]))[1]
    usual = run_graphs(folder, image, roi, torch.ones(1))[1]
    assert few["indices2"].shape[1] == round(usual["indices2"].shape[1] / 2)
    roi[..., 4:12, 4:12] = 20.0
    hinted = run_graphs(folder, image, roi, torch.ones(1))[1]
    assert hinted["indices2"].shape == usual["indices2"].shape
    box = (slice(None), slice(None), slice(4, 12), slice(4, 12))
    assert hinted["samples2"][box].mean() > usual["samples2"][box].mean()


def test_files_store_16_bit_weights(exported):
    folder, _ = exported
    for path in sorted(folder.glob("*.onnx")):
        large = [t for t in onnx.load(path).graph.initializer if np.prod(t.dims) >= half.SMALL]
        assert large and all(
            t.data_type in (onnx.TensorProto.FLOAT16, onnx.TensorProto.INT64) for t in large
        )


def test_skipping_thresholds_spare_sharp_tiles_and_keep_the_gain():
    sharp = [TileFacts(difficulty=0.01, change=0.004, gain=-1e-4), TileFacts(0.03, 0.004, -1e-4)]
    # Stage 1 repaired this tile, so its difficulty is low.
    repaired = TileFacts(difficulty=0.01, change=0.03, gain=2e-3)
    hard = TileFacts(difficulty=0.05, change=0.004, gain=1e-3)
    found = choose([*sharp, TileFacts(0.06, 0.05, 0.0)], [repaired, hard])
    assert found["gainLost"] == 0
    assert 0.03 < found["difficulty"] <= 0.05
    assert 0.004 < found["change"] <= 0.03
    assert found["sharpSkipped"] == pytest.approx(2 / 3)


def test_manifest_hashes_and_names_match_the_files(exported):
    folder, _ = exported
    content = json.loads((folder / "plugin.json").read_text())
    known: set[str] = set()
    for stage in content["stages"]:
        assert manifest.sha256(folder / stage["file"]) == stage["sha256"]
        graph = onnx.load(folder / stage["file"]).graph
        outputs = {o.name for o in graph.output}
        assert set(stage["inputs"]) <= known
        named = [
            stage["outputs"]["restored"],
            stage["outputs"]["difficulty"],
            *stage["outputs"]["state"],
            *stage["maps"].values(),
        ]
        assert set(named) <= outputs
        known |= set(stage["outputs"]["state"])


def test_weights_are_read_back_from_the_plugin(exported):
    folder, network = exported
    config, weights = load_weights(folder)
    assert config == TINY
    for name, value in network.state_dict().items():
        assert torch.allclose(weights[name], value, atol=1e-3), name


def test_the_command_resumes_exactly(tmp_path, monkeypatch):
    """A run interrupted after two of four steps ends with the same weights."""
    for blur in ("hard", "full"):
        write_pool(tmp_path / "pool" / blur / "1.npy")

    def run(folder: Path, stop_after: int | None = None) -> dict[str, Any]:
        options = "--config tiny --steps 4 --minutes 60 --batch 2 --size 32 --device cpu --seed 3"
        folders = ["--pool", str(tmp_path / "pool"), "--run", str(folder)]
        monkeypatch.setattr("sys.argv", ["lab.train", *options.split(), *folders])
        monkeypatch.setattr("signal.signal", lambda *_: None)
        step = Trainer.train_step

        def counted(self, *pair):
            loss = step(self, *pair)
            if self.step == stop_after:
                self.stop()
            return loss

        with monkeypatch.context() as patched:
            patched.setattr(Trainer, "train_step", counted)
            main()
        return checkpoint.load(folder / "checkpoint.pt")

    whole = run(tmp_path / "whole")
    assert run(tmp_path / "parts", stop_after=2)["step"] == 2
    parts = run(tmp_path / "parts")
    assert parts["step"] == whole["step"] == 4
    assert all(
        torch.equal(a, b) for a, b in zip(whole["ema"].values(), parts["ema"].values(), strict=True)
    )


def test_a_checkpoint_without_a_family_resumes(tmp_path, monkeypatch):
    """A configuration without a family is SAPHN-NU's, whatever --network says."""
    for blur in ("hard", "full"):
        write_pool(tmp_path / "pool" / blur / "1.npy")
    t = trainer(tmp_path / "run")
    state = t.state()
    del state["config"]["family"]
    checkpoint.save(tmp_path / "run" / "checkpoint.pt", state | {"step": 6})
    options = "--network banet --config tiny --steps 8 --minutes 60 --device cpu"
    folders = ["--pool", str(tmp_path / "pool"), "--run", str(tmp_path / "run")]
    monkeypatch.setattr("sys.argv", ["lab.train", *options.split(), *folders])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    main()
    resumed = checkpoint.load(tmp_path / "run" / "checkpoint.pt")
    assert resumed["step"] == 8 and resumed["config"]["family"] == "saphn-nu"
    assert resumed["network"].keys() == t.network.state_dict().keys()


def test_the_committed_plugin_agrees_with_todays_network():
    """models/saphn-nu was exported by older code; its weights must give the same images today."""
    folder = Path(__file__).parents[2] / "saphn-nu"
    result = check(load_network(folder), folder, 96, 128)
    assert result.passed and result.difference < 1e-4, result


def write_pool(path: Path) -> None:
    pairs = np.random.default_rng(1).integers(0, 256, (6, 2, 3, 40, 40), dtype=np.uint8)
    path.parent.mkdir(parents=True)
    np.save(path, pairs)


def test_checkpoint_keeps_the_curriculum(tmp_path):
    options = replace(OPTIONS, curriculum=Curriculum(full_from=0.9, blend_from=-0.3))
    t = Trainer(TINY, options, torch.device("cpu"), tmp_path)
    t.save()
    saved = checkpoint.load(tmp_path / "checkpoint.pt")["options"]
    assert TrainingOptions.from_dict(saved) == options
    del saved["curriculum"]
    assert TrainingOptions.from_dict(saved).curriculum == Curriculum()


def test_batches_depend_on_seed_and_step_and_keep_a_share_untouched(tmp_path):
    for blur in ("hard", "full"):
        write_pool(tmp_path / blur / "1.npy")
    sources = Sources.pooled(tmp_path, torch.device("cpu"))

    def batch(step, seed=1, **curriculum):
        return Batches(sources, 20, 32, 10, seed, Curriculum(**curriculum))[step]

    plain, again = batch(3), batch(3)
    assert torch.equal(plain[0], again[0]) and torch.equal(plain[1], again[1])
    assert not torch.equal(plain[1], batch(4)[1]) and not torch.equal(plain[1], batch(3, seed=2)[1])
    blurred, sharp = batch(3, untouched_share=0.5)
    same = (blurred == sharp).flatten(1).all(1)
    assert torch.equal(sharp, plain[1]) and torch.equal(blurred[~same], plain[0][~same])
    assert 3 < int(same.sum()) < 17 and not (plain[0] == plain[1]).flatten(1).all(1).any()
