"""Progress of a network: the gains of its plug-in, and the time spent since then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from ..evaluate.history import Point, history, joined
from ..evaluate.sets import FROZEN, REPORTED


@dataclass(frozen=True)
class Standing:
    """Gains of a plug-in in dB; a network without one has no version and no gain."""

    network: str
    version: str | None = None
    minutes: float = 0.0  # training time so far
    frozen: float = 0.0
    reported: float = 0.0
    curve: list[Point] = field(default_factory=list)


def standing(models: Path, network: str, refused: Path | None = None) -> Standing:
    """Reads the progress of the plug-in in `models`/`network`; older ones have no curve.

    refused: a run that continued it without becoming better. Its minutes and curve count too:
    otherwise the same network would be chosen again and again.
    """
    plugin = models / network
    exists = (plugin / "plugin.json").exists()
    histories = [history(path) for path in (plugin if exists else None, refused) if path]
    minutes = sum(run["minutes"] for entry in histories for run in entry["runs"])
    if not exists:
        return Standing(network, minutes=minutes, curve=joined(histories))
    manifest = json.loads((plugin / "plugin.json").read_text())
    frozen, reported = (
        manifest["training"]["metrics"][name]["gain"] for name in (FROZEN, REPORTED)
    )
    return Standing(network, manifest["version"], minutes, frozen, reported, joined(histories))


def version_of(models: Path, network: str) -> str | None:
    """Returns the version of a plug-in, or `None` if it does not exist."""
    path = models / network / "plugin.json"
    return json.loads(path.read_text())["version"] if path.exists() else None
