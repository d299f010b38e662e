"""MODEL_CARD.md and the manifest's `training` from measured numbers: written by the script, never by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..networks.family import Published
from ..networks.registry import FAMILIES


def signed(value: float) -> str:
    return f"{value:+.2f}"


def stage_text(gains: list[float]) -> str:
    return ", ".join(signed(g) for g in gains)


def row(cells: Iterable[object]) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def score_cells(s: dict[str, Any]) -> list[str]:
    """Of one set: PSNR in, out, gain, SSIM in, out, what each stage adds, the worst pair's gain."""
    return [
        f"{s['psnrIn']:.2f}",
        f"{s['psnrOut']:.2f}",
        signed(s["gain"]),
        f"{s['ssimIn']:.4f}",
        f"{s['ssimOut']:.4f}",
        stage_text(s["stageGains"]),
        signed(s["worstGain"]),
    ]


def card(report: dict[str, Any]) -> str:
    """Markdown of the measurements in `report` (see lab.evaluate)."""
    training, cost = report["training"], report["cost"]
    family = FAMILIES[report["network"]]
    lines = [
        f"# {family.title} {cost['this']['name']}",
        "",
        f"Removes motion blur. {family.description} After {family.citation}. Trained by us{beginning(training['runs'])} in",
        "`models/lab`; data and licences in `models/lab/DATA.md`. Every number here was written by the command below.",
        "",
        "```",
        report["command"],
        "```",
        "",
        "## Size",
        "",
        "| configuration | parameters | multiply-adds per megapixel | at 256x256 | published |",
        "| --- | --- | --- | --- | --- |",
        f"| {cost['this']['name']} (this one) | {cost['this']['parameters'] / 1e6:.2f} M | "
        f"{cost['this']['gmacsPerMegapixel']:.1f} G | {cost['this']['gmacs256']:.2f} G | - |",
        f"| paper | {cost['paper']['parameters'] / 1e6:.2f} M | {cost['paper']['gmacsPerMegapixel']:.1f} G | "
        f"{cost['paper']['gmacs256']:.1f} G | {published(family.published)} |",
        "",
        family.published.note,
        "",
        "## Training",
        "",
        f"{training['steps']} steps ({training['patches']} patches), {training['minutes']:.0f} minutes on "
        f"{training['device']}, in {len(training['runs'])} runs, each on what the one before had learned:",
        "",
        "| stages trained | steps | patches a step | minutes | began |",
        "| --- | --- | --- | --- | --- |",
        *(run_row(run) for run in training["runs"]),
        "",
        training["note"],
        "",
        "## Quality",
        "",
        "| set | pairs | PSNR in | PSNR out | gain | SSIM in | SSIM out | each stage adds | worst pair |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, s in report["sets"].items():
        lines.append(row([name, s["pairs"], *score_cells(s)]))
    identity, halo = report["identity"], report["halo"]
    lines += [
        "",
        "Real pairs are whole frames of 1280x720, one scene of one data set (GoPro): they show that the gain is real, and",
        "no more. The application works in overlapping tiles.",
        "",
        f"Sharp photos, no skipping: output against input {identity['mean']:.2f} dB on average over {identity['photos']}, "
        f"{identity['worst']:.2f} dB at worst.",
        "",
        f"Around clipped lights (outside the light's edge, of 255): mean error of the input {halo['input']:.2f}, of the "
        f"output {halo['output']:.2f}; darker than the truth by {halo['inputUndershoot']:.2f} and {halo['undershoot']:.2f}.",
        "",
        f"Effective receptive field (98 % of the gradient): {report['radius']} px; tiles overlap by {report['overlap']} px,",
        "which measured seams allow (docs/measurements.md).",
        "",
        "## Difficulty",
        "",
        "| stage | predicted / true error | rank correlation of the error head | of the policy |",
        "| --- | --- | --- | --- |",
    ]
    for k, c in enumerate(report["calibration"]):
        # The last stage's policy would steer a further stage: it is never trained. Most networks have none.
        untrained = report["sampler"] is None or k + 1 == len(report["calibration"])
        policy = "-" if untrained else f"{c['policyRank']:.2f}"
        lines.append(f"| {k + 1} | {c['ratio']:.2f} | {c['errorRank']:.2f} | {policy} |")
    lines.append("")
    if report["sampler"] is not None:
        policy_better = sum(c["policyRank"] - c["errorRank"] for c in report["calibration"][:-1]) > 0
        lines.append(
            f"Sampling uses the **{report['sampler']}** head; the {'policy' if policy_better else 'error head'} ranks pixels "
            "nearer to their true error here."
        )
    if report.get("plot"):
        lines += [f"Predicted against true error on the frozen set: `{report['plot']}` in `docs/`.", ""]
    return "\n".join(lines)


def published(size: Published) -> str:
    """What the paper says: "23 M, 140 G"."""
    known = [f"{size.parameters / 1e6:.3g} M"] if size.parameters else []
    known += [f"{size.gmacs256:.3g} G"] if size.gmacs256 else []
    return ", ".join(known) or "-"


def beginning(runs: list[dict[str, Any]]) -> str:
    """What the first run began with, as words after "Trained by us": nothing where it does not say."""
    origin = runs[0].get("origin")
    if origin is None:
        return ""
    return " from scratch" if origin == "new" else f", beginning with weights {origin},"


def run_row(run: dict[str, Any]) -> str:
    stages = ", ".join(map(str, run["stages"]))
    patches = f"{run['batch']} of {run['size']}x{run['size']}"
    return f"| {stages} | {run['steps']} | {patches} | {run['minutes']:.0f} | {run.get('origin') or '-'} |"


def manifest_facts(report: dict[str, Any]) -> dict[str, Any]:
    """The manifest's `training`."""
    return {**report["training"], "metrics": report["sets"], "identity": report["identity"], "halo": report["halo"]}


def write(report: dict[str, Any], folder: Path) -> None:
    """MODEL_CARD.md for people, and facts for the manifest (`training.json`, read by lab.export)."""
    write_card(report, folder)
    facts = {**manifest_facts(report), "overlap": report["overlap"]}
    (folder / "training.json").write_text(json.dumps(facts, indent=2) + "\n")


def write_card(report: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MODEL_CARD.md").write_text(card(report))
