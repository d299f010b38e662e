"""The sets that every network is measured on, and what the cards call them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ..images import SELECTION, photo_paths, read_photo, real_pairs
from ..synthesis.frozen import load_frozen

FROZEN = "frozen synthetic validation"
REPORTED = "real pairs, reported"

NamedPair = tuple[str, Tensor, Tensor]  # name, blurred, sharp: [1, 3, H, W]


def selecting(count: int = SELECTION) -> str:
    return f"real pairs, selection (first {count})"


@dataclass(frozen=True)
class Sets:
    """Files of the sets. Photos are read when they are asked for: together they are large."""

    frozen_file: Path
    sharp_folder: Path
    pairs_folder: Path | None = None
    selection: int = SELECTION

    def frozen(self) -> list[NamedPair]:
        """Raises ValueError when the file does not hold the recorded bytes."""
        blurred, sharp = load_frozen(self.frozen_file)
        return [(f"{i:03d}", b[None], s[None]) for i, (b, s) in enumerate(zip(blurred, sharp, strict=True))]

    def real(self) -> Iterator[NamedPair]:
        return real_pairs(self.pairs_folder / "blur", self.pairs_folder / "sharp")

    def selected(self) -> Iterator[NamedPair]:
        return (pair for _, pair in zip(range(self.selection), self.real(), strict=False))

    def sharp(self) -> Iterator[tuple[str, Tensor]]:
        return ((path.name, read_photo(path)) for path in photo_paths(self.sharp_folder))


def add_sets(p: argparse.ArgumentParser, pairs: bool) -> None:
    """Arguments that name them; `pairs`: the real ones too."""
    p.add_argument("--frozen", type=Path, required=True, help="frozen validation set (lab.synthesis.frozen)")
    p.add_argument("--sharp", type=Path, required=True, help="folder of sharp photos")
    if pairs:
        p.add_argument("--pairs", type=Path, required=True, help="folder with blur/ and sharp/ of real pairs")
        p.add_argument("--selection", type=int, default=SELECTION, help="the first N real pairs select, the others are reported")
