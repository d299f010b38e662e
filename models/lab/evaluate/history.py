"""Training history of a network for card and manifest: its runs in order, and their curve."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..networks.registry import build, config_from_dict
from ..train import checkpoint

POINTS = 60  # largest number of points in a stored curve
SETS = ("frozen", "real")  # measured sets: frozen validation, and the real pairs that select

# Minutes and steps since the first run began, and the last stage's gain in dB on each of SETS.
Point = dict[str, float]


def training_facts(
    source: Path, earlier: list[Path], device_name: str, note: str
) -> dict[str, Any]:
    """Returns runs, steps, patches, minutes and the curve of `source` and its predecessors.

    `source` and `earlier` are runs or plug-ins; `earlier` is in order of time.
    """
    histories = [history(path) for path in (*earlier, source)]
    runs = [run for entry in histories for run in entry["runs"]]
    return {
        "data": "models/lab/DATA.md",
        "runs": runs,
        "steps": sum(run["steps"] for run in runs),
        "patches": sum(run["steps"] * run["batch"] for run in runs),
        "minutes": sum(run["minutes"] for run in runs),
        "device": device_name,
        "note": note,
        "curve": joined(histories),
    }


def history(source: Path) -> dict[str, Any]:
    """Returns `runs` and `curve` of a checkpoint, a run or a plug-in.

    A plug-in's manifest lists all runs that led to it.
    """
    if (source / "plugin.json").exists():
        training = json.loads((source / "plugin.json").read_text())["training"]
        return {"runs": training["runs"], "curve": training.get("curve", [])}
    path = source / "checkpoint.pt" if source.is_dir() else source
    state = checkpoint.load(path)
    options = state["options"]
    last = options.get("stages") or len(build(config_from_dict(state["config"])).stages)
    run = {
        "origin": state.get("origin"),
        "stages": list(range(options.get("frozen", 0) + 1, last + 1)),
        "steps": state["step"],
        "batch": options["batch"],
        "size": options["size"],
        "minutes": state["seconds"] / 60,
    }
    return {"runs": [run], "curve": logged(path.parent / "log.jsonl", state["step"])}


def logged(log: Path, steps: int) -> list[Point]:
    """Reads a run's curve up to step `steps`, that of its checkpoint.

    A killed run has logged some steps twice; the last entry counts.
    """
    lines = log.read_text().splitlines() if log.exists() else []
    records = {
        record["step"]: record for record in map(json.loads, lines) if record["step"] <= steps
    }
    points = [
        {"minutes": record["seconds"] / 60, "steps": step, **last_gains(record)}
        for step, record in sorted(records.items())
    ]
    return [point for point in points if any(name in point for name in SETS)]


def last_gains(record: dict[str, float]) -> Point:
    """Returns {"frozen": dB, "real": dB} of the last stage in a record of the log."""
    found: dict[str, tuple[int, float]] = {}
    for key, value in record.items():
        if match := re.fullmatch(rf"({'|'.join(SETS)})\.gain(\d+)", key):
            name, stage = match[1], int(match[2])
            found[name] = max(found.get(name, (0, 0.0)), (stage, value))
    return {name: value for name, (_, value) in found.items()}


def joined(histories: list[dict[str, Any]]) -> list[Point]:
    """Joins curves: the minutes and steps of each start where those before it ended."""
    points: list[Point] = []
    minutes, steps = 0.0, 0
    for entry in histories:
        for point in entry["curve"]:
            points.append(
                {
                    **point,
                    "minutes": round(point["minutes"] + minutes, 2),
                    "steps": point["steps"] + steps,
                }
            )
        minutes += sum(run["minutes"] for run in entry["runs"])
        steps += sum(run["steps"] for run in entry["runs"])
    return thinned(points)


def thinned(points: list[Point], limit: int = POINTS) -> list[Point]:
    """Returns at most `limit` points, evenly spaced, with the first and the last."""
    if len(points) <= limit:
        return points
    return [points[round(i * (len(points) - 1) / (limit - 1))] for i in range(limit)]
