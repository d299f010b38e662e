"""Tables of docs/NETWORKS.md."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from ..evaluate.card import (
    RUN_COLUMNS,
    SCORE_COLUMNS,
    prose,
    row,
    run_cells,
    score_cells,
    signed,
    stage_text,
)
from .facts import Facts

MOST_APART = 0.1  # largest difference from the published size that counts as equal


def table(head: str, rows: Sequence[Sequence[object]]) -> list[str]:
    """Returns a table in Markdown between empty lines; commas separate the columns of `head`."""
    columns = [c.strip() for c in head.split(",")]
    return ["", row(columns), row("---" for _ in columns), *map(row, rows), ""]


def bullet(text: str) -> list[str]:
    """Returns an item of a Markdown list, in lines of at most 100 columns."""
    return textwrap.wrap(
        text, 100, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
    )


def overview(networks: list[Facts]) -> list[str]:
    """Returns costs and gains, one row per network."""
    rows = []
    for n in networks:
        frozen, real = n.gain("frozen"), n.gain("reported")
        identity = n.manifest["training"].get("identity")
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
        "network, parameters, GMACs per megapixel, ms per megapixel, gain frozen (dB), "
        "gain real pairs reported (dB), of each stage, sharp photos (dB), "
        "published: GoPro PSNR / SSIM; 1280x720",
        rows,
    )


def scores(networks: list[Facts]) -> list[str]:
    """Returns the scores of every network on every set."""
    rows = [
        [n.title, name, s["pairs"], *score_cells(s)] for n in networks for name, s in n.sets.items()
    ]
    return table(", ".join(("network", "set", "pairs", *SCORE_COLUMNS)), rows)


def speed(networks: list[Facts], measured: dict[str, Any]) -> list[str]:
    """Returns the measured times; `measured` comes from test/bench/networks.js."""
    machine, photo = measured["machine"], measured["photo"]
    rows = []
    for n in networks:
        if n.speed is None:
            continue
        low, high = n.speed["range"]
        stages = ", ".join(f"{s['label']} {s['msPerMegapixel']}" for s in n.speed["stages"])
        rows.append([n.title, n.speed["msPerMegapixel"], f"{low} - {high}", stages])
    return [
        *prose(
            f"{machine['processor']}, {machine['threads']} threads; {photo['name']}, "
            f"{photo['width']}x{photo['height']}, without skipping. Medians of "
            f"{measured['repeats']} rounds in which the networks take turns. Milliseconds per "
            "megapixel, from decoding to the written file; times of stages are those inside the "
            "inference runtime."
        )[:-1],
        *table("network, ms per megapixel, smallest and largest, stages", rows),
    ]


def training(networks: list[Facts]) -> list[str]:
    """Returns all training runs of every network."""
    rows = [
        [n.title, *run_cells(run)]
        for n in networks
        for run in n.manifest["training"].get("runs", [])
    ]
    return table(", ".join(("network", *RUN_COLUMNS)), rows)


def paper_sizes(networks: list[Facts]) -> list[str]:
    """Returns the counted sizes of the paper configurations, with notes on the differences."""
    rows: list[list[str]] = []
    notes: list[str] = []
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
        notes += bullet(f"**{n.family.title}**: {said.note}")
    head = (
        "network, parameters counted, published, GMACs at 256x256 counted, published, "
        "over 10 % apart"
    )
    return [*table(head, rows), *notes, ""]


def difference(counted: float, said: float | None) -> float | None:
    """Returns the difference as a share of the published value, or `None` without one."""
    return None if said is None else counted / said - 1


def self_ensemble(networks: list[Facts], measured: dict[str, Any]) -> list[str]:
    """Returns the gain by averaging over mirrored and turned copies.

    `measured` comes from test/bench/self-ensemble.js.
    """
    rows = []
    for n in networks:
        if (score := measured["networks"].get(n.id)) is None:
            continue
        one, eight = score["psnr"] - score["psnrIn"], score["psnrEnsemble"] - score["psnrIn"]
        rows.append([n.title, signed(one), signed(eight), signed(eight - one)])
    return [
        *prose(
            f"Measured through the program without skipping; means over {measured['pairs']} pairs "
            f"({measured['set']}):"
        )[:-1],
        *table("network, gain (dB), gain with --self-ensemble, difference", rows),
    ]
