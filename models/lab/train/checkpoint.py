"""Checkpoint files: atomic writing, and splitting into parts for transfer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

PART_BYTES = 15 * 2**20


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes beside `path`, then renames, so that a killed run leaves no partial checkpoint."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


def load(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Reads a checkpoint. Open only files that you trust: unpickling runs code."""
    return torch.load(path, map_location=device, weights_only=False)


def split(path: Path, folder: Path, part_bytes: int = PART_BYTES) -> list[Path]:
    """Cuts a file into `name.000`, `name.001`, ... and returns the parts in order.

    Replaces earlier parts of the same name in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{path.name}.*"):
        old.unlink()
    data = path.read_bytes()
    parts = []
    for i, start in enumerate(range(0, len(data), part_bytes)):
        part = folder / f"{path.name}.{i:03d}"
        part.write_bytes(data[start : start + part_bytes])
        parts.append(part)
    return parts


def join(parts: list[Path], path: Path) -> None:
    """Inverts `split`; `parts` may be in any order."""
    path.write_bytes(b"".join(p.read_bytes() for p in sorted(parts)))
