"""Ships a trained run: scores, measures and exports it, and replaces its plug-in."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..evaluate import card
from ..evaluate.calibration import plot
from ..evaluate.history import training_facts
from ..evaluate.measure import measure
from ..evaluate.sets import Sets
from ..evaluate.skipping import thresholds
from ..export.plugin import ParityError, export_plugin, has_pyramid
from ..weights import load_rounded
from .runs import Run
from .score import Quality, not_better, not_faithful, quality
from .swap import replace_folder

OVERLAP = 64  # overlap of tiles in px for a new plug-in; measured seams allow it so far


@dataclass(frozen=True)
class Wording:
    """Words of a card beside the numbers; an empty `note` keeps the earlier one."""

    command: str
    note: str = ""


def ship(
    run: Run, models: Path, sets: Sets, wording: Wording, calibration: Path | None = None
) -> list[str]:
    """Replaces models/<network> by the run's network if it is better.

    Returns the reasons for refusal; empty = replaced. `calibration`: PNG file for its plot.
    """
    plugin = models / run.network
    if has_pyramid(plugin):
        return ["its pyramid step needs an extent head of the new weights: see lab/README.md"]
    known = json.loads((plugin / "plugin.json").read_text()) if run.began is not None else {}
    network = load_rounded(run.folder)
    shipped = quality(load_rounded(plugin), sets) if known else Quality()
    if reasons := not_better(quality(network, sets), shipped):
        return reasons
    measured, calibrations = measure(network, sets, known["tile"]["overlap"] if known else OVERLAP)
    if reasons := not_faithful(measured["identity"]["mean"]):
        return reasons
    earlier = known.get("training", {})
    devices = dict.fromkeys([*(earlier["device"].split(", ") if earlier else []), *run.devices])
    note = wording.note or earlier.get("note", "")
    facts = training_facts(run.folder, [plugin] if known else [], ", ".join(devices), note)
    plotted = calibration.name if calibration else None
    report = {"command": wording.command, "training": facts, "plot": plotted, **measured}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        card.write_card(report, folder)
        try:
            version = next_version(known.get("version"))
            training = card.manifest_facts(report)
            export_plugin(
                network, folder, version, report["overlap"], training, thresholds(network, sets)[0]
            )
        except ParityError as error:
            return [str(error)]
        replace_folder(plugin, folder)
    if calibration:
        plot(calibrations, calibration)
    return []


def next_version(version: str | None) -> str:
    """Returns the next minor version; `None` gives the first one."""
    if version is None:
        return "1.0.0"
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
