"""What is known of each network: its manifest, its family, and its speed in the common measurement."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evaluate.cost import describe
from ..networks.family import Family
from ..networks.registry import FAMILIES


@dataclass(frozen=True)
class Facts:
    """One plug-in. `speed`: its part of docs/networks.json, None where it was not measured."""

    family: Family
    folder: Path
    manifest: dict[str, Any]
    speed: dict[str, Any] | None
    paper: dict[str, float] = field(default_factory=dict)  # counted: see lab.evaluate.cost

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
    """The plug-ins in `models` whose networks we know, in the registry's order. `count_paper` takes a minute."""
    found = []
    times = speed["networks"] if speed else {}
    for name, family in FAMILIES.items():
        path = models / name / "plugin.json"
        if not path.exists():
            continue
        paper = describe(family.configs["paper"]) if count_paper else {}
        found.append(Facts(family, path.parent, json.loads(path.read_text()), times.get(name), paper))
    return found
