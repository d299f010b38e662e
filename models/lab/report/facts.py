"""Facts about a plug-in: its manifest, its family, and its measured speed."""

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
    """Facts about a plug-in; `speed` is its part of docs/networks.json, `None` = not measured."""

    family: Family
    folder: Path
    manifest: dict[str, Any]
    speed: dict[str, Any] | None
    paper: dict[str, float] = field(default_factory=dict)  # counted size: see evaluate.cost

    @property
    def id(self) -> str:
        """Id of the plug-in."""
        return self.manifest["id"]

    @property
    def title(self) -> str:
        """Name in tables and plots, with the configuration if the family has several plug-ins."""
        return self.manifest["name"] if len(self.family.shipped) > 1 else self.family.title

    @property
    def sets(self) -> dict[str, dict[str, Any]]:
        """Scores by name of the set; empty if not measured."""
        return self.manifest["training"].get("metrics", {})

    @property
    def curve(self) -> list[dict[str, float]]:
        """Training curve: points with `minutes` and the gains `frozen` and `real` in dB."""
        return self.manifest["training"].get("curve", [])

    def gain(self, words: str) -> dict[str, Any] | None:
        """Returns the scores of the first set with these words in its name, or `None`."""
        return next((scores for name, scores in self.sets.items() if words in name), None)


def read_facts(models: Path, speed: dict[str, Any] | None, count_paper: bool = True) -> list[Facts]:
    """Reads the registered plug-ins that exist in `models`, in the registry's order.

    `count_paper` counts the sizes of the papers' configurations, which takes a minute.
    """
    found = []
    times = speed["networks"] if speed else {}
    for name, (family, _) in PLUGINS.items():
        path = models / name / "plugin.json"
        if not path.exists():
            continue
        paper = describe(family.configs["paper"]) if count_paper else {}
        found.append(
            Facts(family, path.parent, json.loads(path.read_text()), times.get(name), paper)
        )
    return found
