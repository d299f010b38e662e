"""One plug-in's manifest, family, and speed in the common measurement."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evaluate.cost import describe
from ..networks.family import Family
from ..networks.registry import PLUGINS


@dataclass(frozen=True)
class Facts:
    """One plug-in. `speed`: its part of docs/networks.json; None: not measured."""

    family: Family
    folder: Path
    manifest: dict[str, Any]
    speed: dict[str, Any] | None
    paper: dict[str, float] = field(default_factory=dict)  # counted: see lab.evaluate.cost

    @property
    def id(self) -> str:
        return self.manifest["id"]

    @property
    def title(self) -> str:
        """Name in tables and plots; a family with several plug-ins adds the configuration's."""
        return self.manifest["name"] if len(self.family.shipped) > 1 else self.family.title

    @property
    def sets(self) -> dict[str, dict[str, Any]]:
        """Scores by the name of the set; empty as long as it was not measured."""
        return self.manifest["training"].get("metrics", {})

    @property
    def curve(self) -> list[dict[str, float]]:
        """Points of training: minutes, and the gains `frozen` and `real`."""
        return self.manifest["training"].get("curve", [])

    def gain(self, words: str) -> dict[str, Any] | None:
        """The scores of the first set with these words in its name."""
        return next((scores for name, scores in self.sets.items() if words in name), None)


def read_facts(models: Path, speed: dict[str, Any] | None, count_paper: bool = True) -> list[Facts]:
    """Facts of the plug-ins in `models` that the registry lists, in its order. `count_paper` takes a minute."""
    found = []
    times = speed["networks"] if speed else {}
    for name, (family, _) in PLUGINS.items():
        path = models / name / "plugin.json"
        if not path.exists():
            continue
        paper = describe(family.configs["paper"]) if count_paper else {}
        found.append(Facts(family, path.parent, json.loads(path.read_text()), times.get(name), paper))
    return found
