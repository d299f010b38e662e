"""Document about all networks, from tiny untrained plug-ins."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lab.ablation.__main__ import conditions
from lab.evaluate.scores import Score, mean_score
from lab.export.graphs import export_stages
from lab.export.half import store_half
from lab.export.manifest import manifest, write
from lab.networks.registry import FAMILIES, build
from lab.report import facts, tables
from lab.report.ablations import ablation_lines, verdict
from lab.report.document import Measured, document

SPEED = {
    "machine": {"processor": "A processor", "threads": 2},
    "photo": {"name": "photo.jpg", "width": 100, "height": 80},
    "repeats": 3,
    "networks": {
        "banet": {
            "msPerMegapixel": 420,
            "range": [400, 470],
            "stages": [{"label": "Pass", "msPerMegapixel": 390}],
        }
    },
}


def training():
    scores = mean_score([Score("a", 20.0, 0.5, (21.5,), 0.7), Score("b", 22.0, 0.6, (22.5,), 0.8)])
    run = {"stages": [1], "steps": 12, "batch": 8, "size": 128, "minutes": 3.0}
    sets = {"frozen synthetic validation": scores, "real pairs, reported": scores}
    curve = [{"minutes": 1.0, "frozen": 0.2}, {"minutes": 2.0, "frozen": 0.4, "real": 0.3}]
    return {
        "metrics": sets,
        "runs": [run],
        "identity": {"photos": 2, "mean": 41.0, "worst": 39.0},
        "curve": curve,
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Writes BANet as a plug-in, beside a folder without one."""
    root = tmp_path_factory.mktemp("models")
    config = FAMILIES["banet"].configs["tiny"]
    torch.manual_seed(0)
    network = build(config).eval()
    folder = root / "banet"
    folder.mkdir()
    graphs = export_stages(network, folder)
    for graph in graphs:
        store_half(graph)
    write(
        folder,
        manifest(network, graphs, "1.0.0", 64, {**training(), "network": config.to_dict()}, {}),
    )
    (root / "lab").mkdir()
    return root


@pytest.fixture
def networks(models):
    found = facts.read_facts(models, SPEED, count_paper=False)
    return [
        facts.Facts(f.family, f.folder, f.manifest, f.speed, {"parameters": 5e6, "gmacs256": 30.0})
        for f in found
    ]


def test_document_contains_the_numbers_of_plugins_and_measurements(networks, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (420, 1200, 3), np.uint8)).save(photo)
    ensemble = {
        "set": "a set",
        "pairs": 4,
        "networks": {"banet": {"psnrIn": 20.0, "psnr": 21.0, "psnrEnsemble": 21.25}},
    }
    text = document(networks, Measured(SPEED, ensemble), photo, tmp_path)
    assert "| +1.00 | +1.00 | +1.00 | 41.0 | 32.44 / 0.957, 28 ms (2080 Ti) |" in text
    scores = "21.00 | 22.00 | +1.00 | 0.5500 | 0.7500 | +1.00 | +0.50"
    assert f"| BANet | frozen synthetic validation | 2 | {scores} |" in text
    assert "| BANet | 420 | 400 - 470 | Pass 390 |" in text and "A processor, 2 threads" in text
    assert "| BANet | 1 | 12 | 8 of 128x128 | 3 |" in text
    assert "| BANet | +1.00 | +1.25 | +0.25 |" in text
    assert "## Ablations" not in text
    for name in ("gain-time", "curves", "before-after"):
        with Image.open(tmp_path / f"{name}.webp") as picture:
            assert min(picture.size) > 100
            assert np.asarray(picture.convert("L")).std() > 5
        assert f"networks/{name}.webp" in text
        assert (tmp_path / f"{name}.webp").stat().st_size < 200_000


def test_missing_measurements_are_left_out(models, tmp_path):
    path = models / "banet" / "plugin.json"
    kept = path.read_text()
    path.write_text(json.dumps({**json.loads(kept), "training": {}}))
    bare = facts.read_facts(models, None, count_paper=False)
    path.write_text(kept)
    assert [f.family.id for f in bare] == ["banet"]
    assert "| - | - | - | - | - | 32.44 / 0.957" in "\n".join(tables.overview(bare))
    assert not any("banet" in line for line in tables.scores(bare))


def test_every_table_has_as_many_cells_as_columns(networks):
    for lines in (
        tables.overview(networks),
        tables.scores(networks),
        tables.training(networks),
        tables.paper_sizes(networks),
    ):
        assert len({line.count("|") for line in lines if line.startswith("|")}) == 1


def test_difference_is_relative_to_the_published_size():
    assert tables.difference(12.0, 10.0) == pytest.approx(0.2)
    assert tables.difference(12.0, None) is None


def test_measured_time_survives_an_export_of_the_same_size_only(tmp_path):
    content = {"parameters": 5, "gmacsPerMegapixel": 2.0, "version": "1"}
    (tmp_path / "plugin.json").write_text(json.dumps({**content, "msPerMegapixel": 77}))
    write(tmp_path, {**content, "version": "2"})
    assert json.loads((tmp_path / "plugin.json").read_text()) == {
        **content,
        "version": "2",
        "msPerMegapixel": 77,
    }
    write(tmp_path, {**content, "parameters": 6})
    assert "msPerMegapixel" not in json.loads((tmp_path / "plugin.json").read_text())


def test_default_mark_and_blur_score_survive_every_export(tmp_path):
    kept = {"default": True, "blurScore": {"patch": {"mean": [1.5, -2.0]}}}
    (tmp_path / "plugin.json").write_text(json.dumps({"parameters": 5, **kept}))
    write(tmp_path, {"parameters": 6, "gmacsPerMegapixel": 2.0})
    text = (tmp_path / "plugin.json").read_text()
    assert json.loads(text) == {"parameters": 6, "gmacsPerMegapixel": 2.0, **kept}
    assert '"mean": [1.5, -2.0]' in text


def test_ablations_report_agreement_with_the_paper():
    def interval(mean, half):
        return {"mean": mean, "half": half, "n": 3}

    def variant(name, better, published):
        row = {"variant": name, "label": name, "published": published, "gain": interval(1.0, 0.1)}
        return row if better is None else {**row, "wholeIsBetterBy": better}

    rows = {
        "yes": variant("uniform", interval(0.2, 0.1), 1.11),
        "no": variant("reversed", interval(-0.2, 0.1), 0.5),
        "not shown: the interval has both signs": variant("weak", interval(0.2, 0.3), 0.5),
        "-": variant("unpublished", interval(0.2, 0.1), None),
    }
    for said, row in rows.items():
        assert verdict(row) == said
    text = "\n".join(
        ablation_lines(
            {
                "conditions": conditions(
                    Namespace(source=Path("models/saphn-nu"), steps=600, seeds=[1, 2, 3])
                ),
                "variants": [variant("whole", None, None), *rows.values()],
                "budgets": [{"budget": 0.9, "change": interval(-0.012, None)}],
                "rho": interval(0.45, 0.02),
            }
        )
    )
    assert "| uniform | +1.000 ± 0.100 | +0.200 ± 0.100 | +1.11 dB | yes |" in text
    assert "| 0.9 L | -0.0120 |" in text and "rho 0.450 ± 0.020" in text and "seeds 1, 2, 3" in text
