"""What made the weights: the runs in a row, what each began with, and the curve of their gains, for card and manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..networks.registry import build, config_from_dict
from ..train import checkpoint

POINTS = 60  # of a curve that is kept
SETS = ("frozen", "real")  # of a curve's points: frozen validation, and the real pairs that select

Point = dict[str, float]  # minutes and steps since the first run began; gain in dB of the last stage on each of SETS


def training_facts(source: Path, earlier: list[Path], device_name: str, note: str) -> dict[str, Any]:
    """Steps, patches, minutes and the curve of a run, or plug-in, and of those that it began with."""
    histories = [history(path) for path in (*earlier, source)]
    runs = [run for told in histories for run in told["runs"]]
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
    """`runs` and `curve` of a checkpoint or run, which is one run, or of a plug-in, whose manifest tells of all before it."""
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
    """A run's curve, up to step `steps` of its checkpoint. A run that was killed has logged some steps twice: the last time
    counts."""
    lines = log.read_text().splitlines() if log.exists() else []
    records = {record["step"]: record for record in map(json.loads, lines) if record["step"] <= steps}
    points = [
        {"minutes": record["seconds"] / 60, "steps": step, **last_gains(record)}
        for step, record in sorted(records.items())
    ]
    return [point for point in points if any(name in point for name in SETS)]


def last_gains(record: dict[str, float]) -> Point:
    """{"frozen": dB, "real": dB} of the last stage that a log's record measured."""
    found: dict[str, tuple[int, float]] = {}
    for key, value in record.items():
        if match := re.fullmatch(rf"({'|'.join(SETS)})\.gain(\d+)", key):
            name, stage = match[1], int(match[2])
            found[name] = max(found.get(name, (0, 0.0)), (stage, value))
    return {name: value for name, (_, value) in found.items()}


def joined(histories: list[dict[str, Any]]) -> list[Point]:
    """One curve: each history's minutes and steps begin where those before it ended."""
    points: list[Point] = []
    minutes, steps = 0.0, 0
    for told in histories:
        for point in told["curve"]:
            points.append({**point, "minutes": round(point["minutes"] + minutes, 2), "steps": point["steps"] + steps})
        minutes += sum(run["minutes"] for run in told["runs"])
        steps += sum(run["steps"] for run in told["runs"])
    return thinned(points)


def thinned(points: list[Point], limit: int = POINTS) -> list[Point]:
    """At most `limit` points, evenly taken, the first and the last among them."""
    if len(points) <= limit:
        return points
    return [points[round(i * (len(points) - 1) / (limit - 1))] for i in range(limit)]
