"""Transfer of runs between machines, in files of at most 15 MiB."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..train import checkpoint
from .runs import STATE, Run, load

# Files that are copied whole; the state last, so that it never describes missing files.
WHOLE = ("log.jsonl", STATE)


def pack(run: Run, parts: Path) -> None:
    """Writes a copy of the run to parts/<run>/, over an earlier one."""
    folder = parts / run.folder.name
    checkpoint.split(run.folder / "checkpoint.pt", folder)
    for name in WHOLE:
        if (run.folder / name).exists():
            shutil.copy(run.folder / name, folder / name)


def unpack(parts: Path, runs: Path) -> None:
    """Copies the runs of `parts` that `runs` lacks or has in an older state."""
    for path in parts.glob(f"*/{STATE}"):
        source, folder = path.parent, runs / path.parent.name
        if (folder / STATE).exists() and progress(load(folder)) >= progress(load(source)):
            continue
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint.join(list(source.glob("checkpoint.pt.*")), folder / "checkpoint.pt")
        for name in WHOLE:
            if (source / name).exists():
                shutil.copy(source / name, folder / name)


def progress(run: Run) -> tuple[int, int, bool]:
    """Returns a key that orders the states of a run by time."""
    return run.round, run.step, not run.open
