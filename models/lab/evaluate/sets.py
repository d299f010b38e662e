"""Sets that every network is measured on, and their names in the cards."""

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
    """Returns the name of the real pairs that select."""
    return f"real pairs, selection (first {count})"


@dataclass(frozen=True)
class Sets:
    """Files of the sets; photos are read lazily, because they are large."""

    frozen_file: Path
    sharp_folder: Path
    pairs_folder: Path | None = None
    selection: int = SELECTION

    def frozen(self) -> list[NamedPair]:
        """Reads the frozen validation set.

        Raises ValueError if its bytes are not the recorded ones.
        """
        blurred, sharp = load_frozen(self.frozen_file)
        return [
            (f"{i:03d}", b[None], s[None])
            for i, (b, s) in enumerate(zip(blurred, sharp, strict=True))
        ]

    def real(self) -> Iterator[NamedPair]:
        """Reads all real pairs. Raises ValueError without a folder of pairs."""
        if self.pairs_folder is None:
            raise ValueError("these sets have no folder of real pairs")
        return real_pairs(self.pairs_folder / "blur", self.pairs_folder / "sharp")

    def selected(self) -> Iterator[NamedPair]:
        """Reads the real pairs that select."""
        return (pair for _, pair in zip(range(self.selection), self.real(), strict=False))

    def sharp(self) -> Iterator[tuple[str, Tensor]]:
        """Reads the sharp photos: (file name, [1, 3, H, W])."""
        return ((path.name, read_photo(path)) for path in photo_paths(self.sharp_folder))


def add_sets(p: argparse.ArgumentParser, pairs: bool) -> None:
    """Adds the arguments that name the sets, with the real pairs if `pairs`."""
    p.add_argument(
        "--frozen", type=Path, required=True, help="frozen validation set (lab.synthesis.frozen)"
    )
    p.add_argument("--sharp", type=Path, required=True, help="folder of sharp photos")
    if pairs:
        p.add_argument(
            "--pairs", type=Path, required=True, help="folder with blur/ and sharp/ of real pairs"
        )
        p.add_argument(
            "--selection",
            type=int,
            default=SELECTION,
            help="the first N real pairs select, the others are reported",
        )
