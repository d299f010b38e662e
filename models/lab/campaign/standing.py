"""How far a network is, as its plug-in's card says, and what was tried since without success."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from ..evaluate.history import Point, history, joined
from ..evaluate.sets import FROZEN, REPORTED


@dataclass(frozen=True)
class Standing:
    """Gains in dB, of the plug-in: a network without one has no version, and has gained nothing."""

    network: str
    version: str | None = None
    minutes: float = 0.0  # of training so far
    frozen: float = 0.0
    reported: float = 0.0
    curve: list[Point] = field(default_factory=list)


def standing(models: Path, network: str, refused: Path | None = None) -> Standing:
    """Of the plug-in in `models`/`network` (those of older code have no curve).

    `refused`: a run that went on from it and did not become better. Its minutes and its curve count too: without them the
    same network would be chosen again and again.
    """
    plugin = models / network
    exists = (plugin / "plugin.json").exists()
    histories = [history(path) for path in (plugin if exists else None, refused) if path]
    minutes = sum(run["minutes"] for told in histories for run in told["runs"])
    if not exists:
        return Standing(network, minutes=minutes, curve=joined(histories))
    manifest = json.loads((plugin / "plugin.json").read_text())
    frozen, reported = (manifest["training"]["metrics"][name]["gain"] for name in (FROZEN, REPORTED))
    return Standing(network, manifest["version"], minutes, frozen, reported, joined(histories))


def version_of(models: Path, network: str) -> str | None:
    """The plug-in's, None where there is none."""
    path = models / network / "plugin.json"
    return json.loads(path.read_text())["version"] if path.exists() else None
