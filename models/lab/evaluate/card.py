"""MODEL_CARD.md and the manifest's `training`, written from measured numbers."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..networks.family import Published
from ..networks.registry import FAMILIES

# Columns of `run_cells` and of `score_cells`.
RUN_COLUMNS = ("stages trained", "steps", "patches per step", "minutes", "initial weights")
SCORE_COLUMNS = (
    "PSNR in",
    "PSNR out",
    "gain",
    "SSIM in",
    "SSIM out",
    "gain of each stage",
    "worst gain",
)


def signed(value: float) -> str:
    """Formats a gain in dB, for example "+0.12"."""
    return f"{value:+.2f}"


def stage_text(gains: list[float]) -> str:
    """Formats the gains of all stages."""
    return ", ".join(signed(g) for g in gains)


def row(cells: Iterable[object]) -> str:
    """Returns a line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def score_cells(s: dict[str, Any]) -> list[str]:
    """Formats the scores of a set for `SCORE_COLUMNS`."""
    return [
        f"{s['psnrIn']:.2f}",
        f"{s['psnrOut']:.2f}",
        signed(s["gain"]),
        f"{s['ssimIn']:.4f}",
        f"{s['ssimOut']:.4f}",
        stage_text(s["stageGains"]),
        signed(s["worstGain"]),
    ]


def prose(text: str) -> list[str]:
    """Returns a paragraph of Markdown in lines of at most 100 columns, and an empty line."""
    return [*textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False), ""]


def card(report: dict[str, Any]) -> str:
    """Returns the card in Markdown; `report` comes from lab.evaluate."""
    parts = introduction, size, training, quality, difficulty
    return "\n".join(line for part in parts for line in part(report)).rstrip() + "\n"


def introduction(report: dict[str, Any]) -> list[str]:
    """Returns the head of the card: what the network is, and the command that measured it."""
    family = FAMILIES[report["network"]]
    begun = beginning(report["training"]["runs"])
    return [
        f"# {family.title} {report['cost']['this']['name']}",
        "",
        *prose(
            f"Removes motion blur. {family.description} Based on {family.citation}. Trained by "
            f"us{begun} in `models/lab`; `models/lab/DATA.md` lists the data and licences. This "
            "command wrote every number below:"
        ),
        "```",
        report["command"],
        "```",
        "",
    ]


def size(report: dict[str, Any]) -> list[str]:
    """Returns the sizes of this network and of the paper's."""
    this, paper = report["cost"]["this"], report["cost"]["paper"]
    said = FAMILIES[report["network"]].published
    head = "configuration", "parameters", "multiply-adds per megapixel", "at 256x256", "published"
    return [
        "## Size",
        "",
        row(head),
        row("---" for _ in head),
        row([f"{this['name']} (this one)", *size_cells(this, 2), "-"]),
        row(["paper", *size_cells(paper, 1), published(said)]),
        "",
        *prose(said.note),
    ]


def size_cells(cost: dict[str, Any], digits: int) -> list[str]:
    """Formats parameters and multiply-adds; `digits` of those at 256x256."""
    return [
        f"{cost['parameters'] / 1e6:.2f} M",
        f"{cost['gmacsPerMegapixel']:.1f} G",
        f"{cost['gmacs256']:.{digits}f} G",
    ]


def training(report: dict[str, Any]) -> list[str]:
    """Returns the runs that led to the weights."""
    facts = report["training"]

    return [
        "## Training",
        "",
        *prose(
            f"{facts['steps']} steps ({facts['patches']} patches), "
            f"{facts['minutes']:.0f} minutes on "
            f"{facts['device']}, in {len(facts['runs'])} runs, each from the weights of the one "
            "before:"
        ),
        row(RUN_COLUMNS),
        row("---" for _ in RUN_COLUMNS),
        *(row(run_cells(run)) for run in facts["runs"]),
        "",
        *prose(facts["note"]),
    ]


def quality(report: dict[str, Any]) -> list[str]:
    """Returns the scores on every set, on sharp photos, and around clipped lights."""
    identity, halo = report["identity"], report["halo"]
    head = "set", "pairs", *SCORE_COLUMNS
    return [
        "## Quality",
        "",
        row(head),
        row("---" for _ in head),
        *(row([name, s["pairs"], *score_cells(s)]) for name, s in report["sets"].items()),
        "",
        *prose(
            "The real pairs are whole frames of 1280x720 from one scene of one data set (GoPro): "
            "they show that the gain is real, not how large it is elsewhere. The application "
            "processes a photo in overlapping tiles."
        ),
        *prose(
            f"Sharp photos, without skipping: the output has {identity['mean']:.2f} dB against the "
            f"input on average over {identity['photos']} photos, {identity['worst']:.2f} dB at "
            "worst."
        ),
        *prose(
            "Around clipped lights (outside the light's edge, in code values of 255): the mean "
            f"error of the input is {halo['input']:.2f}, of the output {halo['output']:.2f}; they "
            f"are darker than the sharp image by {halo['inputUndershoot']:.2f} and "
            f"{halo['undershoot']:.2f}."
        ),
        *prose(
            f"Effective receptive field (98 % of the gradient): {report['radius']} px. Tiles "
            f"overlap by {report['overlap']} px, which measured seams allow (docs/measurements.md)."
        ),
    ]


def difficulty(report: dict[str, Any]) -> list[str]:
    """Returns the calibration of the difficulty map, and of the policy if there is one."""
    head = "stage", "predicted / true error", "rank correlation, error head", "policy"
    sampler, stages = report["sampler"], report["calibration"]
    lines = ["## Difficulty", "", row(head), row("---" for _ in head)]
    for k, c in enumerate(stages):
        # The last stage's policy would steer a further stage, so it is never trained.
        untrained = sampler is None or k + 1 == len(stages)
        policy = "-" if untrained else f"{c['policyRank']:.2f}"
        lines.append(row([k + 1, f"{c['ratio']:.2f}", f"{c['errorRank']:.2f}", policy]))
    lines.append("")
    if sampler is not None:
        better = "error head"
        if sum(c["policyRank"] - c["errorRank"] for c in stages[:-1]) > 0:
            better = "policy"
        lines += prose(
            f"Sampling uses the **{sampler}** head; the {better} ranks pixels closer to their true "
            "error here."
        )
    if report.get("plot"):
        lines += prose(
            f"`docs/{report['plot']}` plots predicted against true error on the frozen set."
        )
    return lines


def published(size: Published) -> str:
    """Formats the paper's size, for example "23 M, 140 G"."""
    known = [f"{size.parameters / 1e6:.3g} M"] if size.parameters else []
    known += [f"{size.gmacs256:.3g} G"] if size.gmacs256 else []
    return ", ".join(known) or "-"


def beginning(runs: list[dict[str, Any]]) -> str:
    """Returns the source of the initial weights as words after "Trained by us".

    Empty if the first run does not record it.
    """
    origin = runs[0].get("origin")
    if origin is None:
        return ""
    return " from scratch" if origin == "new" else f", beginning with weights {origin},"


def run_cells(run: dict[str, Any]) -> list[str]:
    """Formats a run for `RUN_COLUMNS`."""
    stages = ", ".join(map(str, run["stages"]))
    patches = f"{run['batch']} of {run['size']}x{run['size']}"
    minutes, origin = f"{run['minutes']:.0f}", run.get("origin") or "-"
    return [stages, str(run["steps"]), patches, minutes, origin]


def manifest_facts(report: dict[str, Any]) -> dict[str, Any]:
    """Returns the manifest's `training`."""
    return {
        **report["training"],
        "metrics": report["sets"],
        "identity": report["identity"],
        "halo": report["halo"],
    }


def write(report: dict[str, Any], folder: Path) -> None:
    """Writes MODEL_CARD.md, and `training.json` for lab.export."""
    write_card(report, folder)
    facts = {**manifest_facts(report), "overlap": report["overlap"]}
    (folder / "training.json").write_text(json.dumps(facts, indent=2) + "\n")


def write_card(report: dict[str, Any], folder: Path) -> None:
    """Writes MODEL_CARD.md; creates the folder if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MODEL_CARD.md").write_text(card(report))
