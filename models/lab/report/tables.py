"""The tables of docs/NETWORKS.md."""

from __future__ import annotations

from typing import Any

from ..evaluate.card import row, run_row, score_cells, signed, stage_text
from .facts import Facts

MOST_APART = 0.1  # of the published figure; beyond it the reason is told


def table(head: str, rows: list[list[object]]) -> list[str]:
    """Lines of Markdown; `head` has its columns separated by commas."""
    columns = [c.strip() for c in head.split(",")]
    return ["", row(columns), row("---" for _ in columns), *map(row, rows), ""]


def overview(networks: list[Facts]) -> list[str]:
    """One row per network: what it costs and what it gains."""
    rows = []
    for n in networks:
        frozen, real, identity = n.gain("frozen"), n.gain("reported"), n.manifest["training"].get("identity")
        psnr, ssim = n.family.published.gopro
        rows.append(
            [
                f"[{n.title}](../models/{n.id}/MODEL_CARD.md)",
                f"{n.manifest['parameters'] / 1e6:.2f} M",
                f"{n.manifest['gmacsPerMegapixel']:.1f}",
                n.speed["msPerMegapixel"] if n.speed else "-",
                signed(frozen["gain"]) if frozen else "-",
                signed(real["gain"]) if real else "-",
                stage_text(real["stageGains"]) if real else "-",
                f"{identity['mean']:.1f}" if identity else "-",
                f"{psnr:.2f} / {ssim:.4g}, {n.family.published.time or 'no time'}",
            ]
        )
    return table(
        "network, parameters, GMACs per megapixel, ms per megapixel, gain frozen (dB), gain real pairs reported (dB), "
        "of it each stage, sharp photos (dB), published: GoPro PSNR / SSIM; 1280x720",
        rows,
    )


def scores(networks: list[Facts]) -> list[str]:
    rows = [
        [n.title, name, s["pairs"], *score_cells(s)] for n in networks for name, s in n.sets.items()
    ]
    return table(
        "network, set, pairs, PSNR in, PSNR out, gain, SSIM in, SSIM out, each stage adds, worst pair", rows
    )


def speed(networks: list[Facts], measured: dict[str, Any]) -> list[str]:
    machine, photo = measured["machine"], measured["photo"]
    rows = []
    for n in networks:
        if n.speed is None:
            continue
        low, high = n.speed["range"]
        stages = ", ".join(f"{s['label']} {s['msPerMegapixel']}" for s in n.speed["stages"])
        rows.append([n.title, n.speed["msPerMegapixel"], f"{low} - {high}", stages])
    return [
        f"{machine['processor']}, {machine['threads']} threads; {photo['name']}, {photo['width']}x{photo['height']}, whole and",
        f"without skipping; medians of {measured['repeats']}, networks taking turns. Milliseconds per megapixel, from decoding to",
        "the written file; those of stages are inside the inference runtime.",
        *table("network, ms per megapixel, smallest and largest, stages", rows),
    ]


def training(networks: list[Facts]) -> list[str]:
    rows = [f"| {n.title} {run_row(run)}" for n in networks for run in n.manifest["training"].get("runs", [])]
    columns = max((r.count("|") - 1 for r in rows), default=5)
    names = ["network", "stages trained", "steps", "patches a step", "minutes", "began"][:columns]
    return ["", row(names), row("---" for _ in names), *rows, ""]


def paper_sizes(networks: list[Facts]) -> list[str]:
    """Counted sizes of the paper configurations, and why they differ where they do."""
    rows, notes = [], []
    for n in {n.family.id: n for n in networks}.values():
        said = n.family.published
        apart = [
            difference(n.paper["parameters"], said.parameters),
            difference(n.paper["gmacs256"], said.gmacs256),
        ]
        rows.append(
            [
                n.family.title,
                f"{n.paper['parameters'] / 1e6:.2f} M",
                f"{said.parameters / 1e6:.4g} M" if said.parameters else "not published",
                f"{n.paper['gmacs256']:.1f}",
                f"{said.gmacs256:.4g}" if said.gmacs256 else "not published",
                "yes" if any(a is not None and abs(a) > MOST_APART for a in apart) else "no",
            ]
        )
        notes.append(f"- **{n.family.title}**: {said.note}")
    head = "network, parameters counted, published, GMACs at 256x256 counted, published, over 10 % apart"
    return [*table(head, rows), *notes, ""]


def difference(counted: float, said: float | None) -> float | None:
    """As a share of what is published."""
    return None if said is None else counted / said - 1


def self_ensemble(networks: list[Facts], measured: dict[str, Any]) -> list[str]:
    """What the mean over mirrored and turned copies adds, as test/bench/self-ensemble.js measured it."""
    rows = []
    for n in networks:
        if (score := measured["networks"].get(n.id)) is None:
            continue
        one, eight = score["psnr"] - score["psnrIn"], score["psnrEnsemble"] - score["psnrIn"]
        rows.append([n.title, signed(one), signed(eight), signed(eight - one)])
    return [
        f"Through the program, mean over {measured['pairs']} pairs ({measured['set']}), without skipping:",
        *table("network, gain (dB), with --self-ensemble, it adds", rows),
    ]
