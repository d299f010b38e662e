"""Section of the model card about the extent head, written by `lab.extent.install`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .card import prose, row
from .extent import BARS, DIRECTED, JUDGED

TITLE = "## Extent of the blur"
COLUMNS = "true extent, px", "cells", "median, px", "error of length", "of direction", "octave"


def extent_section(facts: dict[str, Any]) -> str:
    """Returns the section in Markdown; facts: `training.extent` of the manifest."""
    m = facts["measured"]
    lines = [
        TITLE,
        "",
        *prose(
            f"A head on the frozen body, trained on {facts['samples']} synthesized crops at all "
            f"their octaves ({facts['epochs']} epochs, {facts['minutes']:.0f} minutes on a CPU "
            "core), estimates length, direction and kind of the blur per cell of 8 px. Measured "
            "by `lab.evaluate.extent` on 96 frozen images that were not trained on, in the cells "
            "that have texture; the octaves are combined by `lab/extent/combine.py`:"
        ),
        row(("figure", "measured", "required")),
        row(("---",) * 3),
        row(
            (
                f"median relative error of the length, {JUDGED[0]:.0f} to {JUDGED[1]:.0f} px",
                f"{m['lengthError']:.1%}",
                f"at most {BARS['lengthError']:.0%}",
            )
        ),
        row(
            (
                f"median error of the direction, above {DIRECTED:.0f} px",
                f"{m['directionError']:.1f}°",
                f"at most {BARS['directionError']:.0f}°",
            )
        ),
        row(
            ("AUC, moved against defocused", f"{m['movedAuc']:.3f}", f"at least {BARS['movedAuc']}")
        ),
        row(("AUC, moved against sharp or textureless", f"{m['blurredAuc']:.3f}", "-")),
        "",
        row(COLUMNS),
        row("---" for _ in COLUMNS),
        *(row(length_cells(bin_)) for bin_ in m["byLength"]),
    ]
    return "\n".join(lines) + "\n"


def length_cells(r: dict[str, float]) -> list[str]:
    """Formats a bin of lengths for COLUMNS; the octave is the mean of those that were read."""
    return [
        f"{r['from']}-{r['to']}",
        f"{r['cells']}",
        f"{r['predicted']:.1f}",
        f"{r['lengthError']:.1%}",
        f"{r['directionError']:.1f}°",
        f"{r['octave']:.1f}",
    ]


def write_extent(facts: dict[str, Any], folder: Path) -> None:
    """Adds the section to the end of MODEL_CARD.md, or replaces it there."""
    path = folder / "MODEL_CARD.md"
    before = path.read_text().split(TITLE)[0].rstrip()
    path.write_text(f"{before}\n\n{extent_section(facts)}")
